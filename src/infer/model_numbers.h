#pragma once

#include <nlohmann/json_fwd.hpp>

#include <optional>

namespace bonafide::infer {

/// The number that a model file names `key`; nothing where `object` is no object, has none, or it is not finite.
std::optional<double> number_in(const nlohmann::json& object, const char* key);

}  // namespace bonafide::infer

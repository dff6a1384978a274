#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace bonafide::analyzers::credentials {

/// Access to JSON of unknown shape that never throws: what is missing or of another type is empty. Texts are cut at 300
/// bytes, at a character boundary.
std::string text_at(const nlohmann::json& object, std::string_view key);
const nlohmann::json& object_at(const nlohmann::json& object,
                                std::string_view key);  ///< an empty object where there is none
const nlohmann::json& list_at(const nlohmann::json& object,
                              std::string_view key);  ///< an empty array where there is none

/// `text` cut to at most `most_bytes`, at a UTF-8 character boundary.
std::string shortened(std::string_view text, std::size_t most_bytes);

}  // namespace bonafide::analyzers::credentials

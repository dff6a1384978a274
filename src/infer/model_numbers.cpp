#include "infer/model_numbers.h"

#include <nlohmann/json.hpp>

#include <cmath>

namespace bonafide::infer {

std::optional<double> number_in(const nlohmann::json& object, const char* key) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    if (found == object.end() || !found->is_number() || !std::isfinite(found->get<double>())) {
        return std::nullopt;
    }
    return found->get<double>();
}

}  // namespace bonafide::infer

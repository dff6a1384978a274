#include "analyzers/provenance/credentials/json_access.h"

namespace bonafide::analyzers::credentials {

std::string shortened(std::string_view text, std::size_t most_bytes) {
    if (text.size() <= most_bytes) {
        return std::string(text);
    }
    std::size_t end = most_bytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
        --end;  // a continuation byte: the character began earlier
    }
    return std::string(text.substr(0, end));
}

std::string text_at(const nlohmann::json& object, std::string_view key) {
    if (!object.is_object()) {
        return {};
    }
    const auto found = object.find(std::string(key));
    if (found == object.end() || !found->is_string()) {
        return {};
    }
    return shortened(found->get_ref<const std::string&>(), 300);
}

const nlohmann::json& object_at(const nlohmann::json& object, std::string_view key) {
    static const nlohmann::json kNone = nlohmann::json::object();
    if (!object.is_object()) {
        return kNone;
    }
    const auto found = object.find(std::string(key));
    return found != object.end() && found->is_object() ? *found : kNone;
}

const nlohmann::json& list_at(const nlohmann::json& object, std::string_view key) {
    static const nlohmann::json kNone = nlohmann::json::array();
    if (!object.is_object()) {
        return kNone;
    }
    const auto found = object.find(std::string(key));
    return found != object.end() && found->is_array() ? *found : kNone;
}

}  // namespace bonafide::analyzers::credentials

#include "report/free_json.h"

#include "report/text_safety.h"

#include <cmath>
#include <string>
#include <unordered_set>
#include <vector>

namespace bonafide::report {
namespace {

using Json = nlohmann::ordered_json;

Json bounded(const Json& value, int depth) {
    if (depth >= kMostFreeDepth && value.is_structured()) {
        return "nested too deeply to be kept";
    }
    if (value.is_string()) {
        return valid_utf8(value.get_ref<const std::string&>());
    }
    if (value.is_number_float() && !std::isfinite(value.get<double>())) {
        return nullptr;
    }
    if (value.is_array()) {
        Json copy = Json::array();
        for (const Json& item : value) {
            copy.push_back(bounded(item, depth + 1));
        }
        return copy;
    }
    if (value.is_object()) {
        Json copy = Json::object();
        for (const auto& [key, item] : value.items()) {
            if (copy.size() == kMostKeys) break;
            copy[valid_utf8(key)] = bounded(item, depth + 1);
        }
        return copy;
    }
    return value.is_binary() || value.is_discarded() ? Json(nullptr) : value;
}

/// Looks at the text once without building anything, so that a hostile report is refused before it costs memory.
class Guard final : public nlohmann::json_sax<Json> {
  public:
    const std::optional<Error>& error() const { return error_; }

    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t&) override { return true; }
    bool string(string_t&) override { return true; }
    bool binary(binary_t&) override { return true; }
    bool start_object(std::size_t) override { return enter(); }
    bool end_object() override { return leave(); }
    bool start_array(std::size_t) override { return enter(); }
    bool end_array() override { return leave(); }
    bool key(string_t& name) override {
        if (!keys_.back().insert(name).second) {
            return refuse(ErrorCode::kInvalid,
                          "the key '" + visible(std::string_view(name).substr(0, 60)) + "' stands twice in one object");
        }
        return keys_.back().size() <= kMostKeys ||
               refuse(ErrorCode::kLimit, "an object has more than " + std::to_string(kMostKeys) + " keys");
    }
    bool parse_error(std::size_t offset_bytes, const std::string&, const nlohmann::detail::exception& reason) override {
        return refuse(ErrorCode::kInvalid,
                      "not JSON at byte " + std::to_string(offset_bytes) + ": " + visible(reason.what()));
    }

  private:
    bool refuse(ErrorCode code, std::string message) {
        error_ = Error{code, std::move(message)};
        return false;
    }
    bool enter() {
        keys_.emplace_back();
        return keys_.size() <= kMostReportDepth ||
               refuse(ErrorCode::kLimit, "nested deeper than " + std::to_string(kMostReportDepth) + " levels");
    }
    bool leave() {
        keys_.pop_back();
        return true;
    }

    std::vector<std::unordered_set<std::string>> keys_;
    std::optional<Error> error_;
};

}  // namespace

Json bounded_json(const Json& value) {
    return bounded(value, 0);
}

Result<Json> parse_json(std::string_view text, std::size_t most_bytes) {
    if (text.size() > most_bytes) {
        return Error{ErrorCode::kLimit, "larger than " + std::to_string(most_bytes) + " bytes"};
    }
    Guard guard;
    if (!Json::sax_parse(text, &guard)) {
        return guard.error().value_or(Error{ErrorCode::kInvalid, "not JSON"});
    }
    Json value = Json::parse(text, nullptr, false);
    if (value.is_discarded()) {
        return Error{ErrorCode::kInvalid, "not JSON"};
    }
    return value;
}

}  // namespace bonafide::report

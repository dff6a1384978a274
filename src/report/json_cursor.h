#pragma once

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bonafide::report {

struct Range {
    double minimum = std::numeric_limits<double>::lowest();
    double maximum = std::numeric_limits<double>::max();
};
inline constexpr Range kAnyNumber{};
inline constexpr Range kNotNegative{0, std::numeric_limits<double>::max()};
inline constexpr Range kFraction{0, 1};
inline constexpr Range kCount{0, std::numeric_limits<int>::max()};

/// Reads one JSON object strictly: every key that is asked for must be there with the right type and range, and
/// finish() refuses the rest. The first problem, with its place ("findings[3].where.box_px"), is kept for all cursors
/// that share `problem`; after it every answer is an empty value, so that callers check once, at the end. Never throws.
class JsonCursor {
  public:
    using Json = nlohmann::ordered_json;

    JsonCursor(const Json& value, std::string place, std::string& problem)
        : object_(&value), place_(std::move(place)), problem_(&problem) {
        if (!value.is_object()) {
            fail("", "must be an object");
        }
    }

    bool ok() const { return problem_->empty(); }

    void fail(std::string_view key, std::string_view what) {
        if (problem_->empty()) {
            *problem_ = place_of(key) + " " + std::string(what);
        }
    }

    std::string place_of(std::string_view key) const {
        std::string place = place_;
        if (!place.empty() && !key.empty()) place += '.';
        place += key;
        return place.empty() ? "the report" : place;
    }

    /// The value under `key`, null where there is a problem.
    const Json& value(const char* key) {
        static const Json kNothing;
        if (!object_->is_object()) return kNothing;
        asked_.push_back(key);
        const auto found = object_->find(key);
        if (found == object_->end()) {
            fail(key, "is missing");
            return kNothing;
        }
        return *found;
    }

    /// Whether there is a value under `key`: for the few that may be left out.
    bool holds(const char* key) const { return object_->is_object() && object_->contains(key); }

    std::string text(const char* key) { return text_in(value(key), key); }

    std::optional<std::string> nullable_text(const char* key) {
        const Json& found = value(key);
        if (found.is_null()) return std::nullopt;
        return text_in(found, key);
    }

    /// As nullable_text, for what is an empty string in memory; an empty string in JSON is refused.
    std::string text_or_null(const char* key) {
        std::optional<std::string> found = nullable_text(key);
        if (found && found->empty()) fail(key, "must be null rather than empty");
        return found.value_or("");
    }

    bool boolean(const char* key) {
        const Json& found = value(key);
        if (!found.is_boolean()) fail(key, "must be true or false");
        return found.is_boolean() && found.get<bool>();
    }

    std::optional<bool> nullable_boolean(const char* key) {
        const Json& found = value(key);
        if (found.is_null()) return std::nullopt;
        if (!found.is_boolean()) fail(key, "must be true, false or null");
        return found.is_boolean() && found.get<bool>();
    }

    double number(const char* key, Range range = kAnyNumber) { return number_in(value(key), key, range); }

    std::optional<double> nullable_number(const char* key, Range range = kAnyNumber) {
        const Json& found = value(key);
        if (found.is_null()) return std::nullopt;
        return number_in(found, key, range);
    }

    int integer(const char* key, Range range) { return integer_in(value(key), key, range); }

    std::optional<int> nullable_integer(const char* key, Range range) {
        const Json& found = value(key);
        if (found.is_null()) return std::nullopt;
        return integer_in(found, key, range);
    }

    std::uint64_t unsigned_integer(const char* key) {
        const Json& found = value(key);
        if (!found.is_number_unsigned()) {
            fail(key, "must be a whole number, 0 or more");
            return 0;
        }
        return found.get<std::uint64_t>();
    }

    JsonCursor object(const char* key) { return {value(key), place_of(key), *problem_}; }

    /// Calls `visit(element, place)` for every element of the array under `key` until there is a problem.
    template <class Visit>
    void each(const char* key, Visit visit) {
        const Json& found = value(key);
        if (!found.is_array()) {
            fail(key, "must be an array");
            return;
        }
        for (std::size_t i = 0; i < found.size() && ok(); ++i) {
            visit(found[i], place_of(key) + "[" + std::to_string(i) + "]");
        }
    }

    std::string text_in(const Json& found, std::string_view key) {
        if (!found.is_string()) {
            fail(key, "must be a text");
            return {};
        }
        return found.get_ref<const std::string&>();
    }

    double number_in(const Json& found, std::string_view key, Range range) {
        const double number = found.is_number() ? found.get<double>() : 0.0;
        if (!found.is_number() || !std::isfinite(number)) {
            fail(key, "must be a finite number");
            return 0;
        }
        if (number < range.minimum || number > range.maximum) {
            fail(key, "is out of range");
            return 0;
        }
        return number;
    }

    int integer_in(const Json& found, std::string_view key, Range range) {
        if (!found.is_number_integer()) {
            fail(key, "must be a whole number");
            return 0;
        }
        // Every 32-bit integer is exact as a double, and what is larger is out of range as a double too.
        const double number = found.get<double>();
        const Range both{std::max(range.minimum, double{std::numeric_limits<int>::lowest()}),
                         std::min(range.maximum, double{std::numeric_limits<int>::max()})};
        return static_cast<int>(number_in(Json(number), key, both));
    }

    /// Refuses keys that were not asked for: a report holds nothing that a reader would overlook.
    void finish() {
        if (!object_->is_object() || !ok()) return;
        for (const auto& [key, ignored] : object_->items()) {
            if (std::find(asked_.begin(), asked_.end(), key) == asked_.end()) {
                fail("", "has a key that this schema does not know: '" + key.substr(0, 60) + "'");
                return;
            }
        }
    }

  private:
    const Json* object_;
    std::string place_;
    std::string* problem_;
    std::vector<std::string_view> asked_;
};

}  // namespace bonafide::report

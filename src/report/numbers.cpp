#include "report/words.h"

#include <array>
#include <charconv>
#include <cmath>
#include <string>

namespace bonafide::report {
namespace {

std::string format(double value, std::chars_format style, int precision) {
    std::array<char, 512> buffer{};  // the longest double in fixed notation has 309 digits before the point
    const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, style, precision);
    ENSURE(written.ec == std::errc{});
    return {buffer.data(), written.ptr};
}

std::string two_digits(int value) {
    return (value < 10 ? "0" : "") + std::to_string(value);
}

}  // namespace

std::string number(double value, int digits) {
    if (value == 0) return "0";
    const double magnitude = std::abs(value);
    // Whole numbers keep all their digits: counts and sizes are exact.
    if (magnitude < 1e15 && value == std::floor(value)) return format(value, std::chars_format::fixed, 0);
    return format(
        value, std::chars_format::general,
        magnitude >= 1 && magnitude < 1e6 ? std::max(digits, static_cast<int>(std::log10(magnitude)) + 1) : digits);
}

std::string signed_number(double value) {
    std::string text = format(std::abs(value), std::chars_format::fixed, 2);
    const bool zero = text == "0.00";
    return (zero ? "" : value < 0 ? "-" : "+") + text;
}

std::string time_in_words(double seconds) {
    // Beyond a few thousand years a time stamp is damage, and would not fit the integers below.
    if (std::abs(seconds) > 1e11) return number(seconds) + " s";
    const bool negative = seconds < 0;
    const auto hundredths = static_cast<std::int64_t>(std::llround(std::abs(seconds) * 100));
    const std::string sign = negative && hundredths > 0 ? "-" : "";
    const auto whole = hundredths / 100;
    const std::string fraction = two_digits(static_cast<int>(hundredths % 100));
    if (whole < 60) return sign + std::to_string(whole) + "." + fraction + " s";
    const std::string tail = two_digits(static_cast<int>(whole % 60)) + "." + fraction;
    if (whole < 3600) return sign + std::to_string(whole / 60) + ":" + tail;
    return sign + std::to_string(whole / 3600) + ":" + two_digits(static_cast<int>(whole / 60 % 60)) + ":" + tail;
}

std::string span_in_words(const std::optional<double>& start_s, const std::optional<double>& end_s) {
    if (!start_s && !end_s) return "";
    if (!start_s) return "until " + time_in_words(*end_s);
    if (!end_s || time_in_words(*start_s) == time_in_words(*end_s)) return time_in_words(*start_s);
    return time_in_words(*start_s) + " to " + time_in_words(*end_s);
}

std::string size_in_words(std::uint64_t bytes) {
    std::string digits = std::to_string(bytes);
    for (std::size_t place = digits.size(); place > 3; place -= 3) {
        digits.insert(place - 3, ",");
    }
    if (bytes < 1000) return digits + (bytes == 1 ? " byte" : " bytes");
    static constexpr std::array<const char*, 6> kUnits = {"kB", "MB", "GB", "TB", "PB", "EB"};
    double value = static_cast<double>(bytes) / 1000;
    std::size_t unit = 0;
    while (value >= 999.95 && unit + 1 < kUnits.size()) {
        value /= 1000;
        ++unit;
    }
    return format(value, std::chars_format::fixed, value < 10 ? 1 : 0) + " " + kUnits[unit] + " (" + digits + " bytes)";
}

}  // namespace bonafide::report

#include "analyzers/provenance/metadata_consistency/statements.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>

namespace bonafide::analyzers {
namespace {

constexpr double kDay = 86400, kHour = 3600, kMinute = 60;

/// Days since 1970-01-01 in the proleptic Gregorian calendar, by counting from a year that starts in March.
double days_since_epoch(int year, int month, int day) {
    const int shifted_year = month <= 2 ? year - 1 : year;
    const int shifted_month = (month + 9) % 12;
    const int leap_days = shifted_year / 4 - shifted_year / 100 + shifted_year / 400;
    const int day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    constexpr int kEpoch = 719468;
    return 365.0 * shifted_year + leap_days + day_of_year - kEpoch;
}

int days_in_month(int year, int month) {
    constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

/// Takes `digits` decimal digits off the front of `text`.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
    if (text.size() < digits) return std::nullopt;
    int value = 0;
    for (std::size_t index = 0; index < digits; ++index) {
        if (text[index] < '0' || text[index] > '9') return std::nullopt;
        value = value * 10 + (text[index] - '0');
    }
    text.remove_prefix(digits);
    return value;
}

void skip_one_of(std::string_view& text, std::string_view characters) {
    if (!text.empty() && characters.find(text.front()) != std::string_view::npos) text.remove_prefix(1);
}

std::optional<double> parse_zone(std::string_view text) {
    if (text.empty()) return std::nullopt;
    if (text.front() == 'Z') return 0.0;
    if (text.front() != '+' && text.front() != '-') return std::nullopt;
    const double sign = text.front() == '-' ? -1 : 1;
    text.remove_prefix(1);
    const auto hours = take_digits(text, 2);
    skip_one_of(text, ":");
    const auto minutes = take_digits(text, 2);
    if (!hours) return std::nullopt;
    return sign * (*hours * kHour + minutes.value_or(0) * kMinute);
}

}  // namespace

std::optional<std::string_view> value_of(const std::map<std::string, std::string>& properties, const std::string& key) {
    const auto found = properties.find(key);
    if (found == properties.end() || found->second.empty()) return std::nullopt;
    return std::string_view(found->second);
}

std::optional<double> parse_number(std::string_view text) {
    const std::string copy(text.substr(0, 64));
    char* end = nullptr;
    double value = std::strtod(copy.c_str(), &end);
    if (end == copy.c_str()) return std::nullopt;
    if (*end == '/') {
        const char* start = end + 1;
        const double divisor = std::strtod(start, &end);
        if (end == start || divisor == 0) return std::nullopt;
        value /= divisor;
    }
    if (!std::isfinite(value)) return std::nullopt;
    return value;
}

std::optional<double> number_of(const std::map<std::string, std::string>& properties, const std::string& key) {
    const auto text = value_of(properties, key);
    return text ? parse_number(*text) : std::nullopt;
}

std::optional<Moment> parse_moment(std::string_view text) {
    Moment moment;
    moment.text = std::string(text.substr(0, 40));
    const auto year = take_digits(text, 4);
    skip_one_of(text, ":-/");
    const auto month = take_digits(text, 2);
    skip_one_of(text, ":-/");
    const auto day = take_digits(text, 2);
    if (!year || !month || !day || *year < 1800 || *month < 1 || *month > 12 || *day < 1 ||
        *day > days_in_month(*year, *month)) {
        return std::nullopt;
    }
    moment.local_s = days_since_epoch(*year, *month, *day) * kDay;
    skip_one_of(text, " T");
    const auto hour = take_digits(text, 2);
    skip_one_of(text, ":");
    const auto minute = take_digits(text, 2);
    skip_one_of(text, ":");
    const auto second = take_digits(text, 2);
    // A date alone counts from its midnight; a time that no clock shows leaves the date.
    if (hour && minute && *hour < 24 && *minute < 60 && second.value_or(0) <= 60) {
        moment.local_s += *hour * kHour + *minute * kMinute + second.value_or(0);
        if (!text.empty() && text.front() == '.') {
            text.remove_prefix(1);
            text.remove_prefix(std::min(text.find_first_not_of("0123456789"), text.size()));
        }
        moment.zone_s = parse_zone(text);
    }
    return moment;
}

double seconds_between(const Moment& earlier, const Moment& later) {
    const double clocks = later.local_s - earlier.local_s;
    return earlier.zone_s && later.zone_s ? clocks - *later.zone_s + *earlier.zone_s : clocks;
}

std::optional<double> parse_degrees(std::string_view text, std::string_view reference) {
    std::string copy(text.substr(0, 64));
    std::replace(copy.begin(), copy.end(), ',', ' ');
    std::array<double, 3> parts{};
    const char* at = copy.c_str();
    std::size_t count = 0;
    while (count < parts.size()) {
        char* end = nullptr;
        const double value = std::strtod(at, &end);
        if (end == at) break;
        if (!std::isfinite(value)) return std::nullopt;
        parts[count++] = value;
        at = end;
    }
    if (count == 0) return std::nullopt;
    while (*at == ' ')
        ++at;
    const char letter = *at != '\0' ? *at : reference.empty() ? ' ' : reference.front();
    const double degrees = parts[0] + parts[1] / 60 + parts[2] / 3600;
    return letter == 'S' || letter == 'W' ? -degrees : degrees;
}

std::string simplified(std::string_view name) {
    std::string result;
    for (const char character : name) {
        const auto byte = static_cast<unsigned char>(character);
        if (std::isalnum(byte) != 0) result += static_cast<char>(std::tolower(byte));
    }
    return result;
}

}  // namespace bonafide::analyzers

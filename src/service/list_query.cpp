#include "service/list_query.h"

#include "report/report.h"

#include <algorithm>
#include <charconv>

namespace bonafide::service {
namespace {

constexpr std::size_t kMostChecks = 200;
constexpr std::size_t kMostCharacters = 200;
constexpr std::string_view kCursorMark = "c";

Error wrong(const char* what) {
    return {ErrorCode::kUsage, what};
}

template <class Number>
bool read_number(std::string_view text, Number& value) {
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    return !text.empty() && read.ec == std::errc() && read.ptr == text.data() + text.size();
}

// Of UTF-8: bytes that do not go on with the character before.
std::size_t characters_of(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xC0) != 0x80; }));
}

}  // namespace

std::string cursor_of(std::int64_t seq) {
    return std::string(kCursorMark) + std::to_string(seq);
}

Result<ListQuery> parse_list_query(const std::map<std::string, std::string>& query) {
    const auto given = [&](const char* name) {
        const auto found = query.find(name);
        return found != query.end() ? &found->second : nullptr;
    };
    ListQuery parsed;
    if (const std::string* limit = given("limit")) {
        if (!read_number(*limit, parsed.limit) || parsed.limit < 1 || parsed.limit > kMostChecks) {
            return wrong("\"limit\" must be a number from 1 to 200.");
        }
    }
    if (const std::string* cursor = given("cursor")) {
        std::int64_t seq = 0;
        if (!cursor->starts_with(kCursorMark) || !read_number(std::string_view(*cursor).substr(1), seq) || seq < 1) {
            return wrong("\"cursor\" must be a \"next_cursor\" of this server.");
        }
        parsed.before_seq = seq;
    }
    if (const std::string* state = given("state")) {
        parsed.state = state_from(*state);
        if (!parsed.state) {
            return wrong("\"state\" must be queued, running, done or failed.");
        }
    }
    if (const std::string* verdict = given("verdict")) {
        if (!report::verdict_from(*verdict)) {
            return wrong("\"verdict\" must be one of those that reports give.");
        }
        parsed.verdict = *verdict;
    }
    if (const std::string* text = given("q")) {
        if (characters_of(*text) > kMostCharacters) {
            return wrong("\"q\" may have 200 characters.");
        }
        parsed.text = *text;
    }
    return parsed;
}

}  // namespace bonafide::service

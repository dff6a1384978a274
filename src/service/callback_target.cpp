#include "service/callback_target.h"

#include <algorithm>
#include <charconv>

namespace bonafide::service {
namespace {

constexpr std::size_t kMostCharacters = 2000;

Error wrong(const char* what) {
    return {ErrorCode::kUsage, what};
}

bool is_visible_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

}  // namespace

Result<CallbackTarget> parse_callback_target(std::string_view url) {
    static constexpr std::string_view kScheme = "http://";
    if (!url.starts_with(kScheme) || url.size() > kMostCharacters || !is_visible_ascii(url)) {
        return wrong("must be an http:// URL of at most 2,000 visible ASCII characters");
    }
    url = url.substr(0, url.find('#'));
    url.remove_prefix(kScheme.size());
    const std::string_view authority = url.substr(0, url.find_first_of("/?"));
    const std::string_view rest = url.substr(authority.size());
    if (authority.empty() || authority.find_first_of("@\\\"<>") != std::string_view::npos) {
        return wrong("names no host, or a user");
    }
    CallbackTarget target;
    target.authority = authority;
    target.target = rest.starts_with('/') ? std::string(rest) : "/" + std::string(rest);
    std::string_view port;
    if (authority.starts_with('[')) {
        const std::size_t end = authority.find(']');
        if (end == std::string_view::npos) {
            return wrong("has an address without its closing bracket");
        }
        target.host = authority.substr(1, end - 1);
        port = authority.substr(end + 1);
    } else {
        const std::size_t colon = std::min(authority.find(':'), authority.size());
        target.host = authority.substr(0, colon);
        port = authority.substr(colon);
    }
    if (target.host.empty()) {
        return wrong("names no host");
    }
    if (!port.empty()) {
        const char* end = port.data() + port.size();
        const auto read = std::from_chars(port.data() + 1, end, target.port);
        if (port.front() != ':' || port.size() < 2 || read.ec != std::errc() || read.ptr != end || target.port == 0) {
            return wrong("has a port that is no number from 1 to 65535");
        }
    }
    return target;
}

}  // namespace bonafide::service

#include "service/remote_url.h"

#include <algorithm>
#include <charconv>
#include <vector>

namespace bonafide::service {
namespace {

constexpr std::size_t kMostCharacters = 2000;
constexpr std::size_t kMostHostCharacters = 255;
constexpr std::uint16_t kPlainPort = 80, kEncryptedPort = 443;

Error wrong(const char* what) {
    return {ErrorCode::kUsage, what};
}

bool is_visible_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

std::string lowered(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return lower;
}

/// Takes "http://" or "https://" away; false where neither is there.
bool take_scheme(std::string_view& url, bool& encrypted) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (lowered(url.substr(0, scheme.size())) == scheme) {
            url.remove_prefix(scheme.size());
            encrypted = scheme.size() == std::string_view("https://").size();
            return true;
        }
    }
    return false;
}

/// Whether `text` begins with a scheme of its own (RFC 3986, section 3.1).
bool has_scheme(std::string_view text) {
    const std::size_t end = text.find_first_of(":/?#");
    return end != std::string_view::npos && end > 0 && text[end] == ':';
}

/// RFC 3986, section 5.2.4, of a path that begins with '/'.
std::string without_dot_segments(std::string_view path) {
    std::vector<std::string_view> kept;
    bool open = false;  // the path ends in a folder
    while (!path.empty()) {
        path.remove_prefix(1);
        const std::string_view segment = path.substr(0, path.find('/'));
        path.remove_prefix(segment.size());
        open = segment == "." || segment == "..";
        if (segment == ".." && !kept.empty()) {
            kept.pop_back();
        } else if (!open) {
            kept.push_back(segment);
        }
    }
    std::string clean;
    for (const std::string_view segment : kept) {
        clean += "/" + std::string(segment);
    }
    return open || clean.empty() ? clean + "/" : clean;
}

bool is_host(std::string_view host) {
    static constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:";
    return !host.empty() && host.size() <= kMostHostCharacters &&
           host.find_first_not_of(kAllowed) == std::string_view::npos;
}

}  // namespace

Result<RemoteUrl> parse_remote_url(std::string_view url) {
    RemoteUrl parsed;
    if (url.size() > kMostCharacters || !is_visible_ascii(url) || !take_scheme(url, parsed.encrypted)) {
        return wrong("must be an http:// or https:// URL of at most 2,000 visible ASCII characters");
    }
    url = url.substr(0, url.find('#'));
    const std::string_view authority = url.substr(0, url.find_first_of("/?"));
    const std::string_view rest = url.substr(authority.size());
    if (authority.empty() || authority.find_first_of("@\\\"<>") != std::string_view::npos) {
        return wrong("names no host, or a user");
    }
    parsed.authority = authority;
    parsed.port = parsed.encrypted ? kEncryptedPort : kPlainPort;
    parsed.target = rest.starts_with('/') ? std::string(rest) : "/" + std::string(rest);
    std::string_view port;
    if (authority.starts_with('[')) {
        const std::size_t end = authority.find(']');
        if (end == std::string_view::npos) {
            return wrong("has an address without its closing bracket");
        }
        parsed.host = authority.substr(1, end - 1);
        port = authority.substr(end + 1);
    } else {
        const std::size_t colon = std::min(authority.find(':'), authority.size());
        parsed.host = authority.substr(0, colon);
        port = authority.substr(colon);
    }
    if (!is_host(parsed.host)) {
        return wrong("names no host");
    }
    if (!port.empty()) {
        const char* end = port.data() + port.size();
        const auto read = std::from_chars(port.data() + 1, end, parsed.port);
        if (port.front() != ':' || port.size() < 2 || read.ec != std::errc() || read.ptr != end || parsed.port == 0) {
            return wrong("has a port that is no number from 1 to 65535");
        }
    }
    return parsed;
}

Result<RemoteUrl> resolve_reference(const RemoteUrl& base, std::string_view reference) {
    if (has_scheme(reference)) {
        return parse_remote_url(reference);
    }
    const std::string scheme = base.encrypted ? "https:" : "http:";
    if (reference.starts_with("//")) {
        return parse_remote_url(scheme + std::string(reference));
    }
    reference = reference.substr(0, reference.find('#'));
    const std::string_view path = reference.substr(0, reference.find('?'));
    const std::string_view query = reference.substr(path.size());
    const std::string_view base_target = base.target;
    const std::string_view base_path = base_target.substr(0, base_target.find('?'));
    std::string target;
    if (reference.empty()) {
        target = base_target;
    } else if (path.empty()) {
        target = std::string(base_path) + std::string(query);
    } else {
        const std::string folder(path.starts_with('/') ? std::string_view()
                                                       : base_path.substr(0, base_path.rfind('/') + 1));
        target = without_dot_segments(folder + std::string(path)) + std::string(query);
    }
    return parse_remote_url(scheme + "//" + base.authority + target);
}

}  // namespace bonafide::service

#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace bonafide::service {

/// An address on another server.
struct RemoteUrl {
    bool encrypted = false;  ///< https
    std::string host;        ///< name or address, without brackets
    std::uint16_t port = 80;
    std::string target = "/";  ///< path and query
    std::string authority;     ///< for the Host header
};

/// Reads an http:// or https:// URL. kUsage in words for whoever sent it, where it is none: no user names, no other
/// schemes, nothing but visible ASCII, at most 2,000 characters.
Result<RemoteUrl> parse_remote_url(std::string_view url);

/// What `reference`, a URL or a part of one as in a Location header, means in an answer from `base` (RFC 3986,
/// section 5.2). kUsage as above.
Result<RemoteUrl> resolve_reference(const RemoteUrl& base, std::string_view reference);

}  // namespace bonafide::service

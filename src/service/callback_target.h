#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace bonafide::service {

/// Where a call-back goes.
struct CallbackTarget {
    std::string host;  ///< name or address, without brackets
    std::uint16_t port = 80;
    std::string target = "/";  ///< path and query
    std::string authority;     ///< for the Host header
};

/// Reads an http:// URL. kUsage in words for whoever sent it, where it is none: no user names, no other schemes.
Result<CallbackTarget> parse_callback_target(std::string_view url);

}  // namespace bonafide::service

#pragma once

#include <cstdint>
#include <string>

namespace bonafide::service {

/// Milliseconds since 1970-01-01 00:00 UTC. May step back: order is never taken from it.
std::int64_t now_ms();

/// RFC 3339 in UTC with milliseconds: "2026-01-31T12:00:00.000Z".
std::string rfc3339(std::int64_t time_ms);

}  // namespace bonafide::service

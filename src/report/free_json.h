#pragma once

#include "base/result.h"

#include <nlohmann/json.hpp>

#include <string_view>

namespace bonafide::report {

/// Levels of nesting that the free-form parts of a report (credentials, replay) keep, and that a whole report may have.
inline constexpr int kMostFreeDepth = 64;
inline constexpr int kMostReportDepth = kMostFreeDepth + 16;
/// A report is text about an input, not the input: far larger ones are refused before they are parsed.
inline constexpr std::size_t kMostReportBytes = std::size_t{32} << 20;
/// Keys an object may have. Objects keep their order and are searched one by one, so that this bounds the work as well.
inline constexpr std::size_t kMostKeys = 1024;

/// `value` fit for a report: strings valid UTF-8, numbers finite (others null), what is nested deeper than
/// kMostFreeDepth replaced by a sentence that says so, keys after the first kMostKeys of an object dropped.
nlohmann::ordered_json bounded_json(const nlohmann::ordered_json& value);

/// Parses untrusted JSON. kLimit where it is too large, too deep or has too many keys; kInvalid, with the byte offset,
/// where it is not JSON (RFC 8259) or where an object has a key twice, which two readers could understand in two ways.
/// Never throws.
Result<nlohmann::ordered_json> parse_json(std::string_view text, std::size_t most_bytes = kMostReportBytes);

}  // namespace bonafide::report

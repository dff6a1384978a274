#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

namespace bonafide::media {

/// Adds the properties of the XMP packet `bytes` (ISO 16684-1, UTF-8 or UTF-16) to `properties`, under the usual prefix
/// of each known namespace and the file's own prefix for others; a property that is there already stays. Returns what
/// is wrong, in words, or nothing. Bounded in depth, number and length; document types and entities are not processed.
std::optional<std::string> read_xmp(std::span<const std::uint8_t> bytes,
                                    std::map<std::string, std::string>& properties);

}  // namespace bonafide::media

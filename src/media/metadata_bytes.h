#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bonafide::media {

/// Fixed-size numbers out of untrusted bytes. Bytes past the end read as 0, so that a truncated field can never be read
/// out of bounds; callers that must tell the difference check the length first.
inline std::uint8_t byte_at(std::span<const std::uint8_t> bytes, std::size_t offset) {
    return offset < bytes.size() ? bytes[offset] : std::uint8_t{0};
}

inline std::uint64_t big_endian(std::span<const std::uint8_t> bytes, std::size_t offset, int width) {
    std::uint64_t value = 0;
    for (int index = 0; index < width; ++index) {
        value = value << 8 | byte_at(bytes, offset + static_cast<std::size_t>(index));
    }
    return value;
}

inline std::uint64_t little_endian(std::span<const std::uint8_t> bytes, std::size_t offset, int width) {
    std::uint64_t value = 0;
    for (int index = width - 1; index >= 0; --index) {
        value = value << 8 | byte_at(bytes, offset + static_cast<std::size_t>(index));
    }
    return value;
}

inline std::string_view as_text(std::span<const std::uint8_t> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline std::span<const std::uint8_t> as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Whether `bytes` starts with `prefix` (which may hold NUL bytes).
inline bool starts_with(std::span<const std::uint8_t> bytes, std::string_view prefix) {
    return as_text(bytes.subspan(0, bytes.size() < prefix.size() ? bytes.size() : prefix.size())) == prefix;
}

}  // namespace bonafide::media

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bonafide::media {

/// What one text of a file may take in a report.
inline constexpr std::size_t kMostTextBytes = 64 * 1024;

/// `bytes` as valid UTF-8: each byte that belongs to no well-formed sequence and each control character but tab and
/// line feed becomes U+FFFD; ends at the first NUL, without blanks at either end, cut at `most_bytes` between two
/// characters.
std::string clean_utf8(std::string_view bytes, std::size_t most_bytes = kMostTextBytes);

/// Whether `bytes` is well-formed UTF-8 (RFC 3629).
bool is_utf8(std::string_view bytes);

/// ISO 8859-1 to clean UTF-8.
std::string latin1_to_utf8(std::string_view bytes);

/// UTF-8 where the bytes are well-formed, ISO 8859-1 otherwise: what most writers meant where the format names no
/// encoding.
std::string guess_to_utf8(std::string_view bytes);

/// UTF-16 to clean UTF-8; a byte order mark overrides `big_endian`.
std::string utf16_to_utf8(std::span<const std::uint8_t> bytes, bool big_endian);

/// Why bytes could not be decompressed.
enum class InflateFailure { kDamaged, kTooLong };

/// What came out of a decompressor.
struct Inflated {
    std::vector<std::uint8_t> bytes;        ///< as far as it went
    std::optional<InflateFailure> failure;  ///< nothing where it ended as it should
};

/// Decompresses a zlib stream (RFC 1950) into at most `most_bytes`, whatever it claims to hold.
Inflated inflate_zlib(std::span<const std::uint8_t> bytes, std::size_t most_bytes);

/// The same for Brotli (RFC 7932).
Inflated inflate_brotli(std::span<const std::uint8_t> bytes, std::size_t most_bytes);

}  // namespace bonafide::media

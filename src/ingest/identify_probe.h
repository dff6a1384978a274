#pragma once

#include "ingest/identify.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace bonafide::ingest {

/// Unsigned integers at `offset`, big- or little-endian; 0 where the bytes end before them.
std::uint64_t unsigned_be(std::span<const std::uint8_t> bytes, std::size_t offset, std::size_t width_bytes);
std::uint64_t unsigned_le(std::span<const std::uint8_t> bytes, std::size_t offset, std::size_t width_bytes);

/// Whether the characters of `text` stand at `offset`.
bool has_text(std::span<const std::uint8_t> bytes, std::size_t offset, std::string_view text);

/// What a sniff function sees: the first bytes, read once, and the source for what lies further in.
struct Probe {
    const ByteSource& source;
    std::uint64_t size_bytes;
    std::vector<std::uint8_t> head;  ///< at most kHeadBytes

    static constexpr std::size_t kHeadBytes = 64 * 1024;
    explicit Probe(const ByteSource& from)
        : source(from), size_bytes(from.size_bytes()), head(from.read(0, kHeadBytes)) {}
    bool has(std::size_t offset, std::string_view text) const { return has_text(head, offset, text); }
};

/// Returns an identity where the bytes are of the function's format.
using Sniff = std::optional<Identity> (*)(const Probe& probe);

// Still pictures.
std::optional<Identity> sniff_jpeg(const Probe& probe);
std::optional<Identity> sniff_png(const Probe& probe);
std::optional<Identity> sniff_webp(const Probe& probe);
std::optional<Identity> sniff_heif(const Probe& probe);
std::optional<Identity> sniff_avif(const Probe& probe);
std::optional<Identity> sniff_jxl(const Probe& probe);
std::optional<Identity> sniff_tiff(const Probe& probe);
std::optional<Identity> sniff_gif(const Probe& probe);
std::optional<Identity> sniff_bmp(const Probe& probe);
// Containers of films and sound.
std::optional<Identity> sniff_iso_bmff(const Probe& probe);
std::optional<Identity> sniff_matroska(const Probe& probe);
std::optional<Identity> sniff_avi(const Probe& probe);
std::optional<Identity> sniff_mpeg_ts(const Probe& probe);
std::optional<Identity> sniff_ogg(const Probe& probe);
// Sound alone.
std::optional<Identity> sniff_wav(const Probe& probe);
std::optional<Identity> sniff_flac(const Probe& probe);
std::optional<Identity> sniff_mp3(const Probe& probe);
std::optional<Identity> sniff_adts(const Probe& probe);

/// Formats that are known by their signature but not supported: named in words, of unknown kind.
std::optional<Identity> sniff_foreign(const Probe& probe);

/// Describes in words what no sniff function knows: damaged signatures, text, guesses.
Identity describe_unsupported(const Probe& probe);

}  // namespace bonafide::ingest

// AVI, MPEG transport streams (ISO/IEC 13818-1) and Ogg (RFC 3533).
#include "ingest/identify_probe.h"

#include <algorithm>
#include <array>
#include <string>

namespace bonafide::ingest {
namespace {

using namespace std::string_view_literals;

constexpr std::uint8_t kSync = 0x47;
constexpr std::size_t kPacketBytes = 188;
/// Packets that must stand at the right distance; a shorter file must hold at least kFewestPackets and nothing else.
constexpr std::size_t kSyncPackets = 6, kFewestPackets = 3;
/// Bytes in which the kinds of a transport stream's streams are looked for.
constexpr std::size_t kStreamScanBytes = 1 << 20;

bool is_packet(std::span<const std::uint8_t> bytes, std::size_t offset) {
    // Sync byte, and an adaptation field control other than the reserved 0: text full of 'G' has none.
    return offset + 4 <= bytes.size() && bytes[offset] == kSync && (bytes[offset + 3] & 0x30) != 0;
}

struct PacketGrid {
    std::size_t first_offset = 0;
    std::size_t stride_bytes = 0;  ///< 188, 192 (with time codes, M2TS) or 204 (with parity bytes)
};

std::optional<PacketGrid> packet_grid(std::span<const std::uint8_t> bytes) {
    for (const std::size_t stride : {kPacketBytes, std::size_t{192}, std::size_t{204}}) {
        for (std::size_t first = 0; first < stride && first < bytes.size(); ++first) {
            std::size_t count = 0;
            while (count < kSyncPackets && is_packet(bytes, first + count * stride)) {
                ++count;
            }
            const bool whole_file = count >= kFewestPackets && first + count * stride + 4 > bytes.size();
            if (count == kSyncPackets || whole_file) {
                return PacketGrid{first, stride};
            }
        }
    }
    return std::nullopt;
}

/// The kind of a transport stream by the identifiers of its elementary stream packets; film where none is seen.
MediaKind kind_of_streams(const Probe& probe, const PacketGrid& grid) {
    const std::vector<std::uint8_t> bytes = probe.source.read(0, kStreamScanBytes);
    bool video = false, audio = false;
    for (std::size_t offset = grid.first_offset; offset + kPacketBytes <= bytes.size(); offset += grid.stride_bytes) {
        if (!is_packet(bytes, offset) || (bytes[offset + 1] & 0x40) == 0 || (bytes[offset + 3] & 0x10) == 0) {
            continue;  // no start of a payload unit in this packet
        }
        const bool adaptation = (bytes[offset + 3] & 0x20) != 0;
        const std::size_t payload = 4 + (adaptation ? 1U + bytes[offset + 4] : 0U);
        if (payload + 4 > kPacketBytes || !has_text(bytes, offset + payload, "\0\0\x01"sv)) {
            continue;
        }
        const std::uint8_t stream = bytes[offset + payload + 3];
        video |= (stream >= 0xE0 && stream <= 0xEF) || stream == 0xFD;
        audio |= (stream >= 0xC0 && stream <= 0xDF) || stream == 0xBD;
    }
    return audio && !video ? MediaKind::kAudio : MediaKind::kVideo;
}

struct OggCodec {
    std::string_view signature;
    const char* name;
    MediaKind kind;
};

constexpr OggCodec kOggCodecs[] = {
    {"\x01vorbis", "Ogg Vorbis", MediaKind::kAudio},
    {"OpusHead", "Ogg Opus", MediaKind::kAudio},
    {"\x7F"
     "FLAC",
     "Ogg FLAC", MediaKind::kAudio},
    {"Speex   ", "Ogg Speex", MediaKind::kAudio},
    {"\x80theora", "Ogg Theora", MediaKind::kVideo},
    {"BBCD", "Ogg Dirac", MediaKind::kVideo},
    {"\x01video", "Ogg (OGM)", MediaKind::kVideo},
    {"OVP80", "Ogg VP8", MediaKind::kVideo},
};

}  // namespace

std::optional<Identity> sniff_avi(const Probe& probe) {
    if (!probe.has(0, "RIFF") || !(probe.has(8, "AVI ") || probe.has(8, "AVIX"))) {
        return std::nullopt;
    }
    return Identity{Container::kUnknown, MediaKind::kVideo, "video/x-msvideo", "AVI film"};
}

std::optional<Identity> sniff_mpeg_ts(const Probe& probe) {
    const std::optional<PacketGrid> grid = packet_grid(probe.head);
    if (!grid) {
        return std::nullopt;
    }
    const MediaKind kind = kind_of_streams(probe, *grid);
    return Identity{Container::kUnknown, kind, "video/mp2t",
                    std::string("MPEG transport stream") + (kind == MediaKind::kAudio ? " with sound only" : "")};
}

std::optional<Identity> sniff_ogg(const Probe& probe) {
    if (!probe.has(0, "OggS\0"sv)) {
        return std::nullopt;
    }
    // Every stream's first page stands before any other, each with its codec's signature at the start of its one
    // packet.
    const OggCodec* found = nullptr;
    std::size_t offset = 0;
    while (has_text(probe.head, offset, "OggS\0"sv) && offset + 27 <= probe.head.size() &&
           (probe.head[offset + 5] & 2) != 0) {
        const std::size_t segments = probe.head[offset + 26];
        const std::size_t body = offset + 27 + segments;
        std::size_t body_bytes = 0;
        for (std::size_t i = offset + 27; i < std::min(body, probe.head.size()); ++i) {
            body_bytes += probe.head[i];
        }
        for (const OggCodec& codec : kOggCodecs) {
            if (has_text(probe.head, body, codec.signature) && (found == nullptr || codec.kind == MediaKind::kVideo)) {
                found = &codec;
            }
        }
        offset = body + body_bytes;
    }
    const bool video = found != nullptr && found->kind == MediaKind::kVideo;
    return Identity{Container::kUnknown, video ? MediaKind::kVideo : MediaKind::kAudio,
                    video ? "video/ogg" : "audio/ogg",
                    std::string(found != nullptr ? found->name : "Ogg") + (video ? " film" : " recording")};
}

}  // namespace bonafide::ingest

// Marker segments of a JPEG (ITU-T T.81, annex B), read without libjpeg: it skips what it does not know, and a report
// must not.
#include "media/jpeg.h"

#include <algorithm>
#include <cstring>

namespace bonafide::media {
namespace {

// Row-major index of the coefficient at each place of the zigzag order (T.81, figure A.6).
constexpr std::array<std::uint8_t, 64> kNaturalOrder = {0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,
                                                        12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6,  7,  14, 21, 28,
                                                        35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
                                                        58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};
/// Segments of one file; real pictures have tens, with large profiles and previews hundreds.
constexpr std::size_t kMostMarkers = 65'536;
constexpr std::size_t kMostIdentifierCharacters = 64;

constexpr std::uint8_t kStart = 0xD8, kEnd = 0xD9, kScan = 0xDA, kQuantisation = 0xDB;

bool is_frame_header(std::uint8_t code) {
    return code >= 0xC0 && code <= 0xCF && code != 0xC4 && code != 0xC8 && code != 0xCC;
}
bool is_restart(std::uint8_t code) {
    return code >= 0xD0 && code <= 0xD7;
}
bool stands_alone(std::uint8_t code) {
    return is_restart(code) || code == kStart || code == kEnd || code == 0x01;
}

/// Offset of the next 0xFF from `offset`, or the size.
std::size_t next_marker_byte(std::span<const std::uint8_t> bytes, std::size_t offset) {
    if (offset >= bytes.size()) {
        return bytes.size();
    }
    const void* found = std::memchr(bytes.data() + offset, 0xFF, bytes.size() - offset);
    return found == nullptr ? bytes.size()
                            : static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - bytes.data());
}

/// First byte after the entropy-coded data at `offset`: the next marker that is neither a stuffed zero nor a restart.
std::size_t end_of_entropy_data(std::span<const std::uint8_t> bytes, std::size_t offset) {
    while ((offset = next_marker_byte(bytes, offset)) < bytes.size()) {
        if (offset + 1 == bytes.size()) {
            return bytes.size();
        }
        const std::uint8_t code = bytes[offset + 1];
        if (code == 0xFF) {
            ++offset;  // fill byte
        } else if (code == 0x00 || is_restart(code)) {
            offset += 2;
        } else {
            return offset;
        }
    }
    return bytes.size();
}

std::string identifier_of(std::span<const std::uint8_t> payload) {
    std::string identifier;
    for (const std::uint8_t byte : payload.first(std::min(payload.size(), kMostIdentifierCharacters))) {
        if (byte < 0x20 || byte > 0x7E) {
            break;
        }
        identifier += static_cast<char>(byte);
    }
    return identifier;
}

void read_quantisation(std::span<const std::uint8_t> payload, JpegHeader& header) {
    std::size_t offset = 0;
    while (offset < payload.size()) {
        const bool wide = payload[offset] >> 4 != 0;
        const std::size_t slot = payload[offset] & 15;
        ++offset;
        const std::size_t table_bytes = wide ? 128 : 64;
        if (slot > 3 || payload.size() - offset < table_bytes) {
            return;
        }
        std::array<std::uint16_t, 64> table{};
        for (std::size_t i = 0; i < 64; ++i) {
            const std::size_t at = offset + (wide ? 2 * i : i);
            table[kNaturalOrder[i]] =
                wide ? static_cast<std::uint16_t>((payload[at] << 8) | payload[at + 1]) : std::uint16_t{payload[at]};
        }
        header.quantisation[slot] = table;
        offset += table_bytes;
    }
}

/// A frame header; false where it is too short for the components that it announces.
bool read_frame(std::uint8_t code, std::span<const std::uint8_t> payload, JpegHeader& header) {
    if (payload.size() < 6 || payload.size() < 6U + 3U * payload[5]) {
        return false;
    }
    header.bits_per_sample = payload[0];
    header.height_px = (payload[1] << 8) | payload[2];
    header.width_px = (payload[3] << 8) | payload[4];
    header.progressive = code == 0xC2 || code == 0xC6 || code == 0xCA || code == 0xCE;
    header.arithmetic = code >= 0xC9;
    for (std::size_t i = 0; i < payload[5]; ++i) {
        const std::span<const std::uint8_t> entry = payload.subspan(6 + 3 * i, 3);
        header.components.push_back({entry[0], entry[1] >> 4, entry[1] & 15, entry[2]});
    }
    return true;
}

}  // namespace

Result<JpegHeader> read_jpeg_header(std::span<const std::uint8_t> bytes) {
    if (bytes.size() < 2 || bytes[0] != 0xFF || bytes[1] != kStart) {
        return Error{ErrorCode::kInvalid, "no JPEG: it does not begin with a start-of-image marker"};
    }
    JpegHeader header;
    header.markers.push_back({kStart, 0, 2, {}});
    header.end_offset_bytes = bytes.size();
    bool framed = false, scanned = false;
    std::size_t offset = 2;
    while (header.markers.size() < kMostMarkers) {
        // Fill bytes before a marker, and stray ones that no segment owns, are passed over, as decoders do.
        offset = next_marker_byte(bytes, offset);
        while (offset + 1 < bytes.size() && bytes[offset + 1] == 0xFF) {
            ++offset;
        }
        if (offset + 1 >= bytes.size()) {
            break;
        }
        const std::uint8_t code = bytes[offset + 1];
        if (code == 0x00) {
            offset += 2;
            continue;
        }
        JpegMarker marker{code, offset, 2, {}};
        if (stands_alone(code)) {
            header.markers.push_back(marker);
            offset += 2;
            if (code == kEnd) {
                header.ended = true;
                header.end_offset_bytes = offset;
                break;
            }
            continue;
        }
        if (bytes.size() - offset < 4) {
            marker.length_bytes = bytes.size() - offset;
            header.markers.push_back(marker);
            break;
        }
        const std::size_t declared = static_cast<std::size_t>((bytes[offset + 2] << 8) | bytes[offset + 3]);
        const std::size_t end = std::min(bytes.size(), offset + 2 + std::max<std::size_t>(declared, 2));
        const std::span<const std::uint8_t> payload = bytes.subspan(offset + 4, end - offset - 4);
        std::size_t next = end;
        if (code == kScan) {
            next = end_of_entropy_data(bytes, end);
            scanned = true;
        } else if (code == kQuantisation && !scanned) {
            read_quantisation(payload, header);
        } else if (is_frame_header(code) && !framed) {
            framed = read_frame(code, payload, header);
        } else if (code >= 0xE0 && code <= 0xEF) {
            marker.identifier = identifier_of(payload);
        }
        marker.length_bytes = next - offset;
        header.markers.push_back(std::move(marker));
        offset = next;
    }
    if (header.markers.size() >= kMostMarkers) {
        return Error{ErrorCode::kLimit, "the JPEG has more than " + std::to_string(kMostMarkers) + " segments"};
    }
    if (!framed) {
        return Error{ErrorCode::kInvalid, "the JPEG holds no frame header"};
    }
    return header;
}

}  // namespace bonafide::media

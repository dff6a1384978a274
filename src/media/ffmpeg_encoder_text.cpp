// Sources: ITU-T H.264 (7.3.1 NAL units, 7.3.2.3 and annex D SEI), ITU-T H.265 (7.3.1, 7.3.5), ISO/IEC 14496-2 (6.2.2
// user data), ISO/IEC 14496-15 (length-prefixed units). Limit: a text that lies behind the first units, or in a later
// picture, is not looked for.
#include "media/ffmpeg_encoder_text.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace bonafide::media {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t kMostBytes = 256 << 10;
constexpr int kMostUnits = 64;
constexpr std::size_t kMostTextBytes = 512;
constexpr std::size_t kUuidBytes = 16;
constexpr unsigned kUserDataUnregistered = 5;

/// Position of the next 00 00 01 at or after `from`, or the size.
std::size_t next_start_code(Bytes bytes, std::size_t from) {
    for (std::size_t i = from; i + 3 <= bytes.size(); ++i) {
        if (bytes[i] == 0 && bytes[i + 1] == 0 && bytes[i + 2] == 1) {
            return i;
        }
    }
    return bytes.size();
}

std::vector<Bytes> units_after_start_codes(Bytes bytes) {
    std::vector<Bytes> units;
    for (std::size_t at = next_start_code(bytes, 0); at < bytes.size() && units.size() < kMostUnits;) {
        const std::size_t next = next_start_code(bytes, at + 3);
        units.push_back(bytes.subspan(at + 3, next - at - 3));
        at = next;
    }
    return units;
}

std::vector<Bytes> units_with_lengths(Bytes bytes, int length_bytes) {
    std::vector<Bytes> units;
    const auto prefix = static_cast<std::size_t>(length_bytes);
    for (std::size_t at = 0; bytes.size() - at > prefix && units.size() < kMostUnits;) {
        std::size_t length = 0;
        for (std::size_t i = 0; i < prefix; ++i) {
            length = length << 8 | bytes[at + i];
        }
        at += prefix;
        units.push_back(bytes.subspan(at, std::min(length, bytes.size() - at)));
        at += units.back().size();
    }
    return units;
}

/// Undoes the emulation prevention: 00 00 03 stands for 00 00.
std::vector<std::uint8_t> unescape(Bytes unit) {
    std::vector<std::uint8_t> plain;
    plain.reserve(unit.size());
    int zeros = 0;
    for (const std::uint8_t byte : unit) {
        if (zeros >= 2 && byte == 3) {
            zeros = 0;
            continue;
        }
        zeros = byte == 0 ? zeros + 1 : 0;
        plain.push_back(byte);
    }
    return plain;
}

std::string printable(Bytes text) {
    std::string out;
    for (const std::uint8_t byte : text.first(std::min(text.size(), kMostTextBytes))) {
        if (byte < 0x20 || byte > 0x7E) {
            break;
        }
        out.push_back(static_cast<char>(byte));
    }
    constexpr std::size_t kShortestName = 4;
    return out.size() >= kShortestName ? out : std::string();
}

/// A number coded as a run of 255 and a last byte (annex D of H.264); false at the end of the payload.
bool read_sei_number(Bytes payload, std::size_t& at, std::size_t& value) {
    value = 0;
    while (at < payload.size()) {
        const std::uint8_t byte = payload[at++];
        value += byte;
        if (byte != 255) {
            return true;
        }
    }
    return false;
}

std::string text_of_sei(Bytes payload) {
    std::size_t at = 0;
    std::size_t type = 0;
    std::size_t size = 0;
    while (read_sei_number(payload, at, type) && read_sei_number(payload, at, size) && size <= payload.size() - at) {
        if (type == kUserDataUnregistered && size > kUuidBytes) {
            if (std::string text = printable(payload.subspan(at + kUuidBytes, size - kUuidBytes)); !text.empty()) {
                return text;
            }
        }
        at += size;
    }
    return {};
}

std::string text_of_unit(Bytes unit, UnitLayout::Codec codec) {
    constexpr std::size_t kMostSeiBytes = 4096;
    const std::size_t header_bytes = codec == UnitLayout::Codec::kHevc ? 2 : 1;
    if (unit.size() <= header_bytes) {
        return {};
    }
    if (codec == UnitLayout::Codec::kMpeg4) {
        constexpr std::uint8_t kUserDataStartCode = 0xB2;
        return unit[0] == kUserDataStartCode ? printable(unit.subspan(1)) : std::string();
    }
    const unsigned type = codec == UnitLayout::Codec::kHevc ? (unit[0] >> 1) & 0x3FU : unit[0] & 0x1FU;
    const bool is_sei = codec == UnitLayout::Codec::kHevc ? type == 39 || type == 40 : type == 6;
    if (!is_sei) {
        return {};
    }
    const std::vector<std::uint8_t> plain =
        unescape(unit.subspan(header_bytes, std::min(unit.size() - header_bytes, kMostSeiBytes)));
    return text_of_sei(plain);
}

}  // namespace

std::string find_encoder_text(Bytes bytes, const UnitLayout& layout) {
    bytes = bytes.first(std::min(bytes.size(), kMostBytes));
    const bool has_lengths = layout.length_bytes > 0 && layout.codec != UnitLayout::Codec::kMpeg4;
    const std::vector<Bytes> units =
        has_lengths ? units_with_lengths(bytes, layout.length_bytes) : units_after_start_codes(bytes);
    for (const Bytes unit : units) {
        if (std::string text = text_of_unit(unit, layout.codec); !text.empty()) {
            return text;
        }
    }
    return {};
}

}  // namespace bonafide::media

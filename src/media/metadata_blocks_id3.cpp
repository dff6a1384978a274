// Text frames of ID3v2.2, 2.3 and 2.4 tags (id3.org), and XMP in a PRIV frame (XMP specification part 3). Compressed
// and encrypted frames are named as problems; pictures, lyrics and the rest are not metadata of interest here.
#include "media/metadata_blocks.h"
#include "media/metadata_bytes.h"
#include "media/metadata_text.h"

#include <algorithm>

namespace bonafide::media {
namespace {

using namespace std::string_view_literals;

constexpr std::uint64_t kMostTagBytes = 4 << 20;
constexpr std::string_view kXmpOwner = "XMP\0"sv;

/// Seven bits a byte, so that no length can look like an MPEG frame header.
std::uint32_t syncsafe(std::span<const std::uint8_t> bytes, std::size_t offset) {
    std::uint32_t value = 0;
    for (std::size_t index = 0; index < 4; ++index) {
        value = value << 7 | (byte_at(bytes, offset + index) & 0x7Fu);
    }
    return value;
}

/// Undoes unsynchronisation: FF 00 stands for FF.
std::vector<std::uint8_t> resynchronise(std::span<const std::uint8_t> bytes) {
    std::vector<std::uint8_t> result;
    result.reserve(bytes.size());
    for (std::size_t index = 0; index < bytes.size(); ++index) {
        result.push_back(bytes[index]);
        if (bytes[index] == 0xFF && byte_at(bytes, index + 1) == 0 && index + 1 < bytes.size()) ++index;
    }
    return result;
}

struct EncodedText {
    std::string text;
    std::size_t used_bytes = 0;  ///< with its terminator
};

/// One text in the frame's encoding: 0 ISO 8859-1, 1 UTF-16 with mark, 2 UTF-16 big-endian, 3 UTF-8.
EncodedText read_text(std::span<const std::uint8_t> bytes, std::uint8_t encoding) {
    const std::size_t width = encoding == 1 || encoding == 2 ? 2 : 1;
    std::size_t end = 0;
    while (end + width <= bytes.size() && (bytes[end] != 0 || (width == 2 && bytes[end + 1] != 0)))
        end += width;
    end = std::min(end, bytes.size());
    const auto text = bytes.subspan(0, end);
    const std::size_t used = std::min(end + width, bytes.size());
    if (width == 2) return {utf16_to_utf8(text, encoding == 2), used};
    return {encoding == 3 ? clean_utf8(as_text(text)) : guess_to_utf8(as_text(text)), used};
}

void read_frame(const std::string& name, std::span<const std::uint8_t> frame, BlockCollector& collector) {
    if (frame.empty()) return;
    if (name == "PRIV" && starts_with(frame, kXmpOwner)) {
        collector.add(BlockKind::kXmp, "ID3 PRIV",
                      {frame.begin() + static_cast<std::ptrdiff_t>(kXmpOwner.size()), frame.end()});
        return;
    }
    const std::uint8_t encoding = frame[0];
    std::span<const std::uint8_t> rest = frame.subspan(1);
    std::string keyword = clean_utf8(name);
    if (name == "COMM" || name == "COM") {
        rest = rest.subspan(std::min<std::size_t>(rest.size(), 3));  // language
    } else if (name[0] != 'T') {
        return;
    }
    if (name == "COMM" || name == "COM" || name == "TXXX" || name == "TXX") {
        const EncodedText description = read_text(rest, encoding);
        if (!description.text.empty()) keyword += ":" + description.text;
        rest = rest.subspan(description.used_bytes);
    }
    collector.add_text("ID3", std::move(keyword), read_text(rest, encoding).text);
}

}  // namespace

void find_id3_blocks(const ingest::ByteSource& source, std::uint64_t offset, std::uint64_t length,
                     BlockCollector& collector) {
    const std::vector<std::uint8_t> header = source.read(offset, 10);
    if (header.size() < 10 || length < 10 || !starts_with(header, "ID3")) return;
    const int version = header[3];
    if (version < 2 || version > 4) {
        collector.add_problem("ID3: a version that this program does not read");
        return;
    }
    const std::uint64_t tag_length = std::min<std::uint64_t>({syncsafe(header, 6), length - 10, kMostTagBytes});
    std::vector<std::uint8_t> tag = source.read(offset + 10, static_cast<std::size_t>(tag_length));
    if ((header[5] & 0x80) != 0) tag = resynchronise(tag);
    const std::span<const std::uint8_t> bytes(tag);
    std::size_t at = 0;
    if ((header[5] & 0x40) != 0 && version >= 3) {
        at = version == 4 ? syncsafe(bytes, 0) : static_cast<std::size_t>(big_endian(bytes, 0, 4)) + 4;
    }
    const std::size_t name_length = version == 2 ? 3 : 4, header_length = version == 2 ? 6 : 10;
    while (at < bytes.size() && bytes.size() - at >= header_length && bytes[at] != 0) {
        const std::string name(as_text(bytes.subspan(at, name_length)));
        const std::size_t size = version == 2   ? static_cast<std::size_t>(big_endian(bytes, at + 3, 3))
                                 : version == 3 ? static_cast<std::size_t>(big_endian(bytes, at + 4, 4))
                                                : syncsafe(bytes, at + 4);
        // Second flag byte: compression and encryption, bits 7 and 6 in version 3, bits 3 and 2 in version 4.
        const std::uint8_t packed = version == 3 ? 0xC0 : version == 4 ? 0x0C : 0;
        const bool readable = (byte_at(bytes, at + 9) & packed) == 0;
        at += header_length;
        if (size > bytes.size() - at) {
            collector.add_problem("ID3: a frame longer than its tag");
            return;
        }
        if (readable || version == 2) {
            read_frame(name, bytes.subspan(at, size), collector);
        } else {
            collector.add_problem("ID3: a compressed or encrypted frame");
        }
        at += size;
    }
}

}  // namespace bonafide::media

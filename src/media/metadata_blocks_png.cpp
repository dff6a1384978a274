// Metadata chunks of PNG files: PNG specification third edition (tEXt, zTXt, iTXt, eXIf, iCCP), XMP specification part
// 3
// ("XML:com.adobe.xmp"), and the hexadecimal "Raw profile type ..." texts that ImageMagick and its descendants write.
#include "media/metadata_blocks.h"
#include "media/metadata_bytes.h"
#include "media/metadata_text.h"

#include <algorithm>

namespace bonafide::media {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kMostChunks = 200'000;
constexpr std::string_view kXmpKeyword = "XML:com.adobe.xmp";
constexpr std::string_view kRawProfilePrefix = "Raw profile type ";
constexpr std::string_view kExifPrefix = "Exif\0\0"sv;
constexpr std::string_view kXmpPrefix = "http://ns.adobe.com/xap/1.0/\0"sv;

int hexadecimal_digit(char character) {
    if (character >= '0' && character <= '9') return character - '0';
    if (character >= 'a' && character <= 'f') return character - 'a' + 10;
    if (character >= 'A' && character <= 'F') return character - 'A' + 10;
    return -1;
}

/// "\n<name>\n   <length>\n<hexadecimal digits in lines>"; empty where it is anything else.
std::vector<std::uint8_t> decode_raw_profile(std::string_view text) {
    std::vector<std::uint8_t> bytes;
    for (int line = 0; line < 3; ++line) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) return bytes;
        text.remove_prefix(end + 1);
    }
    int high = -1;
    for (const char character : text) {
        const int digit = hexadecimal_digit(character);
        if (digit < 0) continue;
        if (high < 0) {
            high = digit;
        } else {
            bytes.push_back(static_cast<std::uint8_t>(high << 4 | digit));
            high = -1;
        }
    }
    return bytes;
}

void add_raw_profile(std::string_view type, std::string_view text, BlockCollector& collector) {
    const std::string origin = "PNG raw profile " + clean_utf8(type, 32);
    const std::vector<std::uint8_t> bytes = decode_raw_profile(text);
    const std::span<const std::uint8_t> all(bytes);
    const auto after = [&](std::size_t skip) {
        return std::vector<std::uint8_t>(all.begin() + static_cast<std::ptrdiff_t>(skip), all.end());
    };
    if (type == "icc" || type == "icm") {
        collector.set_icc();
    } else if (starts_with(all, kExifPrefix)) {
        collector.add(BlockKind::kExif, origin, after(kExifPrefix.size()));
    } else if (starts_with(all, kXmpPrefix)) {
        collector.add(BlockKind::kXmp, origin, after(kXmpPrefix.size()));
    } else if (type == "exif" || type == "APP1") {
        collector.add(BlockKind::kExif, origin, bytes);
    } else if (type == "xmp") {
        collector.add(BlockKind::kXmp, origin, bytes);
    } else if (type == "iptc" || type == "8bim") {
        collector.add(starts_with(all, "8BIM") ? BlockKind::kPhotoshop : BlockKind::kIptc, origin, bytes);
    } else {
        collector.add_problem(origin + ": a kind that this program does not read");
    }
}

/// The text of a chunk after its keyword, with compression undone; what it holds is still in its own encoding.
void add_text(std::string_view origin, std::string_view keyword, std::string_view text, bool utf8,
              BlockCollector& collector) {
    if (keyword == kXmpKeyword) {
        const auto bytes = as_bytes(text);
        collector.add(BlockKind::kXmp, origin, {bytes.begin(), bytes.end()});
    } else if (keyword.substr(0, kRawProfilePrefix.size()) == kRawProfilePrefix) {
        add_raw_profile(keyword.substr(kRawProfilePrefix.size()), text, collector);
    } else {
        // tEXt is ISO 8859-1 by the specification, but generators write UTF-8 into it.
        collector.add_text(origin, guess_to_utf8(keyword), utf8 ? clean_utf8(text) : guess_to_utf8(text));
    }
}

void add_compressed(std::string_view origin, std::string_view keyword, std::span<const std::uint8_t> compressed,
                    bool utf8, BlockCollector& collector) {
    // A plain text is cut at 64 KiB anyway; only packets may be long. What is unpacked counts against the file's
    // budget, read or not.
    constexpr std::size_t kMostPlainBytes = 1 << 20;
    const bool packet = keyword == kXmpKeyword || keyword.substr(0, kRawProfilePrefix.size()) == kRawProfilePrefix;
    const Inflated inflated = inflate_zlib(
        compressed, std::min(collector.room_bytes(), packet ? BlockCollector::kMostBlockBytes : kMostPlainBytes));
    collector.charge(inflated.bytes.size());
    if (inflated.failure == InflateFailure::kTooLong) {
        collector.add_problem(std::string(origin) + ": a compressed text that unpacks to more than this program reads");
    } else if (inflated.failure) {
        collector.add_problem(std::string(origin) + ": a compressed text that is damaged");
    }
    add_text(origin, keyword, as_text(inflated.bytes), utf8, collector);
}

/// tEXt: keyword NUL text. zTXt: keyword NUL method text. iTXt: keyword NUL compressed method language NUL translation
/// NUL text.
void add_text_chunk(std::string_view type, std::span<const std::uint8_t> payload, BlockCollector& collector) {
    const std::string origin = "PNG " + std::string(type);
    const auto keyword_end = std::find(payload.begin(), payload.end(), std::uint8_t{0});
    if (keyword_end == payload.end()) {
        collector.add_problem(origin + ": a chunk without a keyword");
        return;
    }
    const auto keyword_length = static_cast<std::size_t>(keyword_end - payload.begin());
    const std::string_view keyword = as_text(payload.subspan(0, keyword_length));
    std::span<const std::uint8_t> rest = payload.subspan(keyword_length + 1);
    if (type == "tEXt") return add_text(origin, keyword, as_text(rest), false, collector);
    if (type == "zTXt")
        return add_compressed(origin, keyword, rest.subspan(std::min<std::size_t>(rest.size(), 1)), false, collector);
    const bool compressed = byte_at(rest, 0) != 0;
    rest = rest.subspan(std::min<std::size_t>(rest.size(), 2));
    for (int field = 0; field < 2; ++field) {
        const auto end = std::find(rest.begin(), rest.end(), std::uint8_t{0});
        if (end == rest.end()) {
            collector.add_problem(origin + ": a chunk that ends early");
            return;
        }
        rest = rest.subspan(static_cast<std::size_t>(end - rest.begin()) + 1);
    }
    if (compressed) return add_compressed(origin, keyword, rest, true, collector);
    add_text(origin, keyword, as_text(rest), true, collector);
}

}  // namespace

void find_png_blocks(const ingest::ByteSource& source, BlockCollector& collector) {
    BufferedBytes bytes(source);
    std::uint64_t offset = 8;
    for (std::size_t chunk = 0; chunk < kMostChunks; ++chunk) {
        const auto header = bytes.at(offset, 8);
        if (header.size() < 8) return;
        const std::uint64_t length = big_endian(header, 0, 4);
        const std::string type(as_text(header.subspan(4, 4)));
        if (type == "IEND") return;
        if (type == "iCCP") collector.set_icc();
        if (type == "eXIf") collector.add(BlockKind::kExif, "PNG eXIf", source, offset + 8, length);
        if (type == "tEXt" || type == "zTXt" || type == "iTXt") {
            if (length > BlockCollector::kMostBlockBytes) {
                collector.add_problem("PNG " + type + ": more metadata than this program reads");
            } else {
                add_text_chunk(type, source.read(offset + 8, static_cast<std::size_t>(length)), collector);
            }
        }
        offset += 12 + length;
    }
}

}  // namespace bonafide::media

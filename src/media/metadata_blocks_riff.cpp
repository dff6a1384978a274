// Metadata chunks of RIFF files: WebP container specification (EXIF, "XMP ", ICCP), Microsoft RIFF (LIST INFO), EBU
// Tech 3285 (bext), XMP specification part 3 ("_PMX"), ID3 inside WAV ("id3 "). Only the outermost chunks are walked,
// plus the entries of LIST INFO.
#include "media/metadata_blocks.h"
#include "media/metadata_bytes.h"
#include "media/metadata_text.h"

#include <algorithm>

namespace bonafide::media {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kMostChunks = 100'000;
constexpr std::string_view kExifPrefix = "Exif\0\0"sv;

/// LIST INFO: pairs of a four-character name and a text.
void find_info(const ingest::ByteSource& source, std::uint64_t offset, std::uint64_t length,
               BlockCollector& collector) {
    const std::vector<std::uint8_t> list =
        source.read(offset, static_cast<std::size_t>(std::min<std::uint64_t>(length, 1 << 20)));
    const std::span<const std::uint8_t> bytes(list);
    for (std::size_t at = 0; at + 8 <= bytes.size();) {
        const std::string name = clean_utf8(as_text(bytes.subspan(at, 4)));
        const auto size = static_cast<std::size_t>(little_endian(bytes, at + 4, 4));
        at += 8;
        collector.add_text("RIFF INFO", name,
                           guess_to_utf8(as_text(bytes.subspan(at, std::min(size, bytes.size() - at)))));
        if (size >= bytes.size() - at) return;
        at += size + (size & 1);
    }
}

/// Broadcast extension: fixed fields of ASCII, then the coding history up to the end.
void find_broadcast_extension(std::span<const std::uint8_t> bytes, BlockCollector& collector) {
    struct Field {
        const char* name;
        std::size_t offset, length;
    };
    constexpr Field kFields[] = {{"Description", 0, 256},          {"Originator", 256, 32},
                                 {"OriginatorReference", 288, 32}, {"OriginationDate", 320, 10},
                                 {"OriginationTime", 330, 8},      {"CodingHistory", 602, 65536}};
    for (const Field& field : kFields) {
        if (field.offset >= bytes.size()) return;
        const std::size_t length = std::min(field.length, bytes.size() - field.offset);
        collector.add_text("WAV bext", field.name, guess_to_utf8(as_text(bytes.subspan(field.offset, length))));
    }
}

void add_exif(const ingest::ByteSource& source, std::uint64_t offset, std::uint64_t length, BlockCollector& collector) {
    // The specification wants the bare TIFF structure; some writers leave the JPEG prefix on.
    const std::vector<std::uint8_t> start = source.read(offset, kExifPrefix.size());
    const std::uint64_t skip =
        starts_with(start, kExifPrefix) ? std::min<std::uint64_t>(kExifPrefix.size(), length) : 0;
    collector.add(BlockKind::kExif, "WebP EXIF", source, offset + skip, length - skip);
}

}  // namespace

void find_riff_blocks(const ingest::ByteSource& source, BlockCollector& collector) {
    BufferedBytes bytes(source);
    std::uint64_t offset = 12;
    for (std::size_t chunk = 0; chunk < kMostChunks; ++chunk) {
        const auto header = bytes.at(offset, 12);
        if (header.size() < 8) return;
        const std::string type(as_text(header.subspan(0, 4)));
        const std::uint64_t length = little_endian(header, 4, 4);
        const std::uint64_t start = offset + 8;
        if (type == "EXIF") add_exif(source, start, length, collector);
        if (type == "XMP " || type == "_PMX") collector.add(BlockKind::kXmp, "RIFF " + type, source, start, length);
        if (type == "ICCP") collector.set_icc();
        if (type == "LIST" && length >= 4 && starts_with(header.subspan(8), "INFO"))
            find_info(source, start + 4, length - 4, collector);
        if (type == "bext") {
            find_broadcast_extension(
                source.read(start, static_cast<std::size_t>(std::min<std::uint64_t>(length, 1 << 17))), collector);
        }
        if (type == "id3 " || type == "ID3 ") find_id3_blocks(source, start, length, collector);
        offset = start + length + (length & 1);
    }
}

}  // namespace bonafide::media

#include "ingest/identify_probe.h"

#include <algorithm>
#include <array>
#include <string>

namespace bonafide::ingest {
namespace {

using namespace std::string_view_literals;

Identity picture(const char* media_type, const char* description) {
    return {.container = Container::kUnknown,
            .kind = MediaKind::kImage,
            .media_type = media_type,
            .description = description};
}

/// The brands of a leading ISO base media `ftyp` box, major brand first; empty where there is no such box. Bounded by
/// the head.
std::vector<std::string> brands_of(const Probe& probe) {
    std::vector<std::string> brands;
    if (!probe.has(4, "ftyp") || probe.head.size() < 16) {
        return brands;
    }
    const std::size_t end =
        std::min<std::size_t>(unsigned_be(probe.head, 0, 4), std::min<std::size_t>(probe.head.size(), 1024));
    for (std::size_t offset = 8; offset + 4 <= end; offset += 4) {
        if (offset != 12) {  // the minor version stands between the major and the compatible brands
            brands.emplace_back(probe.head.begin() + static_cast<std::ptrdiff_t>(offset),
                                probe.head.begin() + static_cast<std::ptrdiff_t>(offset) + 4);
        }
    }
    return brands;
}

bool any_of(const std::vector<std::string>& brands, std::initializer_list<std::string_view> wanted) {
    return std::any_of(brands.begin(), brands.end(), [&](const std::string& brand) {
        return std::find(wanted.begin(), wanted.end(), brand) != wanted.end();
    });
}

struct TiffFacts {
    bool digital_negative = false;
    bool reduced = false;  ///< the first directory is a preview, and SubIFDs hold the rest, as in camera raw files
    bool sub_directories = false;
    bool maker = false;
};

/// Looks at the tags of the first directory (TIFF 6.0, section 2): what tells camera raw files from pictures.
TiffFacts first_directory(const Probe& probe, bool big_endian, bool big_tiff) {
    const auto number = [&](std::span<const std::uint8_t> bytes, std::size_t offset, std::size_t width) {
        return big_endian ? unsigned_be(bytes, offset, width) : unsigned_le(bytes, offset, width);
    };
    constexpr std::size_t kMostEntries = 512;
    const std::uint64_t directory = big_tiff ? number(probe.head, 8, 8) : number(probe.head, 4, 4);
    const std::size_t count_bytes = big_tiff ? 8 : 2;
    const std::size_t entry_bytes = big_tiff ? 20 : 12;
    const std::vector<std::uint8_t> bytes = probe.source.read(directory, count_bytes + kMostEntries * entry_bytes);
    const std::size_t count =
        static_cast<std::size_t>(std::min<std::uint64_t>(number(bytes, 0, count_bytes), kMostEntries));
    TiffFacts facts;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t offset = count_bytes + i * entry_bytes;
        const std::uint64_t tag = number(bytes, offset, 2);
        const std::uint64_t value = number(bytes, offset + (big_tiff ? 12 : 8), 4);
        facts.digital_negative |= tag == 0xC612;
        facts.reduced |= tag == 0x00FE && (value & 1) != 0;
        facts.sub_directories |= tag == 0x014A;
        facts.maker |= tag == 0x010F;
    }
    return facts;
}

}  // namespace

std::optional<Identity> sniff_jpeg(const Probe& probe) {
    // SOI and the first byte of the next marker; 0xF7 there is JPEG-LS, another coding under the same marker scheme.
    if (!probe.has(0, "\xFF\xD8\xFF"sv) || probe.has(3, "\xF7"sv)) {
        return std::nullopt;
    }
    return picture("image/jpeg", "JPEG picture");
}

std::optional<Identity> sniff_png(const Probe& probe) {
    if (!probe.has(0, "\x89PNG\r\n\x1A\n"sv)) {
        return std::nullopt;
    }
    return picture("image/png", "PNG picture");
}

std::optional<Identity> sniff_webp(const Probe& probe) {
    if (!probe.has(0, "RIFF") || !probe.has(8, "WEBP")) {
        return std::nullopt;
    }
    return picture("image/webp", "WebP picture");
}

std::optional<Identity> sniff_avif(const Probe& probe) {
    const std::vector<std::string> brands = brands_of(probe);
    // A film may list `avif` nowhere; a picture may have the structural brand `mif1` as its major one.
    if (brands.empty() || !any_of(brands, {"avif", "avis"}) ||
        any_of({brands.front()}, {"heic", "heix", "isom", "mp41", "mp42", "qt  "})) {
        return std::nullopt;
    }
    return picture("image/avif", brands.front() == "avis" ? "AVIF picture sequence" : "AVIF picture");
}

std::optional<Identity> sniff_heif(const Probe& probe) {
    const std::vector<std::string> brands = brands_of(probe);
    if (brands.empty() || !any_of({brands.front()}, {"heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs",
                                                     "mif1", "mif2", "msf1"})) {
        return std::nullopt;
    }
    const bool hevc = any_of(brands, {"heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs"});
    return hevc ? picture("image/heic", "HEIC picture") : picture("image/heif", "HEIF picture");
}

std::optional<Identity> sniff_jxl(const Probe& probe) {
    if (probe.has(0, "\0\0\0\x0CJXL \r\n\x87\n"sv)) {
        return picture("image/jxl", "JPEG XL picture");
    }
    if (probe.has(0, "\xFF\x0A"sv) && probe.head.size() > 2) {
        return picture("image/jxl", "JPEG XL picture (bare codestream)");
    }
    return std::nullopt;
}

std::optional<Identity> sniff_tiff(const Probe& probe) {
    const bool big_endian = probe.has(0, "MM"sv);
    const bool classic = probe.has(0, "II*\0"sv) || probe.has(0, "MM\0*"sv);
    const bool big_tiff = probe.has(0, "II+\0\x08\0\0\0"sv) || probe.has(0, "MM\0+\0\x08\0\0"sv);
    if (!classic && !big_tiff) {
        return std::nullopt;
    }
    // Camera raw files borrow TIFF's structure: decoding them as TIFF would show their preview and pass it for the
    // picture.
    if (probe.has(8, "CR\x02"sv)) {
        return std::nullopt;
    }
    const TiffFacts facts = first_directory(probe, big_endian, big_tiff);
    if (facts.digital_negative || (facts.reduced && facts.sub_directories && facts.maker)) {
        return std::nullopt;
    }
    return picture("image/tiff", big_tiff ? "BigTIFF picture" : "TIFF picture");
}

std::optional<Identity> sniff_gif(const Probe& probe) {
    if (!probe.has(0, "GIF87a") && !probe.has(0, "GIF89a")) {
        return std::nullopt;
    }
    return picture("image/gif", "GIF picture");
}

std::optional<Identity> sniff_bmp(const Probe& probe) {
    // "BM" alone begins many a text; the size of the second header is one of a few.
    constexpr std::array<std::uint64_t, 8> kHeaderSizes = {12, 16, 40, 52, 56, 64, 108, 124};
    const std::uint64_t header_bytes = unsigned_le(probe.head, 14, 4);
    if (!probe.has(0, "BM") ||
        std::find(kHeaderSizes.begin(), kHeaderSizes.end(), header_bytes) == kHeaderSizes.end()) {
        return std::nullopt;
    }
    return picture("image/bmp", "BMP picture");
}

}  // namespace bonafide::ingest

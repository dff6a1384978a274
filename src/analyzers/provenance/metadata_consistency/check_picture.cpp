// The declared picture against the decoded one: size (PixelXDimension and PixelYDimension), thumbnail (shape and
// orientation), and the JPEG coding against what the stated camera writes. What originals do was learnt from
// photographs straight from cameras of 1999 to 2019: scaled standard tables (ITU-T T.81 annex K, as the Independent
// JPEG Group scales them) come out of many genuine cameras, so they count for nothing but for makes that never use
// them.
#include "analyzers/provenance/metadata_consistency/checks.h"
#include "analyzers/provenance/metadata_consistency/statements.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace bonafide::analyzers {
namespace {

constexpr double kSameShape = 0.02;           // cameras round to blocks of 16 pixels
constexpr double kSameThumbnailShape = 0.05;  // 160 pixels leave two per cent to rounding alone

/// Makers of cameras that begin their files with EXIF alone, as CIPA DC-008 wants it. Phones often write both headers.
constexpr std::array<std::string_view, 11> kExifOnlyMakes = {"canon",     "nikon",        "fujifilm", "olympus",
                                                             "panasonic", "pentax",       "minolta",  "konica",
                                                             "kodak",     "eastmankodak", "casio"};

struct Size {
    double width_px = 0, height_px = 0;
    double shape() const { return std::max(width_px, height_px) / std::min(width_px, height_px); }
    bool upright() const { return height_px > width_px; }
    bool exists() const { return width_px > 0 && height_px > 0; }
    std::string text() const {
        return std::to_string(std::lround(width_px)) + " x " + std::to_string(std::lround(height_px));
    }
};

bool same_shape(const Size& first, const Size& second, double tolerance) {
    return std::abs(first.shape() / second.shape() - 1) <= tolerance;
}

Size stored_size(const Examination& examination) {
    return {static_cast<double>(examination.facts.stored_width_px),
            static_cast<double>(examination.facts.stored_height_px)};
}

void compare_size(Examination& examination, const char* source, const Size& declared, const Size& stored) {
    ++examination.result.comparisons;
    const std::string sizes =
        std::string(source) + " declares " + declared.text() + " pixels, the picture has " + stored.text();
    const double growth = std::max(stored.width_px, stored.height_px) / std::max(declared.width_px, declared.height_px);
    if (declared.width_px == stored.width_px && declared.height_px == stored.height_px) {
        if (std::string_view(source) == "EXIF") examination.sign("the declared pixel size");
    } else if (!same_shape(declared, stored, kSameShape)) {
        examination.contradict(RemarkKind::kSize, sizes + ": it has been cut or put in place of another.");
    } else if (growth > 1 + kSameShape) {
        examination.contradict(RemarkKind::kSize, sizes + ": it is larger than what was recorded.");
    } else if (growth < 1 - kSameShape) {
        examination.remark(RemarkKind::kSize, sizes + ": it has been made smaller since.");
    } else if (declared.upright() != stored.upright()) {
        examination.remark(RemarkKind::kSize, sizes + ": it has been turned since.");
    }
}

/// The Independent JPEG Group's quality (1 to 100) of which `table` is the exact luminance table, or nothing.
std::optional<int> standard_quality(const std::array<std::uint16_t, 64>& table) {
    constexpr std::array<int, 64> kLuminance = {16, 11, 10, 16, 24,  40,  51,  61,  12, 12, 14, 19, 26,  58,  60,  55,
                                                14, 13, 16, 24, 40,  57,  69,  56,  14, 17, 22, 29, 51,  87,  80,  62,
                                                18, 22, 37, 56, 68,  109, 103, 77,  24, 35, 55, 64, 81,  104, 113, 92,
                                                49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99};
    for (int quality = 1; quality <= 100; ++quality) {
        const int scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;
        const auto equals = [&](std::uint16_t value, int base) {
            return value == std::clamp((base * scale + 50) / 100, 1, 255);
        };
        if (std::equal(table.begin(), table.end(), kLuminance.begin(), equals)) return quality;
    }
    return std::nullopt;
}

bool has_marker(const media::JpegHeader& header, std::uint8_t code, std::string_view identifier) {
    return std::any_of(header.markers.begin(), header.markers.end(), [&](const media::JpegMarker& marker) {
        return marker.code == code && marker.identifier.substr(0, identifier.size()) == identifier;
    });
}

}  // namespace

void check_size(Examination& examination) {
    const Size stored = stored_size(examination);
    if (!stored.exists()) return;
    const auto declared = [](const auto& properties, const char* width, const char* height) {
        return Size{number_of(properties, width).value_or(0), number_of(properties, height).value_or(0)};
    };
    const Size exif = declared(examination.metadata.exif, "Photo.PixelXDimension", "Photo.PixelYDimension");
    const Size xmp = declared(examination.metadata.xmp, "exif:PixelXDimension", "exif:PixelYDimension");
    if (exif.exists()) compare_size(examination, "EXIF", exif, stored);
    if (xmp.exists() && (xmp.width_px != exif.width_px || xmp.height_px != exif.height_px))
        compare_size(examination, "XMP", xmp, stored);
}

void check_thumbnail(Examination& examination) {
    const auto& facts = examination.facts;
    const Size stored = stored_size(examination);
    if (!stored.exists() || !facts.thumbnail) return;
    const Size thumbnail{static_cast<double>(facts.thumbnail->width_px),
                         static_cast<double>(facts.thumbnail->height_px)};
    if (!thumbnail.exists()) return;
    ++examination.result.comparisons;
    // The standard size of DCF (JEITA CP-3461) is 160 x 120 whatever the picture's shape, with bars; other sizes have
    // the picture's own.
    const bool standard_shape = std::abs(thumbnail.shape() - 4.0 / 3.0) < kSameShape;
    const bool same = same_shape(thumbnail, stored, kSameThumbnailShape);
    const std::string sizes = "The thumbnail has " + thumbnail.text() + " pixels, the picture " + stored.text();
    if (thumbnail.width_px > stored.width_px && thumbnail.height_px > stored.height_px) {
        examination.contradict(RemarkKind::kThumbnail, sizes + ": it is larger than what it stands for.");
    } else if (!same && !standard_shape) {
        examination.contradict(RemarkKind::kThumbnail, sizes + ": it was made of a picture of another shape.");
    } else if (same && thumbnail.upright() != stored.upright()) {
        examination.remark(RemarkKind::kThumbnail, sizes + ": the picture has been turned since.");
    } else if (same) {
        examination.sign("a thumbnail of the picture's shape");
    }
    const auto& exif = examination.metadata.exif;
    const auto outer = number_of(exif, "Image.Orientation"), inner = number_of(exif, "Thumbnail.Orientation");
    if (outer && inner) {
        ++examination.result.comparisons;
        if (*outer != *inner)
            examination.remark(
                RemarkKind::kThumbnail,
                "The thumbnail is to be turned otherwise than the picture: one of them was turned since.");
    }
    const auto& own = facts.jpeg != nullptr ? facts.jpeg->quantisation[0] : std::nullopt;
    if (own && facts.thumbnail->quantisation[0] && standard_quality(*own)) {
        ++examination.result.comparisons;
        if (*own == *facts.thumbnail->quantisation[0]) {
            examination.remark(RemarkKind::kThumbnail,
                               "Thumbnail and picture were compressed with the same standard tables, as programs do "
                               "rather than cameras.");
        }
    }
}

void check_coding(Examination& examination) {
    const media::JpegHeader* jpeg = examination.facts.jpeg;
    const auto make = value_of(examination.metadata.exif, "Image.Make");
    if (jpeg == nullptr || !make || jpeg->components.empty()) return;
    const auto slot = static_cast<std::size_t>(std::clamp(jpeg->components[0].quantisation_table, 0, 3));
    const auto& table = jpeg->quantisation[slot];
    if (table) {
        const auto quality = standard_quality(*table);
        const std::string simple = simplified(*make);
        const bool own_tables = simple.substr(0, 5) == "canon" || simple.substr(0, 8) == "fujifilm";
        if (own_tables) ++examination.result.comparisons;
        if (quality && own_tables) {
            examination.remark(RemarkKind::kCoding, "The picture uses the standard tables of quality " +
                                                        std::to_string(*quality) + "; cameras of '" +
                                                        std::string(*make) +
                                                        "' write tables of their own, so it was saved anew.");
        }
        if (!quality) examination.sign("quantisation tables other than the common library's");
    }
    if (jpeg->components.size() == 3) {
        const auto& luma = jpeg->components[0];
        if (luma.horizontal_sampling * luma.vertical_sampling == 2)
            examination.sign("chroma halved in one direction, as camera hardware does");
    }
    const std::string simple_make = simplified(*make);
    const bool exif_only = std::any_of(kExifOnlyMakes.begin(), kExifOnlyMakes.end(), [&](std::string_view each) {
        return simple_make.substr(0, each.size()) == each;
    });
    if (exif_only && has_marker(*jpeg, 0xE1, "Exif")) {
        ++examination.result.comparisons;
        if (has_marker(*jpeg, 0xE0, "JFIF") && examination.result.editing_software.empty()) {
            examination.remark(RemarkKind::kCoding,
                               "A JFIF header stands beside EXIF, as programs write it and cameras of '" +
                                   std::string(*make) +
                                   "' do not: the file was saved anew by a program that is not named.");
        }
    }
    if (has_marker(*jpeg, 0xEE, "Adobe") && examination.result.editing_software.empty()) {
        examination.remark(
            RemarkKind::kCoding,
            "The picture was saved by Adobe's JPEG writer, which no camera carries, yet no program is named.");
    }
}

}  // namespace bonafide::analyzers

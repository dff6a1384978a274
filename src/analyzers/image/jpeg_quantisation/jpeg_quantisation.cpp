// How a JPEG was coded: quantisation, subsampling, scans, code tables, and whether that fits what its metadata say.
//
// Farid, "Digital image ballistics from JPEG quantization: a followup study", Dartmouth TR2008-638, and Kee, Johnson
// and Farid, "Digital image authentication from JPEG headers", IEEE TIFS 2011: encoders betray themselves by their
// tables and by the way they write the file. Deviations: no database of cameras; only traits that hold for whole
// families of encoders, and only contradictions that do not depend on knowing the camera's tables. Limits: all of this
// can be forged, and keeping the metadata while saving anew is no forgery.
#include "analyzers/image/jpeg_quantisation/jpeg_quantisation.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace bonafide::analyzers {
namespace {

using media::JpegHeader;
using media::JpegMarker;

constexpr std::uint8_t kHuffman = 0xC4, kRestartInterval = 0xDD;
constexpr std::uint16_t kPhotoshopJpegQuality = 0x0406;
// Mean relative difference up to which a thumbnail's table is called the same family as the standard's.
constexpr double kNearPercent = 3;

// Number of codes of each length, 1 to 16 bits, of the examples in T.81, annex K.3: luminance DC and AC, chrominance DC
// and AC.
using CodeLengths = std::array<std::uint8_t, 16>;
constexpr CodeLengths kStandardCodes[] = {{0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0},
                                          {0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125},
                                          {0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0},
                                          {0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119}};

/// What follows the length field of a segment.
std::span<const std::uint8_t> payload_of(std::span<const std::uint8_t> bytes, const JpegMarker& marker) {
    if (marker.length_bytes < 4 || marker.offset_bytes >= bytes.size() ||
        bytes.size() - marker.offset_bytes < marker.length_bytes) {
        return {};
    }
    return bytes.subspan(static_cast<std::size_t>(marker.offset_bytes) + 4,
                         static_cast<std::size_t>(marker.length_bytes) - 4);
}

/// Whether any code table differs from the standard's examples; nothing where there are none to be read.
std::optional<bool> has_own_codes(std::span<const std::uint8_t> bytes, const JpegHeader& header) {
    std::optional<bool> own;
    for (const JpegMarker& marker : header.markers) {
        std::span<const std::uint8_t> rest =
            marker.code == kHuffman ? payload_of(bytes, marker) : std::span<const std::uint8_t>{};
        while (rest.size() >= 17) {
            CodeLengths lengths{};
            std::memcpy(lengths.data(), rest.data() + 1, lengths.size());
            own = own.value_or(false) ||
                  std::find(std::begin(kStandardCodes), std::end(kStandardCodes), lengths) == std::end(kStandardCodes);
            std::size_t symbols = 0;
            for (const std::uint8_t length : lengths) {
                symbols += length;
            }
            rest = rest.subspan(std::min(rest.size(), 17 + symbols));
        }
    }
    return own;
}

bool starts_any(const JpegHeader& header, std::uint8_t code, const std::string& beginning) {
    return std::any_of(header.markers.begin(), header.markers.end(), [&](const JpegMarker& marker) {
        return marker.code == code && marker.identifier.rfind(beginning, 0) == 0;
    });
}

void read_sampling(const JpegHeader& header, CodingFacts& facts) {
    const media::JpegComponent& luma = header.components.front();
    if (header.components.size() < 3) {
        facts.subsampling = "grey";
        return;
    }
    const media::JpegComponent& chroma = header.components[1];
    const int across = luma.horizontal_sampling / std::max(1, chroma.horizontal_sampling);
    const int down = luma.vertical_sampling / std::max(1, chroma.vertical_sampling);
    facts.chroma_samples = 1.0 / std::max(1, across * down);
    facts.subsampling = across == 1 && down == 1   ? "4:4:4"
                        : across == 2 && down == 1 ? "4:2:2"
                        : across == 2 && down == 2 ? "4:2:0"
                        : across == 1 && down == 2 ? "4:4:0"
                        : across == 4 && down == 1 ? "4:1:1"
                                                   : "unusual";
}

const quantisation::Table* table_of(const JpegHeader& header, std::size_t component) {
    const int slot = header.components[component].quantisation_table;
    return slot >= 0 && slot < 4 && header.quantisation[slot] ? &*header.quantisation[slot] : nullptr;
}

std::string encoder_of(const CodingFacts& facts) {
    if (facts.adobe) {
        return "software of Adobe";
    }
    if (facts.mozjpeg_quality) {
        return "mozjpeg, or ImageMagick with its table";
    }
    if (facts.luminance.exact() && (!facts.chrominance || facts.chrominance->exact())) {
        return "libjpeg or another encoder with the standard's tables (most software, many phones and cameras)";
    }
    return "an encoder with tables of its own (most cameras, Photoshop, Apple)";
}

void find_mismatches(const JpegHeader& header, const media::Metadata& metadata, CodingFacts& facts) {
    if (!facts.camera_metadata) {
        return;
    }
    if (facts.adobe) {
        facts.mismatches.emplace_back("the metadata are a camera's, but the file was written by Adobe's software");
    }
    if (facts.progressive) {
        facts.mismatches.emplace_back(
            "the metadata are a camera's, but the scans are progressive, which cameras do not write");
    }
    if (facts.mozjpeg_quality) {
        facts.mismatches.emplace_back("the metadata are a camera's, but the table is mozjpeg's");
    }
    const auto preview = media::read_jpeg_header(metadata.thumbnail);
    if (preview.ok() && !preview->components.empty() && facts.luminance.exact() && !facts.adobe) {
        const quantisation::Table* table = table_of(*preview, 0);
        if (table != nullptr && facts.luminance.quality < 100 &&
            nearest_standard(*table, quantisation::Kind::kLuminance).distance_percent > kNearPercent) {
            facts.mismatches.emplace_back(
                "the preview was coded with tables of the camera's own, but the picture with the standard's");
        }
    }
    if (starts_any(header, 0xE0, "JFIF") && facts.optimised_huffman.value_or(false) && facts.luminance.exact()) {
        facts.mismatches.emplace_back(
            "the metadata are a camera's, but the file is laid out as libjpeg does when told to optimise");
    }
}

}  // namespace

CodingFacts coding_facts(std::span<const std::uint8_t> bytes, const JpegHeader& header,
                         const media::Metadata& metadata) {
    CodingFacts facts;
    const quantisation::Table* luminance = header.components.empty() ? nullptr : table_of(header, 0);
    if (luminance == nullptr) {
        facts.not_applicable = "The JPEG names no quantisation table for its luminance.";
        return facts;
    }
    facts.luminance = quantisation::nearest_standard(*luminance, quantisation::Kind::kLuminance);
    facts.mozjpeg_quality = quantisation::mozjpeg_quality(*luminance);
    if (facts.luminance.exact()) {
        facts.mozjpeg_quality.reset();
    }
    if (header.components.size() >= 3) {
        if (const quantisation::Table* table = table_of(header, 1)) {
            facts.chrominance = quantisation::nearest_standard(*table, quantisation::Kind::kChrominance);
            facts.own_chrominance_table = *table != *luminance;
        }
    }
    read_sampling(header, facts);
    facts.progressive = header.progressive;
    facts.arithmetic = header.arithmetic;
    facts.optimised_huffman = has_own_codes(bytes, header);
    for (const JpegMarker& marker : header.markers) {
        const auto payload =
            marker.code == kRestartInterval ? payload_of(bytes, marker) : std::span<const std::uint8_t>{};
        if (payload.size() >= 2) {
            facts.restart_interval_mcu = (payload[0] << 8) | payload[1];
        }
    }
    const auto& resources = metadata.photoshop_resources;
    facts.adobe = starts_any(header, 0xEC, "Ducky") ||
                  std::find(resources.begin(), resources.end(), kPhotoshopJpegQuality) != resources.end();
    facts.camera_metadata = metadata.exif.contains("Image.Make") && metadata.maker_note_bytes > 0;
    facts.encoder = encoder_of(facts);
    find_mismatches(header, metadata, facts);
    return facts;
}

}  // namespace bonafide::analyzers

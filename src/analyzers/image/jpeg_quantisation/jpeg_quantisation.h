#pragma once

#include "analysis/analyzer.h"
#include "analyzers/image/jpeg_quantisation/tables.h"
#include "media/jpeg.h"
#include "media/metadata.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bonafide::analyzers {

/// How a JPEG was coded, and what that says about the program that wrote it.
struct CodingFacts {
    std::string not_applicable;  ///< why nothing can be said; empty when something can
    quantisation::Estimate luminance;
    std::optional<quantisation::Estimate> chrominance;  ///< nothing for grey pictures
    std::optional<int> mozjpeg_quality;
    bool own_chrominance_table = false;  ///< the colour components use another table than the luminance
    double chroma_samples = 0;           ///< colour samples a luminance sample: 1, 0.5, 0.25, ...; 0 for grey
    std::string subsampling;             ///< "4:2:0", "4:2:2", ..., "grey"
    bool progressive = false;
    bool arithmetic = false;
    std::optional<bool> optimised_huffman;  ///< the code tables are not the standard's examples; nothing if unread
    int restart_interval_mcu = 0;           ///< 0: none
    bool adobe = false;                     ///< segments that Adobe's software writes
    bool camera_metadata = false;           ///< EXIF names a camera and carries its maker's note
    std::string encoder;                    ///< family of encoders, in words
    std::vector<std::string> mismatches;    ///< with what the metadata lead to expect, in words
};

/// Reads the facts from a JPEG's structure and metadata.
CodingFacts coding_facts(std::span<const std::uint8_t> bytes, const media::JpegHeader& header,
                         const media::Metadata& metadata);

/// image.jpeg.quantisation
const analysis::AnalyzerDefinition& image_jpeg_quantisation();

}  // namespace bonafide::analyzers

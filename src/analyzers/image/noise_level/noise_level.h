#pragma once

#include "analysis/analyzer.h"

#include <opencv2/core.hpp>

#include <string>
#include <vector>

namespace bonafide::analyzers {

struct NoiseLevelOptions {
    /// Contrast of a region's noise to its surroundings from which it is called inconsistent, dB.
    double threshold_db = 11.0;
    /// Smallest region reported, percent of the picture.
    double smallest_region_percent = 0.5;
};

/// A connected place whose noise departs from the rest of the picture.
struct NoiseRegion {
    cv::Rect box_px;
    double contrast_db = 0;   ///< strongest contrast inside; positive: noisier than its surroundings, negative: cleaner
    double area_percent = 0;  ///< of the picture
};

struct NoiseLevelResult {
    std::string not_applicable;   ///< why the picture cannot be judged; empty when it was
    double inconsistency_db = 0;  ///< strongest contrast of any place, less its statistical uncertainty
    double noise_level = 0;       ///< standard deviation on even surfaces, 8-bit levels
    double noise_level_darkest = 0,
           noise_level_brightest = 0;  ///< the same over the darkest and the brightest fifth of them
    double judged_area_percent = 0;
    double suspicious_area_percent = 0;
    std::vector<NoiseRegion> regions;  ///< strongest first
    cv::Mat map;  ///< CV_8UC1, size of the picture, 128 at the threshold; empty when not applicable
};

/// Looks for places whose noise does not fit the rest of the picture. `luma`: CV_32FC1 in 8-bit levels, any size, may
/// be empty.
NoiseLevelResult noise_level(const cv::Mat& luma, const NoiseLevelOptions& options);

/// image.noise.level
const analysis::AnalyzerDefinition& image_noise_level();

}  // namespace bonafide::analyzers

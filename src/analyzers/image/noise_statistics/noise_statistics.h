#pragma once

#include "analysis/analyzer.h"

#include <opencv2/core.hpp>

#include <string>

namespace bonafide::analyzers {

struct NoiseStatisticsOptions {
    /// Meaningfulness from which a place is shown beyond the map's threshold, -log10 of a number of false alarms.
    double threshold = 9;
    /// Share of comparable blocks that count as quiet, and as noisy.
    double tail_share = 0.3;
};

struct NoiseStatisticsResult {
    std::string not_applicable;  ///< why the picture cannot be judged; empty when it was
    double meaningfulness =
        0;  ///< -log10 of the number of false alarms of the strongest place against its surroundings,
    ///< the exponent divided by the square root of `overdispersion`
    double nominal_meaningfulness =
        0;                      ///< the same as in the paper: against the whole picture, as if blocks were independent
    double overdispersion = 1;  ///< how much more the counts of places vary than independent blocks would; from 1
    double noise_level = 0;     ///< median standard deviation of the blocks that took part, 8-bit levels
    double judged_area_percent = 0;
    double suspicious_area_percent = 0;
    bool strongest_is_quiet = false;
    cv::Rect strongest_px;
    cv::Mat map;  ///< CV_8UC1, step 8; empty when not applicable
};

/// Looks for places that hold too many of the picture's quietest blocks, or of its noisiest. `luma`: CV_32FC1 in 8-bit
/// levels, any size, may be empty.
NoiseStatisticsResult noise_statistics(const cv::Mat& luma, const NoiseStatisticsOptions& options);

/// image.noise.statistics
const analysis::AnalyzerDefinition& image_noise_statistics();

}  // namespace bonafide::analyzers

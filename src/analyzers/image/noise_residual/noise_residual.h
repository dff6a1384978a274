#pragma once

#include "analysis/analyzer.h"

#include <opencv2/core.hpp>

#include <string>

namespace bonafide::analyzers {

struct NoiseResidualOptions {
    /// Departure from which a place is shown beyond the map's threshold, in multiples of the picture's median.
    double threshold = 12;
    /// Principal components of the co-occurrences that are kept.
    int dimensions = 10;
    /// Takes out what brightness and texture explain; tests and experiments switch it off.
    bool level_content = true;
};

struct NoiseResidualResult {
    std::string not_applicable;  ///< why the picture cannot be judged; empty when it was
    double departure = 0;        ///< of the most unlike windows from the majority, in multiples of the median; from 1
    double separation_nats = 0;  ///< what two kinds of residual explain better than one, per window; at least 0
    double minority_share_percent = 0;  ///< of the judged windows: the rarer kind; 0 where one kind explains all
    double residual_scale = 0;          ///< step that residuals were rounded with, 8-bit levels
    double judged_area_percent = 0;
    double suspicious_area_percent = 0;  ///< share of the picture beyond the map's threshold
    cv::Rect strongest_px;               ///< around the window that departs most
    cv::Mat map;                         ///< CV_8UC1, step 8 or 16; empty when not applicable
};

/// Looks for places whose fine residual is built unlike that of the rest. `luma`: CV_32FC1 in 8-bit levels, any size,
/// may be empty.
NoiseResidualResult noise_residual(const cv::Mat& luma, const NoiseResidualOptions& options);

/// image.noise.residual
const analysis::AnalyzerDefinition& image_noise_residual();

}  // namespace bonafide::analyzers

#pragma once

#include "analysis/analyzer.h"
#include "features/generated/crops.h"

#include <opencv2/core.hpp>

#include <string>

namespace bonafide::analyzers {

/// From this size of the picture on all of what suspects it counts: as much as sixteen crops side by side, px^2. Crops
/// of small pictures say less: of genuine pictures with room for two to four crops 1 in 200 has a mean above 3.2, for
/// four to nine above 2.7, for sixteen above 1.0 (train/generated/calibrate.log).
inline constexpr double kGeneratedFullArea_px = 16.0 * features::generated::kCropPx * features::generated::kCropPx;

struct GeneratedOptions {
    int most_crops = 16;  ///< looked at, evenly over the picture
};

struct GeneratedResult {
    std::string not_applicable;  ///< why the picture cannot be judged; empty when it was
    /// Mean over the judged crops of the networks' log odds for "generated"; above 0 times `counted_share`.
    double score = 0;
    double counted_share =
        1;  ///< the picture's share of kGeneratedFullArea_px, at most 1; 1 where the mean is not above 0
    double lowest_crop = 0, highest_crop = 0;
    int crops_judged = 0, crops_empty = 0;
    cv::Rect strongest_px;  ///< the crop with the highest log odds
};

/// Asks `network` about crops of `rgb` (CV_8UC3, red first, any size, may be empty). kInternal: the network failed.
Result<GeneratedResult> generated(const cv::Mat& rgb, infer::Session& network, const GeneratedOptions& options);

/// image.generated
const analysis::AnalyzerDefinition& image_generated();

}  // namespace bonafide::analyzers

#pragma once

#include <opencv2/core.hpp>

#include <vector>

namespace bonafide::analyzers::aberration {

inline constexpr int kBlockPx = 64;

/// How far one colour lies beside green in one block of 64 x 64 px.
struct Shift {
    cv::Point2d centre_px;      ///< of the block
    cv::Point2d displacement;   ///< px; positive: the colour lies further right or down than green
    double uncertainty_px = 0;  ///< standard deviation of the less certain direction
};

/// Displacements of red (`channel` 0) or blue (2) against green in `rgb` (CV_8UC3 or CV_16UC3), of those blocks that
/// hold enough structure in both directions and where the colour follows green.
std::vector<Shift> measure_shifts(const cv::Mat& rgb, int channel);

}  // namespace bonafide::analyzers::aberration

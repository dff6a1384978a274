#pragma once

#include <opencv2/core.hpp>

namespace bonafide::features {

inline constexpr int kPreviewLongestSidePx = 1280;

/// A picture (CV_8UC3 or CV_16UC3, red first) shrunk so that its longer side is at most `longest_side_px`, as CV_8UC3.
/// Never enlarged; empty for an empty picture or another type.
cv::Mat make_preview(const cv::Mat& rgb, int longest_side_px = kPreviewLongestSidePx);

}  // namespace bonafide::features

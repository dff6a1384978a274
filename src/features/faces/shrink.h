#pragma once

#include <opencv2/core.hpp>

namespace bonafide::features::faces {

/// `picture` (8 bits, any number of channels, not empty) at `scale` of its size, in (0, 1]: every pixel the mean of the
/// area that it covers. What cv::resize calls INTER_AREA, several times as fast where a pixel covers a few: apart from
/// ties of rounding the same.
cv::Mat shrunk(const cv::Mat& picture, double scale);

}  // namespace bonafide::features::faces

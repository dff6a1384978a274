#pragma once

#include <opencv2/core.hpp>

namespace bonafide::features {

/// Luminance of `rgb` (CV_8UC3 or CV_16UC3, red first) in 8-bit units [0, 255], CV_32FC1 (ITU-R BT.601 weights, rounded
/// to the picture's own levels); 16-bit pictures are divided by 257.
cv::Mat luma_of(const cv::Mat& rgb);

}  // namespace bonafide::features

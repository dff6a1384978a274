#pragma once

#include <opencv2/core.hpp>

namespace bonafide::analyzers::double_quantisation {

/// Blocks of a JPEG, as stored, in which a notable share of the pixels is clipped at either end of a colour: decoding
/// cut off part of what the coefficients said, and the next save no longer falls into their rhythm. `rgb`: CV_8UC3 or
/// CV_16UC3, after EXIF `orientation`. CV_8UC1, 255 where clipped.
cv::Mat clipped_blocks(const cv::Mat& rgb, int orientation);

}  // namespace bonafide::analyzers::double_quantisation

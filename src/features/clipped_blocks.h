#pragma once

#include <opencv2/core.hpp>

#include <array>
#include <cstdint>

namespace bonafide::features {

/// Blocks of a JPEG, as stored, in which a notable share of the pixels is clipped at either end of a colour: decoding
/// cut off part of what the coefficients said, and the next save no longer falls into their rhythm. `steps`:
/// quantisation of the luminance, by which the next save has strewn the clipped values. `rgb`: CV_8UC3 or CV_16UC3,
/// after EXIF `orientation`. CV_8UC1, 255 where clipped.
cv::Mat clipped_blocks(const cv::Mat& rgb, int orientation, const std::array<std::uint16_t, 64>& steps);

}  // namespace bonafide::features

#pragma once

#include "media/jpeg.h"

#include <opencv2/core.hpp>

#include <array>

namespace bonafide::analyzers::ghost {

/// The lowest frequencies but the mean, in natural order; higher ones seldom reach beyond a step.
inline constexpr std::array<int, 14> kFrequencies = {1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4};
inline constexpr int kCount = static_cast<int>(kFrequencies.size());

/// DCT coefficients of blocks of 8 x 8 px of a picture.
struct Samples {
    cv::Point origin;                      ///< of the first block, px, 0 to 7 in either direction
    int stride = 1;                        ///< every so many blocks in either direction was taken
    cv::Size blocks;                       ///< taken
    cv::Mat values;                        ///< CV_32FC1, kCount rows, a column a block; in the units of a JPEG
    std::array<int, kCount> file_steps{};  ///< of the file's own quantisation; 0: none (lossless, or another grid)
};

/// From the stored coefficients of a JPEG, every `stride` blocks.
Samples samples_of(const media::JpegPlane& plane, int stride);

/// From pixels: `luma` CV_32FC1, 8-bit levels; values that are no numbers count as 0. What is left at the rim is not
/// used. No blocks where `luma` is smaller than one.
Samples samples_of(const cv::Mat& luma, cv::Point origin, int stride);

/// Sets the coefficients of blocks that overlap `unusable` ones to 0, so that they count for nothing. `unusable`:
/// CV_8UC1, a value a block of 8 x 8 px from the upper left corner, not 0 where clipped; or empty.
void leave_out(const cv::Mat& unusable, Samples& samples);

}  // namespace bonafide::analyzers::ghost

#pragma once

#include "media/jpeg.h"

#include <opencv2/core.hpp>

namespace bonafide::analyzers::edits {

inline constexpr int kBlockPx = 8;
/// Values of each block: see planes.cpp for what they are, in their order.
inline constexpr int kPlanes = 56;

/// What the network sees of a picture, one vector for each whole 8 x 8 px block: CV_32FC(kPlanes), rows of blocks; a
/// rim of less than 8 px at the right and at the bottom is left out. Finite for every picture. `rgb`: CV_8UC3, red
/// first, at least 16 px a side, as stored (before orientation). `luma_coefficients`: those of the JPEG the picture was
/// decoded from; null where it was none: then they are computed, with a step of one.
cv::Mat measure_planes(const cv::Mat& rgb, const media::JpegPlane* luma_coefficients);

/// The parts of it; each writes its own range of channels of `planes`.
void measure_residuals(const cv::Mat& rgb, cv::Mat& planes);
void measure_coefficients(const cv::Mat& rgb, const media::JpegPlane* luma_coefficients, cv::Mat& planes);

/// Where the channels of the two parts begin and end.
inline constexpr int kResidualPlanes = 42;
inline constexpr int kCoefficientPlanes = kPlanes - kResidualPlanes;

}  // namespace bonafide::analyzers::edits

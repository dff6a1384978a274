#pragma once

#include <opencv2/core.hpp>

#include <array>

namespace bonafide::features::faces {

/// Bands of luminance detail: finer than 0.8 px, 0.8 to 1.6, 1.6 to 3.2, 3.2 to 6.4 px (Gaussian sigmas).
inline constexpr std::size_t kBands = 4;
inline constexpr int kBandsReachPx = 27;  ///< of the widest blur: OpenCV ends a Gaussian of floats at 4 sigma

/// A band of a plane: what one blur has and the next lacks, at every `step_px`-th pixel.
struct Band {
    cv::Mat fine, coarse;
    int step_px = 1;
};
using Bands = std::array<Band, kBands>;

/// Of a part of `plane` (CV_32FC1), at every pixel; what lies around the part has its say in the blurs.
Bands bands(const cv::Mat& plane, const cv::Rect& part);

inline constexpr int kCoarsestStepPx = 4;
/// The same with a sixth of the work, for places that are wider than kCoarsestStepPx: each blur is made from the one
/// before it, and the two coarse bands at every second and every fourth pixel, between which those blurs leave nothing.
Bands thinned_bands(const cv::Mat& plane, const cv::Rect& part);

}  // namespace bonafide::features::faces

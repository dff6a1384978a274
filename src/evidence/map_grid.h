#pragma once

#include <opencv2/core.hpp>

#include <optional>

namespace bonafide::evidence {

/// Pixels of the picture, along each side, for which one value of a map may stand.
inline constexpr int kMapSteps[] = {1, 2, 4, 8, 16};

/// Size of a map of a picture of `picture` px that holds one value for each `step_px` x `step_px` px; the last column
/// and row may stand for less.
inline cv::Size map_size(cv::Size picture, int step_px) {
    return {(picture.width + step_px - 1) / step_px, (picture.height + step_px - 1) / step_px};
}

/// The step of a map of the size `map` over a picture of the size `picture`; the smallest where several fit (tiny
/// pictures), nothing where none does.
std::optional<int> map_step(cv::Size map, cv::Size picture);

/// `map` (any single-channel 8-bit or float type) with one value a pixel of the picture, interpolated between the
/// centres of its steps. ENSURE: map_step() knows its size.
cv::Mat enlarged(const cv::Mat& map, cv::Size picture);

}  // namespace bonafide::evidence

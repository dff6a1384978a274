#pragma once

#include "features/faces/mesh.h"

#include <opencv2/core.hpp>

namespace bonafide::forge {

/// No smaller face is exchanged, px from forehead to chin, in either picture.
inline constexpr double kSmallestSwappedFacePx = 64;

/// The face of `source` put onto that of `target` (both CV_8UC3): warped to its landmarks, its colours brought to those
/// that were there, and blended in. Returns the changed `target`.
cv::Mat swap_face(const cv::Mat& target, const features::faces::Face& target_face, const cv::Mat& source,
                  const features::faces::Face& source_face);

}  // namespace bonafide::forge

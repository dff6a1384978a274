#pragma once

#include "features/faces/mesh.h"
#include "forge/mouth/person.h"
#include "forge/mouth/shape.h"

#include <opencv2/core.hpp>

namespace bonafide::forge {

/// No smaller face is made to speak, px from forehead to chin.
inline constexpr double kSmallestSpeakingFacePx = 64;

/// `rgb` (CV_8UC3, red first) in which `face`, which is that of `owner`, holds its mouth as `shape` says, whatever it
/// does there itself. Deterministic.
cv::Mat hold_mouth(const cv::Mat& rgb, const features::faces::Face& face, const MouthOwner& owner,
                   const MouthShape& shape);

}  // namespace bonafide::forge

#pragma once

#include "features/faces/mesh.h"

#include <opencv2/core.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bonafide::forge {

/// Shape of the part that is exchanged.
enum class MaskShape { kFace, kBelowBrows, kLowerHalf, kInner, kPatch };

struct MaskShapeName {
    MaskShape shape;
    std::string_view name, meaning;
};
const std::vector<MaskShapeName>& mask_shapes();

/// No smaller face is blended, px from forehead to chin: what is changed would hardly be seen.
inline constexpr double kSmallestBlendedFacePx = 64;

struct Blended {
    cv::Mat rgb;   ///< CV_8UC3
    cv::Mat mask;  ///< CV_32FC1: the share of the changed copy in each pixel, 0 to 1
    MaskShape shape = MaskShape::kFace;
    std::string description;  ///< what was drawn: shape, colour, sharpness, scale, shift
};

/// `rgb` (CV_8UC3) with its own `face` blended in anew, slightly changed. Everything not given is drawn from `seed`;
/// equal seeds give equal results. `shape` null: drawn as well. For training in memory: nothing is marked here.
Blended blend(const cv::Mat& rgb, const features::faces::Face& face, std::uint64_t seed,
              const MaskShape* shape = nullptr);

}  // namespace bonafide::forge

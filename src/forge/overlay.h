#pragma once

#include "features/faces/mesh.h"

#include <opencv2/core.hpp>

namespace bonafide::forge {

/// Where in a picture of `size` another face is laid over `face`: with a margin in which the blending works.
cv::Rect frame_around(const features::faces::Face& face, cv::Size size);

/// `target` (CV_8UC3) with `other`, the picture of another face in the place of the target's (CV_32FC3 in [0, 1], of
/// the size of `frame` = frame_around()), laid over `face`: where `known` (CV_8UC1, 255) says that there is one,
/// inside the outline of the face and off its edge; its colours brought to those that were there, and blended in.
cv::Mat lay_over(const cv::Mat& target, const features::faces::Face& face, const cv::Rect& frame, const cv::Mat& other,
                 const cv::Mat& known);

}  // namespace bonafide::forge

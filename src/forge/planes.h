#pragma once

#include "infer/session.h"

#include <opencv2/core.hpp>

namespace bonafide::forge {

/// `rgb` (CV_8UC3) as the forge's networks take pictures: 1 x 3 x rows x columns, red first, in [-1, 1].
infer::Tensor planes_of(const cv::Mat& rgb);

/// The picture in `planes`, which are of that form, as CV_32FC3, in levels of 8 bits; some may lie outside.
cv::Mat picture_of(const infer::Tensor& planes);

}  // namespace bonafide::forge

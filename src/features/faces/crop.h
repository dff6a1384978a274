#pragma once

#include <opencv2/core.hpp>

namespace bonafide::features::faces {

/// The square of `size_px` px that `to_square` (2 x 3, from the picture to the square) cuts out of `rgb` (CV_8UC3);
/// what lies outside the picture is black. A part that is shrunk to less than half is shrunk evenly first: plain
/// sampling would skip pixels.
cv::Mat cut_square(const cv::Mat& rgb, const cv::Matx23f& to_square, int size_px);

}  // namespace bonafide::features::faces

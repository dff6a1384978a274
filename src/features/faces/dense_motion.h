#pragma once

#include <opencv2/core.hpp>

namespace bonafide::features::faces {

/// Where every pixel of `now` was in `before` (CV_8UC1, one size, not empty), as offsets in px (CV_32FC2): iterated
/// least squares over small windows, coarse to fine (Lucas and Kanade, IJCAI 1981; Bouguet, Intel, 2000). Deviations:
/// at every pixel, with a window that reaches so far that the motion cannot follow noise, and with a prior of no
/// further motion where nothing shows any. Finds motions of up to about an eighth of the picture.
/// With `finest` kEverySecondPixel the last step is left out, whose work is that of all others, and motion is found at
/// half the size alone.
enum class MotionGrid { kEveryPixel, kEverySecondPixel };
cv::Mat dense_motion(const cv::Mat& now, const cv::Mat& before, MotionGrid finest = MotionGrid::kEveryPixel);

/// `before` (one channel or several, 8 bits or float) brought to where a part of `now` has it, by cubic interpolation;
/// in CV_32F, of the part's size.
cv::Mat moved_by(const cv::Mat& before, const cv::Mat& motion, const cv::Rect& part);

}  // namespace bonafide::features::faces

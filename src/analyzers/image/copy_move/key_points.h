#pragma once

#include "analyzers/image/copy_move/motion.h"

#include <opencv2/core.hpp>

#include <vector>

namespace bonafide::analyzers::clone {

/// Groups of key points that one motion takes to other key points that look alike: suspected copies, also scaled,
/// turned and mirrored ones, heaviest first. `luma` is CV_8UC1; motions and boxes are in its pixels.
std::vector<Hypothesis> moved_key_points(const cv::Mat& luma, int most);

}  // namespace bonafide::analyzers::clone

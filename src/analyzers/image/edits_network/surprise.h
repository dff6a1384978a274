#pragma once

#include <opencv2/core.hpp>

#include <vector>

namespace bonafide::analyzers::edits {

/// Replaces each compared plane (network.h) of `planes` by how far it is from what the picture's own blocks of like
/// brightness, texture and colour lead to expect, in the deviations of the picture plus `floor`, within +-6; the other
/// planes by 0.
void take_out_expectation(cv::Mat& planes, const std::vector<float>& floor);

}  // namespace bonafide::analyzers::edits

#pragma once

#include <opencv2/core.hpp>

#include <string>

namespace bonafide::forge {

/// Writes `words` (ASCII) on a dark bar along the lower edge of `rgb` (CV_8UC3), as large as the width allows.
void draw_label(cv::Mat& rgb, const std::string& words);

}  // namespace bonafide::forge

#pragma once

#include <opencv2/core.hpp>

#include <string>

namespace bonafide::forge {

/// What the label of a fake of `kind` says.
std::string label_of(const std::string& kind);

/// Writes `words` (ASCII) on a dark bar along the lower edge of `rgb` (CV_8UC3), as large as the width allows.
void draw_label(cv::Mat& rgb, const std::string& words);

}  // namespace bonafide::forge

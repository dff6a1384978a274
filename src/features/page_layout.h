#pragma once

#include <opencv2/core.hpp>

namespace bonafide::features {

/// Bands across the whole picture, of at least four rows or columns, that hold one brightness and nothing else, counted
/// in both directions: what a program leaves between the lines and pictures that it lays out. `luma`: CV_32FC1 in 8-bit
/// levels, any size, may be empty.
int empty_bands(const cv::Mat& luma);

/// From so many empty bands on a picture is a page that a program laid out: a screenshot, a chart, a page of text. Of
/// the 1,711 photographs, portraits, generated pictures and edits of the development data none has more than two
/// (bench/accuracy/screenshots.py).
inline constexpr int kLaidOutBands = 4;

}  // namespace bonafide::features

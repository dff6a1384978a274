#pragma once

#include <opencv2/core.hpp>

namespace bonafide::analyzers::clone {

constexpr int kWindowPx = 15;  ///< side of the windows in which details are compared

/// The band-pass detail of a luma plane, CV_32FC1, in its unit: what lies between grain and shapes.
cv::Mat detail(const cv::Mat& luma);

/// Mean of the window about each pixel, CV_32FC1.
cv::Mat window_mean(const cv::Mat& values);

/// Correlation, -1 to 1, of two details of one size in the window about each pixel; near 0 where neither has any.
cv::Mat correlation(const cv::Mat& first, const cv::Mat& second);

/// How far the correlation of two details stands out from the best that is reached when one is shifted a little: the
/// difference of Fisher's z of both, 0 and above, CV_32FC1, for the window about each pixel.
struct StandingOut {
    cv::Mat of_eight;  ///< from shifts in eight directions
    cv::Mat of_lines;  ///< from those and from shifts along the lines that the window shows
};

StandingOut standing_out(const cv::Mat& alike, const cv::Mat& first, const cv::Mat& second);

}  // namespace bonafide::analyzers::clone

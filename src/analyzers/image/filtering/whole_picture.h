#pragma once

#include <opencv2/core.hpp>

#include <array>

namespace bonafide::analyzers::filtering {

using Histogram = std::array<double, 256>;

/// Histogram of one channel of an 8-bit or 16-bit picture (16-bit divided by 257), any number of channels.
Histogram channel_histogram(const cv::Mat& picture, int channel);

/// How much of a histogram alternates from value to value, 0 (smooth) to about 1 (every second value empty): what a
/// contrast change of whole levels leaves. Ends are tapered, where genuine histograms break off.
double histogram_comb(const Histogram& histogram);

/// Empty values between well-filled neighbours, percent of the values between the darkest and the brightest 0.1 %.
double histogram_gaps_percent(const Histogram& histogram);

/// Median over strong edges of how far the picture swings beyond the edge's ends, percent of the edge's height; 0 where
/// fewer than 100 such edges are there. `luma`: CV_32FC1 in 8-bit levels.
double overshoot_percent(const cv::Mat& luma);

}  // namespace bonafide::analyzers::filtering

#pragma once

#include <opencv2/core.hpp>

namespace bonafide::analyzers::resampled {

/// Windows of 128 x 128 px, one every 64 px; their spectra's frequencies are k / kWindowPx, k below kFrequencies.
inline constexpr int kWindowPx = 128;
inline constexpr int kWindowStepPx = 64;
inline constexpr int kFrequencies = kWindowPx / 2;

/// What stands out in the spectra of windows.
struct Spectra {
    cv::Size windows;
    /// For each window a row of kFrequencies values, CV_32FC1: power of the trace over that of the frequencies around
    /// it, geometric mean of rows and columns, so that a pattern of one direction counts little; about 1 where nothing
    /// is periodic. What is periodic in the picture itself is taken off.
    cv::Mat trace;
    cv::Mat informative;  ///< CV_8UC1, size `windows`: 255 where there is any detail
};

/// Measures `luma` (CV_32FC1, 8-bit levels, at least kWindowPx + 2 px a side).
Spectra measure_spectra(const cv::Mat& luma);

}  // namespace bonafide::analyzers::resampled

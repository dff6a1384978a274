#pragma once

#include <opencv2/core.hpp>

#include <vector>

namespace bonafide::analyzers::filtering {

/// Takes out of `values` (CV_32FC1) what a robust straight line on `explaining` (same size) explains, where `judged`
/// (CV_8UC1) is set; elsewhere they become 0.
void level_out(cv::Mat& values, const cv::Mat& explaining, const cv::Mat& judged);

/// Places whose values depart from the ring around them.
struct Contrast {
    cv::Mat departure;  ///< CV_32FC1, signed, one a cell: the strongest window that holds it, bounded by its own value
    double strongest = 0;  ///< largest magnitude of any window's contrast, less two standard errors
    bool strongest_is_positive = false;
    cv::Rect place;  ///< that window, in cells
};

/// `values`: CV_32FC1, 0 where `judged` (CV_8UC1) is not set.
Contrast local_contrast(const cv::Mat& values, const cv::Mat& judged);

}  // namespace bonafide::analyzers::filtering

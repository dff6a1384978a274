#pragma once

#include <opencv2/core.hpp>

namespace bonafide::analyzers::residual {

/// Products of tall, narrow matrices (CV_64FC1), summed in one order on every machine. OpenCV hands its own to whatever
/// BLAS the system has, whose reference version takes several times as long.

/// The transpose of `a` times `b`: a.cols x b.cols. ENSURE: as many rows.
cv::Mat transposed_product(const cv::Mat& a, const cv::Mat& b);

/// `a` times `b`: a.rows x b.cols. ENSURE: b has as many rows as `a` has columns.
cv::Mat product(const cv::Mat& a, const cv::Mat& b);

}  // namespace bonafide::analyzers::residual

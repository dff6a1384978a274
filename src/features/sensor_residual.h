#pragma once

#include <opencv2/core.hpp>

namespace bonafide::features {

/// What a denoiser takes out of a picture, in 8-bit levels: noise, with the pattern of the sensor in it, and little of
/// the content. `luma` is CV_32FC1 in 8-bit levels, any size; the answer is CV_32FC1 of the same size. Values that are
/// not finite count as 0.
cv::Mat sensor_residual(const cv::Mat& luma);

/// How much each pixel of a residual can say about the sensor's pattern: `luma` where the sensor responded, 0 where it
/// was saturated or dark, and less where content leaks into the residual. The residual is weighted in the same way, so
/// that products of both are weighted by the square.
struct WeightedResidual {
    cv::Mat residual;   ///< CV_32FC1, 8-bit levels
    cv::Mat intensity;  ///< CV_32FC1, 8-bit levels, 0 where a pixel says nothing
};
WeightedResidual weighted_residual(const cv::Mat& luma);

/// Takes the mean out of every row and column of `plane` (CV_32FC1), each of the four cells of the 2 x 2 colour filter
/// by itself: what all pictures of a kind of camera or of a file format share there is no fingerprint.
void remove_line_means(cv::Mat& plane);

}  // namespace bonafide::features

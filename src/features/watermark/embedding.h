#pragma once

#include "base/result.h"

#include <opencv2/core.hpp>

namespace bonafide::features::watermark {

// The steps of embedding, shared by pictures (embed.cpp) and films (film.cpp).

/// CV_32FC1 in [0, 255].
cv::Mat luma_of(const cv::Mat& rgb);

/// How strong the mark may be in each place of `working` (luma of kWorkingPx): the mean is 1.
cv::Mat strength_of(const cv::Mat& working);

/// The change of `working` after which its phases agree with the key, found in `passes` steps from the change `start`
/// on (empty: none). `amplitude` of a harmonic, grey levels.
cv::Mat change_for(const cv::Mat& working, const cv::Mat& strength, float amplitude, int passes, const cv::Mat& start);

/// `rgb` (CV_8UC3) with `change` brought to its size and added to every channel.
cv::Mat applied(const cv::Mat& rgb, const cv::Mat& change);

/// `rgb` after half size and JPEG of quality 60.
Result<cv::Mat> laundered(const cv::Mat& rgb);

}  // namespace bonafide::features::watermark

#include "features/luma.h"

#include <opencv2/imgproc.hpp>

namespace bonafide::features {

cv::Mat luma_of(const cv::Mat& rgb) {
    cv::Mat grey, luma;
    cv::cvtColor(rgb, grey, cv::COLOR_RGB2GRAY);
    grey.convertTo(luma, CV_32F, grey.depth() == CV_16U ? 1.0 / 257.0 : 1.0);
    return luma;
}

}  // namespace bonafide::features

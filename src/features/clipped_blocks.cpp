#include "features/clipped_blocks.h"

#include "media/image_orientation.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>

namespace bonafide::features {
namespace {

constexpr int kDarkest = 2, kLeastMargin = 3, kLargestMargin = 14;
constexpr double kMostClippedShare = 0.02;

}  // namespace

cv::Mat clipped_blocks(const cv::Mat& rgb, int orientation, const std::array<std::uint16_t, 64>& steps) {
    // Of the lowest frequencies, horizontal and vertical.
    const int step = (steps[1] + steps[8]) / 2;
    const int brightest = 255 - std::clamp(kLeastMargin + step, kLeastMargin, kLargestMargin);
    cv::Mat clipped(rgb.size(), CV_8UC1, cv::Scalar(0));
    if (rgb.type() == CV_8UC3) {
        cv::inRange(rgb, cv::Scalar::all(kDarkest + 1), cv::Scalar::all(brightest - 1), clipped);
        cv::bitwise_not(clipped, clipped);
    }
    clipped = media::upright(clipped, media::inverse_of(orientation));
    const cv::Size blocks((clipped.cols + 7) / 8, (clipped.rows + 7) / 8);
    cv::Mat padded, shares;
    cv::copyMakeBorder(clipped, padded, 0, blocks.height * 8 - clipped.rows, 0, blocks.width * 8 - clipped.cols,
                       cv::BORDER_REPLICATE);
    cv::resize(padded, shares, blocks, 0, 0, cv::INTER_AREA);
    return shares > 255 * kMostClippedShare;
}

}  // namespace bonafide::features

// Blocks sorted by the activity around them.
//
// A coefficient of 0 says "saved once" or "saved twice" only by comparison with how often it is 0 in content of this
// kind. One distribution for the whole picture would take every sky for one kind and all foliage for the other.
#include "analyzers/image/jpeg_double_quantisation/coding_history.h"
#include "base/ensure.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <bit>
#include <cstdlib>

namespace bonafide::analyzers::double_quantisation {
namespace {

// Binary orders of magnitude of all coefficients but the mean, summed.
float activity_of(std::span<const std::int16_t, 64> block) {
    int sum = 0;
    for (int index = 1; index < 64; ++index) {
        sum += static_cast<int>(std::bit_width(static_cast<unsigned>(std::abs(block[index]))));
    }
    return static_cast<float>(sum);
}

}  // namespace

Blocks classify(const media::JpegPlane& plane, const cv::Mat& unusable) {
    const cv::Size size(plane.blocks_wide, plane.blocks_high);
    ENSURE(unusable.empty() || (unusable.size() == size && unusable.type() == CV_8UC1));
    cv::Mat activity(size, CV_32FC1);
    for (int row = 0; row < size.height; ++row) {
        for (int column = 0; column < size.width; ++column) {
            activity.at<float>(row, column) = activity_of(plane.block(column, row));
        }
    }
    cv::blur(activity, activity, {3, 3}, {-1, -1}, cv::BORDER_REPLICATE);
    Blocks blocks{cv::Mat(size, CV_8UC1, cv::Scalar(kNoClass)), 0};
    const auto judged = [&](int row, int column) {
        return activity.at<float>(row, column) > 0 &&
               (unusable.empty() || unusable.at<unsigned char>(row, column) == 0);
    };
    std::vector<float> sorted;
    for (int row = 0; row < size.height; ++row) {
        for (int column = 0; column < size.width; ++column) {
            if (judged(row, column)) {
                sorted.push_back(activity.at<float>(row, column));
            }
        }
    }
    blocks.judged = static_cast<int>(sorted.size());
    if (sorted.empty()) {
        return blocks;
    }
    std::array<float, kClasses - 1> limits{};
    for (int index = 0; index + 1 < kClasses; ++index) {
        const auto place = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() * (index + 1) / kClasses);
        std::nth_element(sorted.begin(), place, sorted.end());
        limits[index] = *place;
    }
    for (int row = 0; row < size.height; ++row) {
        for (int column = 0; column < size.width; ++column) {
            if (judged(row, column)) {
                const auto above = std::upper_bound(limits.begin(), limits.end(), activity.at<float>(row, column));
                blocks.activity_class.at<unsigned char>(row, column) =
                    static_cast<unsigned char>(above - limits.begin());
            }
        }
    }
    return blocks;
}

}  // namespace bonafide::analyzers::double_quantisation

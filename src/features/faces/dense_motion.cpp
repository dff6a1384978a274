#include "features/faces/dense_motion.h"

#include "base/ensure.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <vector>

namespace bonafide::features::faces {
namespace {

constexpr int kWindowPx = 11;        // side of the windows, at every level
constexpr int kSmallestSidePx = 20;  // of the coarsest level
constexpr int kMostLevels = 5;
constexpr int kCoarseRounds = 3, kFineRounds = 1;
// Squared levels a pixel: gradients below it are noise, and where there are only such the coarser level's answer stays.
constexpr float kPrior = 4;
constexpr float kMostStepPx = 1;  // a round finds no more: the gradients say nothing of what lies further
constexpr int kBorder = cv::BORDER_REFLECT_101;

cv::Mat places_of(const cv::Mat& motion) {
    cv::Mat places(motion.size(), CV_32FC2);
    for (int y = 0; y < motion.rows; ++y) {
        const auto* offset = motion.ptr<cv::Vec2f>(y);
        auto* place = places.ptr<cv::Vec2f>(y);
        for (int x = 0; x < motion.cols; ++x) {
            place[x] = {static_cast<float>(x) + offset[x][0], static_cast<float>(y) + offset[x][1]};
        }
    }
    return places;
}

cv::Mat sampled(const cv::Mat& picture, const cv::Mat& motion, int interpolation) {
    cv::Mat result;
    cv::remap(picture, result, places_of(motion), cv::noArray(), interpolation, kBorder);
    return result;
}

cv::Mat mean_of(const cv::Mat& plane) {
    cv::Mat mean;
    cv::boxFilter(plane, mean, CV_32F, {kWindowPx, kWindowPx}, {-1, -1}, true, kBorder);
    return mean;
}

/// One round of least squares on top of `motion`.
void refine(const cv::Mat& now, const cv::Mat& before, cv::Mat& motion) {
    const cv::Mat there = sampled(before, motion, cv::INTER_LINEAR);
    const cv::Mat both = (now + there) * 0.5F, change = now - there;
    cv::Mat across, down;
    cv::Scharr(both, across, CV_32F, 1, 0, 1 / 32.0, 0, kBorder);
    cv::Scharr(both, down, CV_32F, 0, 1, 1 / 32.0, 0, kBorder);
    const cv::Mat xx = mean_of(across.mul(across)), xy = mean_of(across.mul(down)), yy = mean_of(down.mul(down));
    const cv::Mat xc = mean_of(across.mul(change)), yc = mean_of(down.mul(change));
    for (int y = 0; y < motion.rows; ++y) {
        auto* offset = motion.ptr<cv::Vec2f>(y);
        const auto *xx_row = xx.ptr<float>(y), *xy_row = xy.ptr<float>(y), *yy_row = yy.ptr<float>(y),
                   *xc_row = xc.ptr<float>(y), *yc_row = yc.ptr<float>(y);
        for (int x = 0; x < motion.cols; ++x) {
            const float a = xx_row[x] + kPrior, b = xy_row[x], d = yy_row[x] + kPrior;
            const float p = xc_row[x], q = yc_row[x];
            const float determinant = a * d - b * b;  // positive: the prior sees to it
            offset[x][0] += std::clamp((d * p - b * q) / determinant, -kMostStepPx, kMostStepPx);
            offset[x][1] += std::clamp((a * q - b * p) / determinant, -kMostStepPx, kMostStepPx);
        }
    }
    cv::Mat smooth;
    cv::blur(motion, smooth, {5, 5}, {-1, -1}, kBorder);
    motion = smooth;
}

}  // namespace

cv::Mat dense_motion(const cv::Mat& now, const cv::Mat& before) {
    ENSURE(!now.empty() && now.type() == CV_8UC1 && before.type() == CV_8UC1 && now.size() == before.size());
    std::vector<cv::Mat> finer_now(1), finer_before(1);
    now.convertTo(finer_now[0], CV_32F);
    before.convertTo(finer_before[0], CV_32F);
    while (static_cast<int>(finer_now.size()) < kMostLevels &&
           std::min(finer_now.back().cols, finer_now.back().rows) >= 2 * kSmallestSidePx) {
        cv::Mat small_now, small_before;
        cv::pyrDown(finer_now.back(), small_now, {}, kBorder);
        cv::pyrDown(finer_before.back(), small_before, {}, kBorder);
        finer_now.push_back(small_now);
        finer_before.push_back(small_before);
    }
    cv::Mat motion(finer_now.back().size(), CV_32FC2, cv::Scalar::all(0));
    for (std::size_t level = finer_now.size(); level-- > 0;) {
        if (motion.size() != finer_now[level].size()) {
            cv::Mat larger;
            cv::resize(motion, larger, finer_now[level].size(), 0, 0, cv::INTER_LINEAR);
            motion = larger * 2;
        }
        for (int round = 0; round < (level == 0 ? kFineRounds : kCoarseRounds); ++round) {
            refine(finer_now[level], finer_before[level], motion);
        }
    }
    return motion;
}

cv::Mat moved_by(const cv::Mat& before, const cv::Mat& motion) {
    cv::Mat whole;
    before.convertTo(whole, CV_32F);
    return sampled(whole, motion, cv::INTER_CUBIC);
}

}  // namespace bonafide::features::faces

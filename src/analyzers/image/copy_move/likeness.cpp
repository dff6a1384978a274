// How alike two places are, and whether that means anything.
//
// A copy agrees with its source at exactly one shift; a gradient, an edge or a stripe agrees with itself all along its
// length. So a correlation counts as far as it stands out from that of small shifts in eight directions and, since a
// stripe between two of those would escape them, from that of shifts along the lines that each window shows.
#include "analyzers/image/copy_move/likeness.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace bonafide::analyzers::clone {
namespace {

constexpr double kFineSigma = 0.7, kCoarseSigma = 2.5;
constexpr int kRing = 4;  ///< shift at which the correlation must have fallen, pixels
constexpr double kVarianceFloor = 0.25;

cv::Mat normalised(const cv::Mat& a, const cv::Mat& b, const cv::Mat& variance_a, const cv::Mat& variance_b) {
    cv::Mat product = window_mean(a.mul(b)), norm;
    // Sliding sums leave tiny negative energies on surfaces without detail.
    cv::sqrt(cv::max(variance_a, 0.0).mul(cv::max(variance_b, 0.0)), norm);
    return product / (norm + kVarianceFloor);
}

// Unit vectors along which the detail changes least, window by window: the weak axis of the structure tensor (Bigun and
// Granlund, "Optimal orientation detection of linear symmetry", ICCV 1987).
cv::Mat lines_of(const cv::Mat& values) {
    cv::Mat dx, dy;
    cv::Sobel(values, dx, CV_32F, 1, 0);
    cv::Sobel(values, dy, CV_32F, 0, 1);
    const cv::Mat xx = window_mean(dx.mul(dx)), yy = window_mean(dy.mul(dy)), xy = window_mean(dx.mul(dy));
    cv::Mat lines(values.size(), CV_32FC2);
    for (int y = 0; y < values.rows; ++y) {
        for (int x = 0; x < values.cols; ++x) {
            const float across = 0.5F * std::atan2(2 * xy.at<float>(y, x), xx.at<float>(y, x) - yy.at<float>(y, x));
            lines.at<cv::Vec2f>(y, x) = {-std::sin(across), std::cos(across)};
        }
    }
    return lines;
}

// `values` where `way` times the vector at each pixel leads.
cv::Mat looked_up(const cv::Mat& values, const cv::Mat& vectors, float way) {
    cv::Mat where(values.size(), CV_32FC2), moved;
    for (int y = 0; y < values.rows; ++y) {
        for (int x = 0; x < values.cols; ++x) {
            where.at<cv::Vec2f>(y, x) =
                cv::Vec2f(static_cast<float>(x), static_cast<float>(y)) + way * vectors.at<cv::Vec2f>(y, x);
        }
    }
    cv::remap(values, moved, where, {}, cv::INTER_LINEAR, cv::BORDER_REFLECT);
    return moved;
}

// Fisher's z is variance stabilised: .95 against .7 counts as .8 against .3 does.
cv::Mat evidence_of(const cv::Mat& alike, const cv::Mat& around) {
    cv::Mat evidence(alike.size(), CV_32FC1);
    const auto fisher = [](float correlation) { return std::atanh(std::clamp(correlation, 0.0F, 0.98F)); };
    for (int y = 0; y < alike.rows; ++y) {
        for (int x = 0; x < alike.cols; ++x) {
            evidence.at<float>(y, x) = std::max(0.0F, fisher(alike.at<float>(y, x)) - fisher(around.at<float>(y, x)));
        }
    }
    return evidence;
}

}  // namespace

cv::Mat detail(const cv::Mat& luma) {
    cv::Mat fine, coarse;
    cv::GaussianBlur(luma, fine, {}, kFineSigma, kFineSigma, cv::BORDER_REFLECT);
    cv::GaussianBlur(luma, coarse, {}, kCoarseSigma, kCoarseSigma, cv::BORDER_REFLECT);
    return fine - coarse;
}

cv::Mat window_mean(const cv::Mat& values) {
    cv::Mat mean;
    cv::boxFilter(values, mean, CV_32F, {kWindowPx, kWindowPx}, {-1, -1}, true, cv::BORDER_REFLECT);
    return mean;
}

cv::Mat correlation(const cv::Mat& first, const cv::Mat& second) {
    return normalised(first, second, window_mean(first.mul(first)), window_mean(second.mul(second)));
}

StandingOut standing_out(const cv::Mat& alike, const cv::Mat& first, const cv::Mat& second) {
    const cv::Mat first_variance = window_mean(first.mul(first)), second_variance = window_mean(second.mul(second));
    cv::Mat around(first.size(), CV_32FC1, cv::Scalar(0)), shifted;
    const auto compare = [&] { cv::max(around, normalised(first, shifted, first_variance, second_variance), around); };
    for (int direction = 0; direction < 8; ++direction) {
        const double angle = direction * CV_PI / 4;
        const int x = static_cast<int>(std::lround(kRing * std::cos(angle))),
                  y = static_cast<int>(std::lround(kRing * std::sin(angle)));
        const cv::Matx23f matrix(1, 0, static_cast<float>(x), 0, 1, static_cast<float>(y));
        cv::warpAffine(second, shifted, matrix, second.size(), cv::INTER_NEAREST | cv::WARP_INVERSE_MAP,
                       cv::BORDER_REFLECT);
        compare();
    }
    StandingOut result;
    result.of_eight = evidence_of(alike, around);
    const cv::Mat lines = lines_of(second);
    for (const int way : {kRing, -kRing}) {
        shifted = looked_up(second, lines, static_cast<float>(way));
        compare();
    }
    result.of_lines = evidence_of(alike, around);
    return result;
}

}  // namespace bonafide::analyzers::clone

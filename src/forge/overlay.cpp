// Colours by Reinhard, Ashikhmin, Gooch, Shirley, "Color transfer between images", IEEE CG&A 2001; blending by Burt and
// Adelson, "A multiresolution spline with application to image mosaics", ACM TOG 1983.
#include "forge/overlay.h"

#include "base/ensure.h"
#include "forge/face.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <vector>

namespace bonafide::forge {
namespace {

using features::faces::Face;

constexpr double kMargin = 0.25;  // of the face's size around it, where blending works
constexpr double kShrink = 0.03;  // of the face's size: the mask keeps off the face's edge
constexpr double kFeather = 0.025;
constexpr int kBands = 5;
constexpr double kLeastGain = 0.6, kMostGain = 1.6;

/// `rgb` with mean and spread of each Lab channel, within `mask`, as `like` has them there. CV_32FC3 in [0, 1].
cv::Mat coloured_like(const cv::Mat& rgb, const cv::Mat& like, const cv::Mat& mask) {
    cv::Mat own, other;
    cv::cvtColor(rgb, own, cv::COLOR_RGB2Lab);
    cv::cvtColor(like, other, cv::COLOR_RGB2Lab);
    cv::Scalar own_mean, own_spread, other_mean, other_spread;
    cv::meanStdDev(own, own_mean, own_spread, mask);
    cv::meanStdDev(other, other_mean, other_spread, mask);
    std::vector<cv::Mat> planes;
    cv::split(own, planes);
    for (int channel = 0; channel < 3; ++channel) {
        const double gain =
            std::clamp(other_spread[channel] / std::max(1e-3, own_spread[channel]), kLeastGain, kMostGain);
        planes[static_cast<std::size_t>(channel)].convertTo(planes[static_cast<std::size_t>(channel)], CV_32F, gain,
                                                            other_mean[channel] - gain * own_mean[channel]);
    }
    cv::merge(planes, own);
    cv::Mat result;
    cv::cvtColor(own, result, cv::COLOR_Lab2RGB);
    return result;
}

/// `above` over `below` (CV_32FC3) by `mask` (CV_32FC1), each band of detail over a width of its own.
cv::Mat blended_in_bands(const cv::Mat& above, const cv::Mat& below, const cv::Mat& mask) {
    cv::Mat top = above, bottom = below, weight = mask;
    std::vector<cv::Mat> bands;
    const auto mixed = [](const cv::Mat& first, const cv::Mat& second, const cv::Mat& share) {
        cv::Mat shares;
        cv::merge(std::vector<cv::Mat>(3, share), shares);
        return cv::Mat(second + shares.mul(first - second));
    };
    for (int band = 0; band < kBands && std::min(top.cols, top.rows) > 8; ++band) {
        cv::Mat small_top, small_bottom, small_weight, back_top, back_bottom;
        cv::pyrDown(top, small_top);
        cv::pyrDown(bottom, small_bottom);
        cv::pyrDown(weight, small_weight);
        cv::pyrUp(small_top, back_top, top.size());
        cv::pyrUp(small_bottom, back_bottom, bottom.size());
        bands.push_back(mixed(top - back_top, bottom - back_bottom, weight));
        top = small_top;
        bottom = small_bottom;
        weight = small_weight;
    }
    cv::Mat result = mixed(top, bottom, weight);
    for (auto band = bands.rbegin(); band != bands.rend(); ++band) {
        cv::Mat large;
        cv::pyrUp(result, large, band->size());
        result = large + *band;
    }
    return result;
}

}  // namespace

cv::Rect frame_around(const Face& face, cv::Size size) {
    const cv::Rect2f box = face.box_px();
    const float margin = static_cast<float>(kMargin) * std::max(box.width, box.height);
    return cv::Rect(cvFloor(box.x - margin), cvFloor(box.y - margin), cvCeil(box.width + 2 * margin),
                    cvCeil(box.height + 2 * margin)) &
           cv::Rect({0, 0}, size);
}

cv::Mat lay_over(const cv::Mat& target, const Face& face, const cv::Rect& frame, const cv::Mat& other,
                 const cv::Mat& known) {
    ENSURE(target.type() == CV_8UC3 && other.type() == CV_32FC3 && other.size() == frame.size());
    ENSURE(known.type() == CV_8UC1 && known.size() == frame.size());
    std::vector<cv::Point2f> here = points_of(face);
    for (cv::Point2f& point : here) {
        point -= cv::Point2f(frame.tl());
    }
    cv::Mat mask = filled_hull(here, frame.size()) & known;
    const double face_px = face.box_px().height;
    const int reach = std::max(1, cvRound(kShrink * face_px));
    cv::erode(mask, mask, cv::getStructuringElement(cv::MORPH_ELLIPSE, {2 * reach + 1, 2 * reach + 1}), {-1, -1}, 1,
              cv::BORDER_CONSTANT, cv::Scalar::all(0));
    cv::Mat soft, below;
    mask.convertTo(soft, CV_32F, 1 / 255.0);
    cv::GaussianBlur(soft, soft, {}, std::max(0.5, kFeather * face_px));
    target(frame).convertTo(below, CV_32F, 1 / 255.0);
    cv::Mat above = coloured_like(other, below, mask);
    // Where there is no other face, the surroundings go on: the broad bands would take in what lies outside.
    below.copyTo(above, known == 0);
    cv::Mat result = target.clone();
    cv::Mat(blended_in_bands(above, below, soft) * 255).convertTo(result(frame), CV_8U);
    return result;
}

}  // namespace bonafide::forge

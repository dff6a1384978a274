// Classical face exchange: warp of a triangle mesh over the landmarks; colours by Reinhard, Ashikhmin, Gooch, Shirley,
// "Color transfer between images", IEEE CG&A 2001; blending by Burt and Adelson, "A multiresolution spline with
// application to image mosaics", ACM TOG 1983. Limits: light, gaze and expression stay those of the source's texture on
// the target's shape; hair, glasses and hands in front of the face are painted over.
#include "forge/swap.h"

#include "forge/face.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <map>

namespace bonafide::forge {
namespace {

using features::faces::Face;

constexpr double kMargin = 0.25;  // of the face's size around it, where blending works
constexpr double kShrink = 0.03;  // of the face's size: the mask keeps off the face's edge
constexpr double kFeather = 0.025;
constexpr int kBands = 5;
constexpr double kLeastGain = 0.6, kMostGain = 1.6;

struct Triangle {
    std::size_t corners[3];
};

/// Delaunay triangulation of `points` within `frame`.
std::vector<Triangle> triangulated(const std::vector<cv::Point2f>& points, const cv::Rect& frame) {
    cv::Subdiv2D division(frame);
    std::map<std::pair<float, float>, std::size_t> numbers;
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (points[i].x >= static_cast<float>(frame.x) && points[i].y >= static_cast<float>(frame.y) &&
            points[i].x < static_cast<float>(frame.x + frame.width) &&
            points[i].y < static_cast<float>(frame.y + frame.height) &&
            numbers.emplace(std::pair(points[i].x, points[i].y), i).second) {
            division.insert(points[i]);
        }
    }
    std::vector<cv::Vec6f> found;
    division.getTriangleList(found);
    std::vector<Triangle> triangles;
    for (const cv::Vec6f& corners : found) {
        Triangle triangle{};
        bool known = true;  // not one of the frame's own corners
        for (int i = 0; i < 3; ++i) {
            const auto number = numbers.find({corners[2 * i], corners[2 * i + 1]});
            known = known && number != numbers.end();
            triangle.corners[i] = known ? number->second : 0;
        }
        if (known) {
            triangles.push_back(triangle);
        }
    }
    return triangles;
}

/// For every pixel of a picture of `size`, where it lies in the source: CV_32FC2, -1 outside all triangles.
cv::Mat map_between(const std::vector<cv::Point2f>& target, const std::vector<cv::Point2f>& source, cv::Size size) {
    cv::Mat map(size, CV_32FC2, cv::Scalar::all(-1));
    for (const Triangle& triangle : triangulated(target, {{0, 0}, size})) {
        cv::Point2f here[3], there[3];
        std::vector<cv::Point> outline;
        for (int i = 0; i < 3; ++i) {
            here[i] = target[triangle.corners[i]];
            there[i] = source[triangle.corners[i]];
            outline.emplace_back(cvRound(here[i].x), cvRound(here[i].y));
        }
        const cv::Matx23d affine = cv::getAffineTransform(here, there);
        const cv::Rect box = cv::boundingRect(outline) & cv::Rect({0, 0}, size);
        cv::Mat inside = cv::Mat::zeros(box.size(), CV_8UC1);
        for (cv::Point& corner : outline) {
            corner -= box.tl();
        }
        cv::fillConvexPoly(inside, outline, 255);  // edges included: no gaps between neighbours
        for (int y = 0; y < box.height; ++y) {
            for (int x = 0; x < box.width; ++x) {
                if (inside.at<std::uint8_t>(y, x) != 0) {
                    const cv::Vec2d place = affine * cv::Vec3d(box.x + x, box.y + y, 1);
                    map.at<cv::Vec2f>(box.y + y, box.x + x) = {static_cast<float>(place[0]),
                                                               static_cast<float>(place[1])};
                }
            }
        }
    }
    return map;
}

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

cv::Rect around(const Face& face, cv::Size size) {
    const cv::Rect2f box = face.box_px();
    const float margin = static_cast<float>(kMargin) * std::max(box.width, box.height);
    return cv::Rect(cvFloor(box.x - margin), cvFloor(box.y - margin), cvCeil(box.width + 2 * margin),
                    cvCeil(box.height + 2 * margin)) &
           cv::Rect({0, 0}, size);
}

}  // namespace

cv::Mat swap_face(const cv::Mat& target, const Face& target_face, const cv::Mat& source, const Face& source_face) {
    ENSURE(target.type() == CV_8UC3 && source.type() == CV_8UC3);
    const cv::Rect frame = around(target_face, target.size());
    // A larger source is brought to the target's size first: sampling it in passing would alias.
    const double shrink = std::min(1.0, static_cast<double>(target_face.box_px().height / source_face.box_px().height));
    cv::Mat small;
    cv::resize(source, small, {}, shrink, shrink, shrink < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
    std::vector<cv::Point2f> here = points_of(target_face), there = points_of(source_face);
    for (std::size_t i = 0; i < here.size(); ++i) {
        here[i] -= cv::Point2f(frame.tl());
        there[i] *= shrink;
    }
    const cv::Mat map = map_between(here, there, frame.size());
    cv::Mat warped, known, below, above;
    cv::remap(small, warped, map, cv::Mat(), cv::INTER_CUBIC, cv::BORDER_REFLECT_101);
    std::vector<cv::Mat> places;
    cv::split(map, places);
    cv::Mat mask = filled_hull(here, frame.size()) & (places[0] >= 0);

    const double face_px = target_face.box_px().height;
    const int reach = std::max(1, cvRound(kShrink * face_px));
    cv::erode(mask, mask, cv::getStructuringElement(cv::MORPH_ELLIPSE, {2 * reach + 1, 2 * reach + 1}), {-1, -1}, 1,
              cv::BORDER_CONSTANT, cv::Scalar::all(0));
    cv::Mat soft;
    mask.convertTo(soft, CV_32F, 1 / 255.0);
    cv::GaussianBlur(soft, soft, {}, std::max(0.5, kFeather * face_px));

    target(frame).convertTo(below, CV_32F, 1 / 255.0);
    warped.convertTo(above, CV_32F, 1 / 255.0);
    above = coloured_like(above, below, mask);
    // Where there is no warped face, the surroundings go on: the broad bands would take in what lies outside.
    cv::Mat outside = places[0] < 0;
    below.copyTo(above, outside);
    cv::Mat result = target.clone();
    cv::Mat(blended_in_bands(above, below, soft) * 255).convertTo(result(frame), CV_8U);
    return result;
}

}  // namespace bonafide::forge

#include "forge/mouth/warp.h"

#include "base/ensure.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace bonafide::forge {
namespace {

constexpr int kNodes = 48;      // along the longer side; between them the map is interpolated
constexpr double kGive = 1e-4;  // anchors are measured, and may be missed a little
constexpr int kSubpixelBits = 4;

double plate(double squared_distance) {
    return squared_distance > 1e-12 ? squared_distance * std::log(squared_distance) : 0;
}

}  // namespace

cv::Mat thin_plate(const std::vector<Anchor>& anchors, const cv::Rect& area, float unit_px) {
    ENSURE(anchors.size() >= 3 && unit_px > 0 && !area.empty());
    const auto count = static_cast<int>(anchors.size());
    const cv::Point2f origin = anchors.front().here;
    std::vector<cv::Point2d> places;
    places.reserve(anchors.size());
    for (const Anchor& anchor : anchors) {
        places.emplace_back((anchor.here - origin) / unit_px);
    }
    cv::Mat_<double> system(count + 3, count + 3, 0.0), wanted(count + 3, 2, 0.0);
    for (int i = 0; i < count; ++i) {
        const auto row = static_cast<std::size_t>(i);
        for (int k = 0; k < count; ++k) {
            const cv::Point2d apart = places[row] - places[static_cast<std::size_t>(k)];
            system(i, k) = plate(apart.dot(apart)) + (i == k ? kGive : 0);
        }
        const std::array<double, 3> flat = {1, places[row].x, places[row].y};
        for (int k = 0; k < 3; ++k) {
            system(i, count + k) = system(count + k, i) = flat[static_cast<std::size_t>(k)];
        }
        const cv::Point2f move = anchors[row].there - anchors[row].here;
        wanted(i, 0) = static_cast<double>(move.x);
        wanted(i, 1) = static_cast<double>(move.y);
    }
    cv::Mat_<double> weights;
    if (!cv::solve(system, wanted, weights, cv::DECOMP_LU)) {
        cv::solve(system, wanted, weights, cv::DECOMP_SVD);
    }
    const double step = std::max(1.0, static_cast<double>(std::max(area.width, area.height)) / kNodes);
    const cv::Size nodes(std::max(2, cvCeil(area.width / step)), std::max(2, cvCeil(area.height / step)));
    cv::Mat_<cv::Vec2f> coarse(nodes);
    for (int y = 0; y < nodes.height; ++y) {
        for (int x = 0; x < nodes.width; ++x) {
            // Where cv::resize will look for this node.
            const cv::Point2d pixel(
                (x + 0.5) * area.width / nodes.width - 0.5 + area.x - static_cast<double>(origin.x),
                (y + 0.5) * area.height / nodes.height - 0.5 + area.y - static_cast<double>(origin.y));
            const cv::Point2d place = pixel / static_cast<double>(unit_px);
            cv::Vec2d move(weights(count, 0) + weights(count + 1, 0) * place.x + weights(count + 2, 0) * place.y,
                           weights(count, 1) + weights(count + 1, 1) * place.x + weights(count + 2, 1) * place.y);
            for (int i = 0; i < count; ++i) {
                const cv::Point2d apart = place - places[static_cast<std::size_t>(i)];
                const double share = plate(apart.dot(apart));
                move[0] += weights(i, 0) * share;
                move[1] += weights(i, 1) * share;
            }
            coarse(y, x) = move;
        }
    }
    cv::Mat map;
    cv::resize(coarse, map, area.size(), 0, 0, cv::INTER_CUBIC);
    for (int y = 0; y < area.height; ++y) {
        for (int x = 0; x < area.width; ++x) {
            map.at<cv::Vec2f>(y, x) += cv::Vec2f(static_cast<float>(area.x + x), static_cast<float>(area.y + y));
        }
    }
    return map;
}

void map_triangle(cv::Mat& map, const cv::Rect& area, const Anchor& first, const Anchor& second, const Anchor& third) {
    const std::array<cv::Point2f, 3> here = {first.here, second.here, third.here};
    const std::array<cv::Point2f, 3> there = {first.there, second.there, third.there};
    if (std::abs((here[1] - here[0]).cross(here[2] - here[0])) < 1e-3F) {
        return;
    }
    const cv::Rect box = cv::boundingRect(std::vector<cv::Point2f>(here.begin(), here.end())) & area;
    if (box.empty()) {
        return;
    }
    std::array<cv::Point, 3> outline;
    for (std::size_t i = 0; i < 3; ++i) {
        const cv::Point2f place = (here[i] - cv::Point2f(box.tl())) * (1 << kSubpixelBits);
        outline[i] = {cvRound(place.x), cvRound(place.y)};
    }
    cv::Mat inside = cv::Mat::zeros(box.size(), CV_8UC1);
    cv::fillConvexPoly(inside, outline.data(), 3, 255, cv::LINE_8, kSubpixelBits);
    const cv::Matx23d affine = cv::getAffineTransform(here.data(), there.data());
    for (int y = 0; y < box.height; ++y) {
        for (int x = 0; x < box.width; ++x) {
            if (inside.at<std::uint8_t>(y, x) != 0) {
                const cv::Vec2d place = affine * cv::Vec3d(box.x + x, box.y + y, 1);
                map.at<cv::Vec2f>(box.y - area.y + y, box.x - area.x + x) = cv::Vec2f(place);
            }
        }
    }
}

}  // namespace bonafide::forge

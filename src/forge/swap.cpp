// Classical face exchange: warp of a triangle mesh over the landmarks. Limits: light, gaze and expression stay those of
// the source's texture on the target's shape; hair, glasses and hands in front of the face are painted over.
#include "forge/swap.h"

#include "forge/face.h"
#include "forge/overlay.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <map>

namespace bonafide::forge {
namespace {

using features::faces::Face;

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

}  // namespace

cv::Mat swap_face(const cv::Mat& target, const Face& target_face, const cv::Mat& source, const Face& source_face) {
    ENSURE(target.type() == CV_8UC3 && source.type() == CV_8UC3);
    const cv::Rect frame = frame_around(target_face, target.size());
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
    cv::Mat warped, other;
    cv::remap(small, warped, map, cv::Mat(), cv::INTER_CUBIC, cv::BORDER_REFLECT_101);
    warped.convertTo(other, CV_32F, 1 / 255.0);
    std::vector<cv::Mat> places;
    cv::split(map, places);
    return lay_over(target, target_face, frame, other, places[0] >= 0);
}

}  // namespace bonafide::forge

#include "forge/face.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>

namespace bonafide::forge {
namespace {

using features::faces::Detection;
using features::faces::Detector;
using features::faces::Face;
using features::faces::Mesh;
using features::faces::UprightSquare;

constexpr float kLeastPresence = 0.5F;

}  // namespace

Result<Face> largest_face(const cv::Mat& rgb, const infer::ModelStore& models, int threads, double least_px) {
    const infer::SessionOptions options{.threads = std::max(1, threads)};
    auto detector = Detector::open(models, options);
    if (!detector) {
        return detector.error();
    }
    auto mesh = Mesh::open(models, options);
    if (!mesh) {
        return mesh.error();
    }
    auto detections = detector->detect(rgb, {});
    if (!detections) {
        return detections.error();
    }
    std::sort(detections->begin(), detections->end(),
              [](const Detection& a, const Detection& b) { return a.box_px.area() > b.box_px.area(); });
    for (const Detection& detection : *detections) {
        auto face = mesh->measure(rgb, UprightSquare::around(detection), kLeastPresence, false);
        if (!face) {
            return face.error();
        }
        if (*face && (*face)->box_px().height >= least_px) {
            return std::move(**face);
        }
    }
    return Error{ErrorCode::kUsage, "no face of at least " + std::to_string(static_cast<int>(least_px)) +
                                        " px from forehead to chin was found in the picture"};
}

std::vector<cv::Point2f> points_of(const Face& face) {
    std::vector<cv::Point2f> points;
    points.reserve(face.landmarks_px.size());
    for (const cv::Point3f& landmark : face.landmarks_px) {
        points.emplace_back(landmark.x, landmark.y);
    }
    return points;
}

cv::Mat filled_hull(const std::vector<cv::Point2f>& points, cv::Size size) {
    cv::Mat mask = cv::Mat::zeros(size, CV_8UC1);
    std::vector<cv::Point> rounded, hull;
    for (const cv::Point2f& point : points) {
        rounded.emplace_back(cvRound(point.x), cvRound(point.y));
    }
    if (rounded.size() >= 3) {
        cv::convexHull(rounded, hull);
        cv::fillConvexPoly(mask, hull, 255);
    }
    return mask;
}

}  // namespace bonafide::forge

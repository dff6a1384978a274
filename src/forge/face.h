#pragma once

#include "features/faces/mesh.h"

#include <opencv2/core.hpp>

#include <vector>

namespace bonafide::forge {

/// The largest face of `rgb` (CV_8UC3), measured. kUsage where there is none of `least_px` between forehead and chin;
/// errors of the models.
Result<features::faces::Face> largest_face(const cv::Mat& rgb, const infer::ModelStore& models, int threads,
                                           double least_px);

/// The landmarks in the plane.
std::vector<cv::Point2f> points_of(const features::faces::Face& face);

/// White (CV_8UC1, 255) inside the convex hull of `points`.
cv::Mat filled_hull(const std::vector<cv::Point2f>& points, cv::Size size);

}  // namespace bonafide::forge

#pragma once

#include <opencv2/core.hpp>

#include <utility>
#include <vector>

namespace bonafide::forge {

/// A place of the changed picture, and where in the given one its content lies.
struct Anchor {
    cv::Point2f here, there;
};

/// A smooth map through all anchors: a thin plate (Bookstein, "Principal warps: thin-plate splines and the
/// decomposition of deformations", IEEE TPAMI 11(6), 1989). For every pixel of `area`, from where it comes: CV_32FC2,
/// in pixels of the picture. `unit_px`: about the distance between anchors that matter, for the numbers' sake.
cv::Mat thin_plate(const std::vector<Anchor>& anchors, const cv::Rect& area, float unit_px);

/// Sets the places of `map` (as of thin_plate()) inside the triangle of three anchors.
void map_triangle(cv::Mat& map, const cv::Rect& area, const Anchor& first, const Anchor& second, const Anchor& third);

}  // namespace bonafide::forge

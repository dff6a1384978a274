#pragma once

#include <opencv2/core.hpp>

#include <optional>
#include <vector>

namespace bonafide::fusion {

/// An analyzer's map (CV_8UC1, 128 its own threshold) and what its measurement was judged to be worth.
struct JudgedMap {
    cv::Mat map;
    std::optional<double> llr;
};

/// One map of a picture of `picture` px out of many of any step (evidence/map_grid.h), at the finest step among them:
/// above 128 only where an analyzer whose evidence speaks for manipulation points, and the brighter the more its
/// evidence weighs, so that the map never contradicts the score. Empty where `maps` is.
cv::Mat fuse_maps(const std::vector<JudgedMap>& maps, cv::Size picture);

/// `together` (LearnedFusion's map) as it is, but for the places where one of `others`, maps that it does not know of,
/// points by evidence of its own. One value a pixel where `others` has any, else at the step of `together`.
cv::Mat add_to_fused(const cv::Mat& together, const std::vector<JudgedMap>& others, cv::Size picture);

}  // namespace bonafide::fusion

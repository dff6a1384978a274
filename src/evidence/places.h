#pragma once

#include <opencv2/core.hpp>

#include <vector>

namespace bonafide::evidence {

/// A connected part of a grid of values, in cells of that grid.
struct Place {
    cv::Rect box;
    int cells = 0;
    double strongest = 0;  ///< the largest value in it
};

/// Connected parts (edges and corners join) of `values`, one channel of any depth, in which every value exceeds
/// `threshold`: strongest first, of equals the upper one. Empty for an empty grid.
std::vector<Place> places_beyond(const cv::Mat& values, double threshold);

}  // namespace bonafide::evidence

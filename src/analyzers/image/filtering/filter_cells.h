#pragma once

#include <opencv2/core.hpp>

namespace bonafide::analyzers::filtering {

inline constexpr int kCellPx = 16;

/// Traces of filters in square cells of a picture; all matrices CV_32FC1, one value a cell.
struct FilterCells {
    cv::Mat sharp_energy;  ///< sum of squared gradients over the cell's edge pixels
    cv::Mat soft_energy;   ///< the same of the picture blurred once more
    cv::Mat edges;         ///< number of edge pixels
    cv::Mat differences;   ///< number of first differences in textured places, both directions
    cv::Mat zeros;         ///< of them those that are zero
    cv::Mat ones;          ///< of them those that are one level
    cv::Size size() const { return edges.size(); }
};

/// Whole cells of `luma` (CV_32FC1 in 8-bit levels, at least two cells on each side).
FilterCells measure_filter_cells(const cv::Mat& luma);

/// Standard deviation in pixels of the blur of edges whose squared gradients sum to `energy_ratio` times what is left
/// after one more blur (Zhuo and Sim 2011). Between 0.25 and 6.
double edge_blur_px(double energy_ratio);

}  // namespace bonafide::analyzers::filtering

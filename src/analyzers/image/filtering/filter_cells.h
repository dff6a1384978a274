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

/// Standard deviation in pixels of the blur that an ideal step edge needs to lose `ratio` (above 1) of gradient when it
/// is blurred once more, Zhuo and Sim 2011. Bounded.
double edge_blur_px(double ratio);

}  // namespace bonafide::analyzers::filtering

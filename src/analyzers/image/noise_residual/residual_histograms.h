#pragma once

#include <opencv2/core.hpp>

namespace bonafide::analyzers::residual {

/// Classes of four neighbouring residuals of three levels each: 81, of which those that are one another's mirror image
/// or negative count as one.
inline constexpr int kClasses = 25;
/// A cell's numbers: classes along the residual's own direction, then across it.
inline constexpr int kFeatures = 2 * kClasses;

/// What the high-pass residual looks like in square cells of the picture; all matrices have one value a cell.
struct Cells {
    int cell_px = 0;
    cv::Mat counts;      ///< CV_32FC1, a row for each cell in reading order, kFeatures columns
    cv::Mat brightness;  ///< CV_32FC1, mean in 8-bit levels
    cv::Mat energy;      ///< CV_32FC1, mean square of the residual, 8-bit levels squared
    cv::Mat clipped;     ///< CV_32FC1, share of samples next to black or white, 0 to 1
    float scale = 0;     ///< step that residuals were quantised with, 8-bit levels
    cv::Size size() const { return brightness.size(); }
};

/// Cells of `luma` (CV_32FC1 in 8-bit levels, at least `cell_px` + 4 on each side). `row_step` rows are taken as one:
/// only every row_step-th is counted.
Cells measure_cells(const cv::Mat& luma, int cell_px, int row_step);

/// Sums over windows of `side` x `side` cells: `values` has a row for each cell of a grid of `size`, any number of
/// columns; the result a row for each position of the window inside the grid.
cv::Mat window_sums(const cv::Mat& values, cv::Size size, int side);

}  // namespace bonafide::analyzers::residual

#pragma once

#include "analyzers/image/noise_residual/residual_histograms.h"

#include <opencv2/core.hpp>

namespace bonafide::analyzers::residual {

/// Windows of the picture as points in a space of few dimensions.
struct Windows {
    cv::Size size;        ///< positions of the window, one a cell step
    int side_cells = 0;   ///< a window's side
    cv::Mat usable;       ///< CV_8UC1, `size`: neither mostly clipped nor empty of residual
    cv::Mat coordinates;  ///< CV_64FC1, a row for each position in reading order
};

struct WindowOptions {
    int dimensions = 10;
    /// Takes out what brightness and texture explain: like is then compared with like.
    bool level_content = true;
};

/// ENSURE: the grid of `cells` is at least `side_cells` on each side.
Windows describe_windows(const Cells& cells, int side_cells, const WindowOptions& options);

}  // namespace bonafide::analyzers::residual

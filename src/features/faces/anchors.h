#pragma once

#include <opencv2/core.hpp>

#include <vector>

namespace bonafide::features::faces {

/// A group of anchors: a grid over the square input, `per_cell` anchors in the middle of each cell.
struct AnchorGrid {
    int cells = 0;  ///< along each side
    int per_cell = 0;
};

/// Centres of the anchors in row order, in shares of the input's side. All anchors have the size of the whole input, so
/// a model's answer is an offset from the centre alone.
std::vector<cv::Point2f> anchor_centres(const std::vector<AnchorGrid>& grids);

}  // namespace bonafide::features::faces

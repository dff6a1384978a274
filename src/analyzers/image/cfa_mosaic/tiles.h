#pragma once

#include <opencv2/core.hpp>

#include <array>
#include <vector>

namespace bonafide::analyzers::cfa {

inline constexpr int kTilePx = 16;

/// Mean squared prediction errors of one tile of 16 x 16 px.
struct Tile {
    std::array<float, 2> green{};  ///< where column + row is even, where it is odd
    float clipped = 0;             ///< share of pixels near black or white
};

/// The whole tiles of `rgb` (CV_8UC3 or CV_16UC3) in row order. Pixels on the picture's rim are left out.
std::vector<Tile> measure_tiles(const cv::Mat& rgb);

}  // namespace bonafide::analyzers::cfa

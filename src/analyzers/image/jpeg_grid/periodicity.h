#pragma once

#include <opencv2/core.hpp>

#include <array>
#include <vector>

namespace bonafide::analyzers::grid {

/// A coefficient of the 8 x 8 DCT: its vertical and horizontal frequency.
struct Frequency {
    int vertical, horizontal;
};

/// The coefficients looked at: low ones, which survive compression.
inline constexpr std::array<Frequency, 10> kFrequencies{
    {{0, 0}, {0, 1}, {1, 0}, {1, 1}, {0, 2}, {2, 0}, {1, 2}, {2, 1}, {0, 3}, {3, 0}}};
/// Quantisation steps looked for.
inline constexpr std::array<float, 14> kSteps{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16};
inline constexpr int kTerms = static_cast<int>(kFrequencies.size() * kSteps.size());
/// Origins of an 8 x 8 grid; origin y * 8 + x is the grid with a corner at (x, y).
inline constexpr int kOrigins = 64;

/// Values of one term (a coefficient and a step) for every origin.
using OriginValues = std::array<float, kOrigins>;

/// How well the coefficients of tiles fit multiples of every step on every grid.
struct Periodicity {
    int tile_px = 0;  ///< a multiple of 8
    cv::Size tiles;   ///< whole tiles only, row by row
    int blocks = 0;   ///< blocks of one origin that were measured in a tile
    /// For each tile, term (frequency * number of steps + step) and origin: sum over blocks of cos(2 pi c / step).
    std::vector<OriginValues> sums;

    const OriginValues* tile(int x, int y) const {
        return sums.data() + static_cast<std::size_t>(y * tiles.width + x) * kTerms;
    }
};

/// Measures `luma` (CV_32FC1, 8-bit levels, at least 40 x 40 px). Tiles grow with the picture, so that there are about
/// a thousand at most; in tiles of 128 px and more only a part of the rows of blocks is measured.
Periodicity measure_periodicity(const cv::Mat& luma);

/// cos(2 pi c / step) of one coefficient, as measure_periodicity() approximates it, for every block of the grid with a
/// corner at `origin`: CV_32FC1, one value a whole block. `luma` as above.
cv::Mat block_periodicity(const cv::Mat& luma, cv::Point origin, Frequency frequency, float step);

}  // namespace bonafide::analyzers::grid

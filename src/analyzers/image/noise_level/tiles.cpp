// Noise and content of small tiles from an orthonormal Haar decomposition, three levels deep, in one pass over the
// picture.
//
// Diagonal detail holds least of natural content (Donoho and Johnstone, "Ideal spatial adaptation by wavelet
// shrinkage", Biometrika 1994, take it for their noise estimate; Immerkaer, CVIU 1996, takes a mask of the same kind).
// Two levels of it are kept, since JPEG, demosaicing and rescaling remove the finest one first.
#include "analyzers/image/noise_level/tiles.h"

#include "base/ensure.h"

#include <array>
#include <cmath>
#include <vector>

namespace bonafide::analyzers::noise {
namespace {

// Sensors and tone curves clip at both ends, where noise is cut off and says nothing.
constexpr float kDarkest = 4, kBrightest = 250;
constexpr float kMostClippedShare = 0.02F;
constexpr int kCellPx = kTileStepPx;

struct Cell {
    float sum = 0, clipped = 0, fine = 0, coarse = 0, activity = 0;
};

struct Quad {
    float average, horizontal, vertical, diagonal;
};

Quad haar(float a, float b, float c, float d) {
    return {(a + b + c + d) / 2, (a - b + c - d) / 2, (a + b - c - d) / 2, (a - b - c + d) / 2};
}

Cell measure_cell(const cv::Mat& luma, int left, int top) {
    Cell cell;
    std::array<float, 16> first_level{};
    for (int row = 0; row < 4; ++row) {
        const float* upper = luma.ptr<float>(top + 2 * row) + left;
        const float* lower = luma.ptr<float>(top + 2 * row + 1) + left;
        for (int column = 0; column < 8; ++column) {
            cell.clipped += static_cast<float>(!(upper[column] > kDarkest && upper[column] < kBrightest)) +
                            static_cast<float>(!(lower[column] > kDarkest && lower[column] < kBrightest));
        }
        for (int column = 0; column < 4; ++column) {
            const Quad quad = haar(upper[2 * column], upper[2 * column + 1], lower[2 * column], lower[2 * column + 1]);
            cell.fine += quad.diagonal * quad.diagonal;
            first_level[row * 4 + column] = quad.average;
        }
    }
    std::array<float, 4> second_level{};
    for (int row = 0; row < 2; ++row) {
        for (int column = 0; column < 2; ++column) {
            const float* corner = first_level.data() + row * 8 + column * 2;
            const Quad quad = haar(corner[0], corner[1], corner[4], corner[5]);
            cell.coarse += quad.diagonal * quad.diagonal;
            second_level[row * 2 + column] = quad.average;
        }
    }
    const Quad quad = haar(second_level[0], second_level[1], second_level[2], second_level[3]);
    cell.sum = quad.average;  // 8 times the mean of the cell
    cell.activity = (quad.horizontal * quad.horizontal + quad.vertical * quad.vertical) / 2;
    return cell;
}

}  // namespace

Tiles measure_tiles(const cv::Mat& luma) {
    ENSURE(luma.type() == CV_32FC1 && luma.cols >= kTilePx && luma.rows >= kTilePx);
    const int cells_wide = luma.cols / kCellPx, cells_high = luma.rows / kCellPx;
    const cv::Size size(cells_wide - 1, cells_high - 1);
    Tiles tiles;
    for (cv::Mat* values : {&tiles.brightness, &tiles.fine_variance, &tiles.coarse_variance, &tiles.activity}) {
        values->create(size, CV_32FC1);
    }
    tiles.usable.create(size, CV_8UC1);
    std::vector<Cell> above(cells_wide), row(cells_wide);
    for (int y = 0; y < cells_high; ++y) {
        for (int x = 0; x < cells_wide; ++x) {
            row[x] = measure_cell(luma, x * kCellPx, y * kCellPx);
        }
        for (int x = 0; y > 0 && x + 1 < cells_wide; ++x) {
            const auto sum = [&](float Cell::*member) {
                return above[x].*member + above[x + 1].*member + row[x].*member + row[x + 1].*member;
            };
            tiles.brightness.at<float>(y - 1, x) = sum(&Cell::sum) / 32;
            tiles.fine_variance.at<float>(y - 1, x) = sum(&Cell::fine) / 64;
            tiles.coarse_variance.at<float>(y - 1, x) = sum(&Cell::coarse) / 16;
            tiles.activity.at<float>(y - 1, x) = sum(&Cell::activity) / 4;
            const bool finite =
                std::isfinite(sum(&Cell::sum) + sum(&Cell::fine) + sum(&Cell::coarse) + sum(&Cell::activity));
            const bool clipped = sum(&Cell::clipped) > kMostClippedShare * kTilePx * kTilePx;
            tiles.usable.at<unsigned char>(y - 1, x) = finite && !clipped ? 255 : 0;
        }
        std::swap(above, row);
    }
    return tiles;
}

}  // namespace bonafide::analyzers::noise

#include "analyzers/image/cfa_mosaic/tiles.h"

#include "base/ensure.h"

#include <algorithm>

namespace bonafide::analyzers::cfa {
namespace {

// An edge's error says nothing about interpolation and would outweigh everything else.
constexpr float kMostError = 400;
constexpr float kDarkest = 3, kBrightest = 250;

/// The green of one row of the picture, in 8-bit levels.
void load(const cv::Mat& rgb, int y, std::vector<float>& green) {
    green.resize(rgb.cols);
    const auto unpack = [&](const auto* pixels, float scale) {
        for (int x = 0; x < rgb.cols; ++x) {
            green[x] = static_cast<float>(pixels[3 * x + 1]) * scale;
        }
    };
    if (rgb.depth() == CV_16U) {
        unpack(rgb.ptr<unsigned short>(y), 1 / 257.0F);
    } else {
        unpack(rgb.ptr<unsigned char>(y), 1);
    }
}

/// Squared error of each value of `here` as predicted from its four neighbours.
__attribute__((target_clones("avx2", "default"))) void errors(const float* above, const float* here, const float* below,
                                                              int count, float* squared) {
    for (int x = 1; x + 1 < count; ++x) {
        const float error = here[x] - (above[x] + below[x] + here[x - 1] + here[x + 1]) * 0.25F;
        const float square = error * error;
        squared[x] = square < kMostError ? square : kMostError;
    }
}

}  // namespace

std::vector<Tile> measure_tiles(const cv::Mat& rgb) {
    ENSURE(rgb.type() == CV_8UC3 || rgb.type() == CV_16UC3);
    const int wide = rgb.cols / kTilePx, high = rgb.rows / kTilePx;
    std::vector<Tile> tiles(static_cast<std::size_t>(wide) * high);
    std::vector<std::array<int, 2>> counts(tiles.size());
    std::array<std::vector<float>, 3> ring;
    std::vector<float> squared(rgb.cols);
    for (int y = 0; y < high * kTilePx; ++y) {
        if (y == 0) {
            load(rgb, 0, ring[0]);
        }
        if (y + 1 < rgb.rows) {
            load(rgb, y + 1, ring[(y + 1) % 3]);
        }
        if (y == 0 || y + 1 >= rgb.rows) {
            continue;
        }
        const std::vector<float>& here = ring[y % 3];
        errors(ring[(y + 2) % 3].data(), here.data(), ring[(y + 1) % 3].data(), rgb.cols, squared.data());
        const std::size_t first = static_cast<std::size_t>(y / kTilePx) * wide;
        for (int tile = 0; tile < wide; ++tile) {
            std::array<float, 2> sums{};
            const int left = std::max(1, tile * kTilePx), right = std::min((tile + 1) * kTilePx, rgb.cols - 1);
            float clipped = 0;
            for (int x = left; x < right; ++x) {
                sums[x & 1] += squared[x];
                clipped += here[x] < kDarkest || here[x] > kBrightest ? 1 : 0;
            }
            const int even = (right + 1) / 2 - (left + 1) / 2;  // columns
            tiles[first + tile].green[y & 1] += sums[0];
            tiles[first + tile].green[1 - (y & 1)] += sums[1];
            tiles[first + tile].clipped += clipped;
            counts[first + tile][y & 1] += even;
            counts[first + tile][1 - (y & 1)] += right - left - even;
        }
    }
    for (std::size_t index = 0; index < tiles.size(); ++index) {
        for (int parity = 0; parity < 2; ++parity) {
            tiles[index].green[parity] /= static_cast<float>(std::max(1, counts[index][parity]));
        }
        tiles[index].clipped /= kTilePx * kTilePx;
    }
    return tiles;
}

}  // namespace bonafide::analyzers::cfa

// Integer periodicity of DCT coefficients on every one of the 64 grids.
//
// A picture that was JPEG compressed on a grid has, on that grid and no other, coefficients near the multiples of the
// quantisation step; a later save on another grid and pixels rounded to whole levels blur that, but leave it there as
// long as their error is below about half the step. The sum of cos(2 pi c / step) over blocks is the first harmonic of
// the coefficients' distribution at that period: Bianchi and Piva, "Detection of non-aligned double JPEG compression
// based on integer periodicity maps", IEEE TIFS 7(2), 2012. Deviations: ten low coefficients in place of the DC alone;
// sums over tiles, so that windows of any size follow by addition; the step is not estimated beforehand.
#include "analyzers/image/jpeg_grid/periodicity.h"

#include "base/ensure.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

namespace bonafide::analyzers::grid {
namespace {

constexpr int kBlockPx = 8;
constexpr int kHighestFrequency = 4;
constexpr int kMostTiles = 1200;
constexpr int kSmallestTilePx = 32, kLargestTilePx = 1024;

// Least-squares fit of cos(2 pi x) by a polynomial of x squared over one period; its mean is 0 as the cosine's is, and
// its largest error 0.0035.
constexpr float kCosine[] = {0.998985F, -19.590907F, 61.594322F, -61.079352F};
// Adding and taking off 1.5 * 2^23 rounds a float to the nearest whole number; the same bits on every machine.
constexpr float kRounder = 12582912.0F;

// Eight origins that differ in x, side by side.
using Lane = float __attribute__((vector_size(32)));
using TwoLanes = float __attribute__((vector_size(64)));

using Basis = std::array<std::array<float, kBlockPx>, kHighestFrequency>;

Basis make_basis() {
    Basis basis{};
    for (int frequency = 0; frequency < kHighestFrequency; ++frequency) {
        for (int x = 0; x < kBlockPx; ++x) {
            basis[frequency][x] =
                static_cast<float>(std::sqrt((frequency == 0 ? 1.0 : 2.0) / kBlockPx) *
                                   std::cos((2 * x + 1) * frequency * std::numbers::pi / (2 * kBlockPx)));
        }
    }
    return basis;
}

// Values that are no numbers or lie outside the range would spoil sums.
void sanitise_row(const cv::Mat& luma, int y, std::vector<float>& row) {
    const float* values = luma.ptr<float>(y);
    for (int x = 0; x < luma.cols; ++x) {
        row[x] = values[x] > 0 ? std::min(values[x], 255.0F) : 0.0F;
    }
}

// Horizontal transform of a row at every x: `filtered[frequency][x]`, for `width` values of x.
__attribute__((target_clones("avx2", "default"))) void filter_row(const float* row, int width, const Basis& basis,
                                                                  std::array<std::vector<float>, 4>& filtered) {
    float* out0 = filtered[0].data();
    float* out1 = filtered[1].data();
    float* out2 = filtered[2].data();
    float* out3 = filtered[3].data();
    for (int left = 0; left < width; left += kBlockPx) {
        Lane sums0{}, sums1{}, sums2{}, sums3{};
        for (int tap = 0; tap < kBlockPx; ++tap) {
            Lane values;
            std::memcpy(&values, row + left + tap, sizeof values);
            sums0 += values * basis[0][tap];
            sums1 += values * basis[1][tap];
            sums2 += values * basis[2][tap];
            sums3 += values * basis[3][tap];
        }
        std::memcpy(out0 + left, &sums0, sizeof sums0);
        std::memcpy(out1 + left, &sums1, sizeof sums1);
        std::memcpy(out2 + left, &sums2, sizeof sums2);
        std::memcpy(out3 + left, &sums3, sizeof sums3);
    }
}

// Adds one row of origins to the sums of a tile: `rows` are eight filtered rows of one horizontal frequency, from the
// origin's row on, at the tile's left edge; `sums` the tile's first step of the coefficient, at the row of the origin.
__attribute__((target_clones("avx512f", "avx2", "default"))) void add_row(
    const std::array<const float*, kBlockPx>& rows, int tile_px, const std::array<float, kBlockPx>& taps, float* sums) {
    static_assert(kSmallestTilePx % (2 * kBlockPx) == 0);
    std::array<TwoLanes, kLargestTilePx / (2 * kBlockPx)> coefficients;
    const int pairs = tile_px / (2 * kBlockPx);
    for (int pair = 0; pair < pairs; ++pair) {
        TwoLanes sum{};
        for (int tap = 0; tap < kBlockPx; ++tap) {
            TwoLanes values;
            std::memcpy(&values, rows[tap] + static_cast<std::ptrdiff_t>(pair) * 2 * kBlockPx, sizeof values);
            sum += values * taps[tap];
        }
        coefficients[pair] = sum;
    }
    for (std::size_t step = 0; step < kSteps.size(); ++step) {
        const float inverse = 1 / kSteps[step];
        TwoLanes total{};
        for (int pair = 0; pair < pairs; ++pair) {
            const TwoLanes scaled = coefficients[pair] * inverse;
            const TwoLanes phase = scaled - ((scaled + kRounder) - kRounder);
            const TwoLanes square = phase * phase;
            total += ((square * kCosine[3] + kCosine[2]) * square + kCosine[1]) * square + kCosine[0];
        }
        float* target = sums + step * kOrigins;
        for (int lane = 0; lane < kBlockPx; ++lane) {
            target[lane] += total[lane] + total[kBlockPx + lane];
        }
    }
}

int tile_side(cv::Size picture) {
    int side = kSmallestTilePx;
    while (side < kLargestTilePx && (picture.width / side) * (picture.height / side) > kMostTiles) {
        side *= 2;
    }
    return side;
}

}  // namespace

Periodicity measure_periodicity(const cv::Mat& luma) {
    ENSURE(luma.type() == CV_32FC1 && luma.cols >= kSmallestTilePx + kBlockPx &&
           luma.rows >= kSmallestTilePx + kBlockPx);
    Periodicity result;
    result.tile_px = tile_side(luma.size());
    result.tiles = {(luma.cols - kBlockPx + 1) / result.tile_px, (luma.rows - kBlockPx + 1) / result.tile_px};
    // Half of the block rows of a tile of 128 px, a quarter at 256 px, ...: 64 px worth of them.
    const int row_stride = std::max(1, result.tile_px / 64);
    result.blocks = (result.tile_px / kBlockPx) * (result.tile_px / kBlockPx / row_stride);
    result.sums.assign(static_cast<std::size_t>(result.tiles.area()) * kTerms, OriginValues{});
    static const Basis basis = make_basis();
    const int width = result.tiles.width * result.tile_px;
    std::vector<float> row(static_cast<std::size_t>(luma.cols) + kBlockPx);
    // The filtered rows from the first of a band of block rows on: 8 origins' rows and 7 below them.
    std::array<std::array<std::vector<float>, kHighestFrequency>, 2 * kBlockPx - 1> band;
    for (auto& filtered : band) {
        for (std::vector<float>& values : filtered) {
            values.resize(static_cast<std::size_t>(width));
        }
    }
    for (int top = 0; top < result.tiles.height * result.tile_px; top += kBlockPx * row_stride) {
        for (int y = 0; y < 2 * kBlockPx - 1; ++y) {
            sanitise_row(luma, top + y, row);
            filter_row(row.data(), width, basis, band[y]);
        }
        for (int tile_x = 0; tile_x < result.tiles.width; ++tile_x) {
            const int in_rows_above = top / result.tile_px * result.tiles.width;
            const auto tile = static_cast<std::size_t>(in_rows_above + tile_x);
            for (std::size_t index = 0; index < kFrequencies.size(); ++index) {
                const Frequency frequency = kFrequencies[index];
                for (int origin_y = 0; origin_y < kBlockPx; ++origin_y) {
                    std::array<const float*, kBlockPx> rows{};
                    for (int tap = 0; tap < kBlockPx; ++tap) {
                        rows[tap] = band[origin_y + tap][frequency.horizontal].data() + tile_x * result.tile_px;
                    }
                    add_row(rows, result.tile_px, basis[frequency.vertical],
                            result.sums[tile * kTerms + index * kSteps.size()].data() + origin_y * kBlockPx);
                }
            }
        }
    }
    return result;
}

cv::Mat block_periodicity(const cv::Mat& luma, cv::Point origin, Frequency frequency, float step) {
    static const Basis basis = make_basis();
    const cv::Size blocks((luma.cols - origin.x) / kBlockPx, (luma.rows - origin.y) / kBlockPx);
    cv::Mat result(blocks, CV_32FC1);
    const auto& across = basis[frequency.horizontal];
    const auto& down = basis[frequency.vertical];
    std::vector<float> column_sums(static_cast<std::size_t>(luma.cols));
    for (int y = 0; y < blocks.height; ++y) {
        std::fill(column_sums.begin(), column_sums.end(), 0.0F);
        for (int tap = 0; tap < kBlockPx; ++tap) {
            const float* values = luma.ptr<float>(origin.y + y * kBlockPx + tap);
            for (int x = 0; x < luma.cols; ++x) {
                column_sums[x] += down[tap] * (values[x] > 0 ? std::min(values[x], 255.0F) : 0.0F);
            }
        }
        for (int x = 0; x < blocks.width; ++x) {
            float coefficient = 0;
            for (int tap = 0; tap < kBlockPx; ++tap) {
                coefficient += across[tap] * column_sums[origin.x + x * kBlockPx + tap];
            }
            const float scaled = coefficient / step;
            const float phase = scaled - ((scaled + kRounder) - kRounder);
            const float square = phase * phase;
            result.at<float>(y, x) = ((square * kCosine[3] + kCosine[2]) * square + kCosine[1]) * square + kCosine[0];
        }
    }
    return result;
}

}  // namespace bonafide::analyzers::grid

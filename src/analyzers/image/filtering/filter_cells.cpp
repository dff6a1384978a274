// Edge blur and zero differences, cell by cell.
//
// Blur: Zhuo and Sim, "Defocus map estimation from a single image", Pattern Recognition 2011: blur an edge once more by
// a known amount; the ratio of gradients before and after gives the edge's own blur. Deviation: the ratio of summed
// squared gradients over a cell's edge pixels, not of single ones, which is steadier and needs no interpolation. Zero
// differences: Kirchner and Fridrich, "On detection of median filtering in digital images", SPIE 2010, and Cao, Zhao,
// Ni, Yu and Tian, "Forensic detection of median filtering in digital images", ICME 2010: a median repeats its
// neighbours' values, also where there is texture. Limits: differences are those of rounded luminance; JPEG below about
// 70 repeats values, too.
#include "analyzers/image/filtering/filter_cells.h"

#include "base/ensure.h"
#include "base/lanes.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace bonafide::analyzers::filtering {
namespace {

// Squared central difference, levels per two pixels, from which a pixel is an edge: noise of common cameras is below.
constexpr float kEdgeSquared = 8 * 8;
// Standard deviation of a 4 x 4 px place, from which it is textured, 8-bit levels; and too strong to be texture.
constexpr float kLeastTexture = 2.5F, kMostTexture = 40;
constexpr int kTexturePx = 4;
constexpr double kReblurPx = 1;
constexpr double kLeastBlurPx = 0.25, kMostBlurPx = 6;
constexpr int kHaloPx = 4;

// Squared gradient by central differences of `count` pixels from `row` on.
BONAFIDE_ALSO_FOR_AVX2
void gradient_row(const float* above, const float* row, const float* below, int count, float* out) {
    int x = 0;
    for (; x + 8 <= count; x += 8) {
        const EightFloats across = eight_at(row + x + 1) - eight_at(row + x - 1),
                          down = eight_at(below + x) - eight_at(above + x);
        eight_at(out + x) = across * across + down * down;
    }
    for (; x < count; ++x) {
        const float across = row[x + 1] - row[x - 1], down = below[x] - above[x];
        out[x] = across * across + down * down;
    }
}

// The rim stays 0.
void squared_gradient(const cv::Mat& picture, cv::Mat& squares) {
    squares.create(picture.size(), CV_32FC1);
    squares.setTo(0);
    for (int y = 1; y + 1 < picture.rows; ++y) {
        gradient_row(picture.ptr<float>(y - 1) + 1, picture.ptr<float>(y) + 1, picture.ptr<float>(y + 1) + 1,
                     picture.cols - 2, squares.ptr<float>(y) + 1);
    }
}

struct EdgeSums {
    float sharp = 0, soft = 0, count = 0;
};

// Over a row of a cell. Edges are chosen by the blurred gradient, so that noise chooses none.
BONAFIDE_ALSO_FOR_AVX2
EdgeSums edge_sums(const float* sharp, const float* softer) {
    static_assert(kCellPx % 8 == 0);
    const EightFloats none = {};
    EightFloats sharp_sum = {}, soft_sum = {}, count = {};
    for (int x = 0; x < kCellPx; x += 8) {
        const EightFloats one = eight_at(sharp + x), other = eight_at(softer + x);
        const auto edge = (other > kEdgeSquared) & (other < 1e6F) & (one < 1e6F);
        sharp_sum += edge ? one : none;
        soft_sum += edge ? other : none;
        count += edge ? none + 1 : none;
    }
    EdgeSums sums;
    for (int lane = 0; lane < 8; ++lane) {
        sums.sharp += sharp_sum[lane];
        sums.soft += soft_sum[lane];
        sums.count += count[lane];
    }
    return sums;
}

// Four pixels of a row, and what is asked of them.
using Four = float __attribute__((vector_size(16), aligned(4), may_alias));
using FourFlags = int __attribute__((vector_size(16)));

// The nearest whole numbers, halves to the even one, of what lies within 2^22: adding 1.5 * 2^23 leaves no room for
// more.
inline __attribute__((always_inline)) Four whole(const float* place) {
    constexpr float kRounder = 12582912.0F;
    return (*reinterpret_cast<const Four*>(place) + kRounder) - kRounder;
}
inline __attribute__((always_inline)) Four size_of(const Four& value) {
    return value < 0 ? -value : value;
}
template <class Value, class Vector>
inline __attribute__((always_inline)) Value sum_of(const Vector& vector) {
    return (vector[0] + vector[1]) + (vector[2] + vector[3]);
}

struct Differences {
    float all = 0, zeros = 0, ones = 0;
};

// `luma` continues by at least a pixel to the right of the place.
void count_differences(const cv::Mat& luma, int left, int top, Differences& counts) {
    static_assert(kTexturePx == 4);
    constexpr float kPixels = kTexturePx * kTexturePx;
    Four sums = {}, squares = {};
    FourFlags zeros = {}, ones = {};
    for (int y = top; y < top + kTexturePx; ++y) {
        const float* row = luma.ptr<float>(y) + left;
        const float* below = luma.ptr<float>(std::min(y + 1, luma.rows - 1)) + left;
        const Four value = *reinterpret_cast<const Four*>(row);
        sums += value;
        squares += value * value;
        const Four here = whole(row), across = size_of(whole(row + 1) - here), down = size_of(whole(below) - here);
        // A comparison that holds is -1.
        zeros -= (across == 0) + (down == 0);
        ones -= (across == 1) + (down == 1);
    }
    const float mean = sum_of<float>(sums) / kPixels;
    const float variance = sum_of<float>(squares) / kPixels - mean * mean;
    if (variance >= kLeastTexture * kLeastTexture && variance <= kMostTexture * kMostTexture) {
        counts.all += 2 * kPixels;
        counts.zeros += static_cast<float>(sum_of<int>(zeros));
        counts.ones += static_cast<float>(sum_of<int>(ones));
    }
}

}  // namespace

double edge_blur_px(double energy_ratio) {
    // Squared gradients of a Gaussian edge of blur s sum to 1 / s, times a constant; after one more blur of t to
    // 1 / sqrt(s^2 + t^2). Central differences are themselves a blur of variance 1 / 3.
    const double excess = energy_ratio * energy_ratio - 1;
    const double variance = excess > 0 ? kReblurPx * kReblurPx / excess - 1.0 / 3 : kMostBlurPx * kMostBlurPx;
    return std::clamp(std::sqrt(std::max(0.0, variance)), kLeastBlurPx, kMostBlurPx);
}

FilterCells measure_filter_cells(const cv::Mat& luma) {
    ENSURE(luma.type() == CV_32FC1 && luma.cols >= 2 * kCellPx && luma.rows >= 2 * kCellPx);
    const cv::Size size(luma.cols / kCellPx, luma.rows / kCellPx);
    FilterCells cells;
    for (cv::Mat* values :
         {&cells.sharp_energy, &cells.soft_energy, &cells.edges, &cells.differences, &cells.zeros, &cells.ones}) {
        *values = cv::Mat::zeros(size, CV_32FC1);
    }
    cv::Mat soft, sharp_squares, soft_squares;
    for (int cell_y = 0; cell_y < size.height; ++cell_y) {
        const int first = std::max(0, cell_y * kCellPx - kHaloPx);
        const int last = std::min(luma.rows, (cell_y + 1) * kCellPx + kHaloPx);
        const cv::Mat strip = luma.rowRange(first, last);
        cv::GaussianBlur(strip, soft, {7, 7}, kReblurPx, kReblurPx, cv::BORDER_REPLICATE | cv::BORDER_ISOLATED);
        squared_gradient(strip, sharp_squares);
        squared_gradient(soft, soft_squares);
        for (int y = cell_y * kCellPx - first; y < (cell_y + 1) * kCellPx - first; ++y) {
            const float *sharp = sharp_squares.ptr<float>(y), *softer = soft_squares.ptr<float>(y);
            for (int cell_x = 0; cell_x < size.width; ++cell_x) {
                const EdgeSums sums = edge_sums(sharp + cell_x * kCellPx, softer + cell_x * kCellPx);
                cells.sharp_energy.at<float>(cell_y, cell_x) += sums.sharp;
                cells.soft_energy.at<float>(cell_y, cell_x) += sums.soft;
                cells.edges.at<float>(cell_y, cell_x) += sums.count;
            }
        }
        for (int cell_x = 0; cell_x < size.width; ++cell_x) {
            Differences counts;
            for (int y = 0; y < kCellPx; y += kTexturePx) {
                for (int x = 0; x < kCellPx; x += kTexturePx) {
                    // At the right edge of a picture of whole cells the last place has no neighbour: a pixel before, it
                    // has.
                    const int left = std::min(cell_x * kCellPx + x, luma.cols - kTexturePx - 1);
                    count_differences(luma, left, cell_y * kCellPx + y, counts);
                }
            }
            cells.differences.at<float>(cell_y, cell_x) = counts.all;
            cells.zeros.at<float>(cell_y, cell_x) = counts.zeros;
            cells.ones.at<float>(cell_y, cell_x) = counts.ones;
        }
    }
    return cells;
}

}  // namespace bonafide::analyzers::filtering

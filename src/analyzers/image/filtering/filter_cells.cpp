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

// Squared gradient by central differences; the rim stays 0.
void squared_gradient(const cv::Mat& picture, cv::Mat& squares) {
    squares.create(picture.size(), CV_32FC1);
    squares.setTo(0);
    for (int y = 1; y + 1 < picture.rows; ++y) {
        const float *above = picture.ptr<float>(y - 1), *row = picture.ptr<float>(y),
                    *below = picture.ptr<float>(y + 1);
        float* out = squares.ptr<float>(y);
        for (int x = 1; x + 1 < picture.cols; ++x) {
            const float across = row[x + 1] - row[x - 1], down = below[x] - above[x];
            out[x] = across * across + down * down;
        }
    }
}

// The nearest whole number, halves to the even one, of what lies within 2^22: adding 1.5 * 2^23 leaves no room for
// more.
float whole(float value) {
    constexpr float kRounder = 12582912.0F;
    return (value + kRounder) - kRounder;
}

struct Differences {
    float all = 0, zeros = 0, ones = 0;
};

void count_differences(const cv::Mat& luma, int left, int top, Differences& counts) {
    float sum = 0, squares = 0;
    int zeros = 0, ones = 0, all = 0;
    for (int y = top; y < top + kTexturePx; ++y) {
        const float* row = luma.ptr<float>(y) + left;
        const float* below = luma.ptr<float>(std::min(y + 1, luma.rows - 1)) + left;
        const int last = std::min(kTexturePx, luma.cols - 1 - left);
        for (int x = 0; x < last; ++x) {
            sum += row[x];
            squares += row[x] * row[x];
            const float here = whole(row[x]);
            const float across = std::abs(whole(row[x + 1]) - here);
            const float down = std::abs(whole(below[x]) - here);
            zeros += static_cast<int>(across == 0) + static_cast<int>(down == 0);
            ones += static_cast<int>(across == 1) + static_cast<int>(down == 1);
            all += 2;
        }
    }
    const float count = static_cast<float>(all) / 2;
    const float variance = count > 0 ? squares / count - (sum / count) * (sum / count) : 0;
    if (variance >= kLeastTexture * kLeastTexture && variance <= kMostTexture * kMostTexture) {
        counts.all += static_cast<float>(all);
        counts.zeros += static_cast<float>(zeros);
        counts.ones += static_cast<float>(ones);
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
                float sharp_sum = 0, soft_sum = 0, count = 0;
                for (int x = cell_x * kCellPx; x < (cell_x + 1) * kCellPx; ++x) {
                    // Edges are chosen by the blurred gradient, so that noise chooses none.
                    const bool edge = softer[x] > kEdgeSquared && softer[x] < 1e6F && sharp[x] < 1e6F;
                    sharp_sum += edge ? sharp[x] : 0;
                    soft_sum += edge ? softer[x] : 0;
                    count += edge ? 1 : 0;
                }
                cells.sharp_energy.at<float>(cell_y, cell_x) += sharp_sum;
                cells.soft_energy.at<float>(cell_y, cell_x) += soft_sum;
                cells.edges.at<float>(cell_y, cell_x) += count;
            }
        }
        for (int cell_x = 0; cell_x < size.width; ++cell_x) {
            Differences counts;
            for (int y = 0; y < kCellPx; y += kTexturePx) {
                for (int x = 0; x < kCellPx; x += kTexturePx) {
                    count_differences(luma, cell_x * kCellPx + x, cell_y * kCellPx + y, counts);
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

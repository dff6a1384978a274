// Traces of processing that is harmless by itself: contrast changes and sharpening of the whole picture.
//
// Contrast: Stamm and Liu, "Forensic detection of image manipulation using statistical intrinsic fingerprints", IEEE
// TIFS 2010: a mapping of whole levels leaves peaks and gaps, which are high frequencies of the histogram, after a
// pinch-off at its ends. Deviation: the differences of neighbouring values relative to their sum stand for the
// spectrum, so that a steep but smooth histogram scores nothing. Sharpening: Cao, Zhao and Ni, "Unsharp masking
// sharpening detection via overshoot artifacts analysis", IEEE SPL 2011: a halo on either side of edges. Deviation:
// horizontal and vertical profiles only. Limits: cameras sharpen, too; a JPEG save at 85 or less fills most gaps.
#include "analyzers/image/filtering/whole_picture.h"

#include "base/ensure.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace bonafide::analyzers::filtering {
namespace {

constexpr int kTaper = 8;             // values at either end
constexpr double kTailShare = 0.001;  // of the pixels beyond the range in which gaps are counted
constexpr double kGapShare = 0.1;     // of its neighbours' mean: emptier is a gap
constexpr double kFewestAround = 30;
// Half an edge's profile, pixels: two for the edge, two for the halo, two for the plateau.
constexpr int kHalfProfilePx = 6, kRampPx = 2;
constexpr float kEdgeHeight = 40;
constexpr float kDarkest = 8, kBrightest = 247;
constexpr std::size_t kFewestEdges = 100;
constexpr int kLines = 400;  // rows and columns looked at, evenly spread

}  // namespace

Histogram channel_histogram(const cv::Mat& picture, int channel) {
    ENSURE((picture.depth() == CV_8U || picture.depth() == CV_16U) && channel < picture.channels());
    Histogram histogram{};
    const int channels = picture.channels();
    for (int y = 0; y < picture.rows; ++y) {
        const auto count = [&](const auto* row, int divisor) {
            for (int x = 0; x < picture.cols; ++x) {
                ++histogram[static_cast<std::size_t>(row[x * channels + channel] / divisor)];
            }
        };
        if (picture.depth() == CV_8U) {
            count(picture.ptr<std::uint8_t>(y), 1);
        } else {
            count(picture.ptr<std::uint16_t>(y), 257);
        }
    }
    return histogram;
}

double histogram_comb(const Histogram& histogram) {
    double rough = 0, total = 0;
    for (int value = kTaper + 1; value + 2 < 256 - kTaper; ++value) {
        // The third difference vanishes on any quadratic, and is eight times the swing of an alternating histogram.
        const double swing =
            std::abs(histogram[value - 1] - 3 * histogram[value] + 3 * histogram[value + 1] - histogram[value + 2]) / 8;
        rough += swing;
        total += (histogram[value] + histogram[value + 1]) / 2;
    }
    return total > 0 ? 2 * rough / total : 0;
}

double histogram_gaps_percent(const Histogram& histogram) {
    double total = 0;
    for (const double count : histogram) {
        total += count;
    }
    if (total <= 0) {
        return 0;
    }
    int first = 0, last = 255;
    for (double sum = histogram[0]; first < 255 && sum < kTailShare * total; sum += histogram[first]) {
        ++first;
    }
    for (double sum = histogram[255]; last > 0 && sum < kTailShare * total; sum += histogram[last]) {
        --last;
    }
    int gaps = 0, values = 0;
    for (int value = std::max(first, 1); value < std::min(last, 255); ++value) {
        const double around = (histogram[value - 1] + histogram[value + 1]) / 2;
        ++values;
        gaps += around >= kFewestAround && histogram[value] < kGapShare * around ? 1 : 0;
    }
    return values > 0 ? 100.0 * gaps / values : 0;
}

double overshoot_percent(const cv::Mat& luma) {
    ENSURE(luma.empty() || luma.type() == CV_32FC1);
    std::vector<double> swings;
    const auto look = [&](const float* middle, std::ptrdiff_t stride) {
        const auto at = [&](int offset) { return middle[offset * stride]; };
        const float low_plateau = (at(-kHalfProfilePx) + at(1 - kHalfProfilePx)) / 2;
        const float high_plateau = (at(kHalfProfilePx) + at(kHalfProfilePx - 1)) / 2;
        const float height = high_plateau - low_plateau;
        // Plateaus that are even, neither black nor white, and the steepest place in the middle.
        const float uneven = std::abs(at(-kHalfProfilePx) - at(1 - kHalfProfilePx)) +
                             std::abs(at(kHalfProfilePx) - at(kHalfProfilePx - 1));
        if (!(std::abs(height) > kEdgeHeight) || !(uneven < 0.1F * std::abs(height)) ||
            std::min(low_plateau, high_plateau) < kDarkest || std::max(low_plateau, high_plateau) > kBrightest ||
            std::abs(at(kRampPx) - at(-kRampPx)) < 0.7F * std::abs(height)) {
            return;
        }
        const float sign = height > 0 ? 1.0F : -1.0F;
        float above = 0, below = 0;
        for (int offset = 1; offset <= kHalfProfilePx - 2; ++offset) {
            above = std::max(above, sign * (at(offset) - high_plateau));
            below = std::max(below, sign * (low_plateau - at(-offset)));
        }
        swings.push_back(50.0 * (above + below) / std::abs(height));
    };
    const int row_step = std::max(1, luma.rows / kLines), column_step = std::max(1, luma.cols / kLines);
    for (int y = 0; y < luma.rows; y += row_step) {
        for (int x = kHalfProfilePx; x + kHalfProfilePx < luma.cols; ++x) {
            look(luma.ptr<float>(y) + x, 1);
        }
    }
    for (int y = kHalfProfilePx; y + kHalfProfilePx < luma.rows; ++y) {
        for (int x = 0; x < luma.cols; x += column_step) {
            look(luma.ptr<float>(y) + x, static_cast<std::ptrdiff_t>(luma.step1()));
        }
    }
    if (swings.size() < kFewestEdges) {
        return 0;
    }
    const auto middle = swings.begin() + static_cast<std::ptrdiff_t>(swings.size() / 2);
    std::nth_element(swings.begin(), middle, swings.end());
    return *middle;
}

}  // namespace bonafide::analyzers::filtering

// The noise residual that sensor fingerprints are made of.
//
// Mihcak, Kozintsev and Ramchandran, "Spatially adaptive statistical modeling of wavelet image coefficients and its
// application to denoising", ICASSP 1999, as Lukas, Fridrich and Goljan, "Digital camera identification from sensor
// pattern noise", IEEE TIFS 2006, use it: four levels of Daubechies' wavelet with eight taps, each detail coefficient
// shrunk by a local Wiener filter whose variance is the least of four windows. Deviations: luminance only, which costs
// a third; the residual is synthesised by itself, instead of the denoised picture that would then be subtracted; pixels
// are weighted by how quiet the residual is around them (after the weighting of Chen, Fridrich, Goljan and Lukas, IEEE
// TIFS 2008, by the noise variance, which they take as one for a picture). Limits: the decimated transform depends on
// its grid a little; content of strong texture leaks into the residual.
#include "features/sensor_residual.h"

#include "base/ensure.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace bonafide::features {
namespace {

// Daubechies 1988, four vanishing moments.
constexpr std::array<float, 8> kLow = {0.23037781330885523F,  0.7148465705525415F,   0.6308807679295904F,
                                       -0.02798376941698385F, -0.18703481171888114F, 0.030841381835986965F,
                                       0.032883011666982945F, -0.010597401784997278F};
constexpr std::array<float, 8> high_taps() {
    std::array<float, 8> high{};
    for (int n = 0; n < 8; ++n) {
        high[n] = (n % 2 == 0 ? 1.0F : -1.0F) * kLow[7 - n];
    }
    return high;
}
constexpr std::array<float, 8> kHigh = high_taps();
constexpr int kLevels = 4;
constexpr int kGrid = 1 << kLevels;
constexpr int kBorder = 16;
/// Variance of the noise that the filter presumes, (8-bit levels)^2: that of Lukas et al. after Goljan's programs.
constexpr float kNoiseVariance = 9;
constexpr int kRadius = 4;  // of the largest window
constexpr int kColumnsAtATime = 128;
constexpr float kDarkest = 3, kBrightest = 250;
constexpr int kQuietWindow = 9;

/// Half of one synthesis step: out[k] = sum of the taps of parity `odd` on the four samples up to k.
__attribute__((target_clones("avx2", "default"))) void synthesise(const float* const* low, const float* const* high,
                                                                  int odd, int count, float* out) {
    for (int i = 0; i < count; ++i) {
        out[i] = kLow[odd] * low[0][i] + kLow[2 + odd] * low[1][i] + kLow[4 + odd] * low[2][i] +
                 kLow[6 + odd] * low[3][i] + kHigh[odd] * high[0][i] + kHigh[2 + odd] * high[1][i] +
                 kHigh[4 + odd] * high[2][i] + kHigh[6 + odd] * high[3][i];
    }
}

__attribute__((target_clones("avx2", "default"))) void analyse(const float* const* even, const float* const* odd,
                                                               int count, float* low, float* high) {
    for (int i = 0; i < count; ++i) {
        low[i] = kLow[0] * even[0][i] + kLow[1] * odd[0][i] + kLow[2] * even[1][i] + kLow[3] * odd[1][i] +
                 kLow[4] * even[2][i] + kLow[5] * odd[2][i] + kLow[6] * even[3][i] + kLow[7] * odd[3][i];
        high[i] = kHigh[0] * even[0][i] + kHigh[1] * odd[0][i] + kHigh[2] * even[1][i] + kHigh[3] * odd[1][i] +
                  kHigh[4] * even[2][i] + kHigh[5] * odd[2][i] + kHigh[6] * even[3][i] + kHigh[7] * odd[3][i];
    }
}

/// One level along the rows of `plane` (even width), in place: low half left, high half right. Periodic.
void rows_forward(cv::Mat plane) {
    const int half = plane.cols / 2;
    std::vector<float> even(half + 3), odd(half + 3);
    for (int y = 0; y < plane.rows; ++y) {
        auto* row = plane.ptr<float>(y);
        for (int k = 0; k < half + 3; ++k) {
            const int at = k < half ? k : (k - half) % half;
            even[k] = row[2 * at];
            odd[k] = row[2 * at + 1];
        }
        const float* evens[4] = {even.data(), even.data() + 1, even.data() + 2, even.data() + 3};
        const float* odds[4] = {odd.data(), odd.data() + 1, odd.data() + 2, odd.data() + 3};
        analyse(evens, odds, half, row, row + half);
    }
}

void rows_backward(cv::Mat plane) {
    const int half = plane.cols / 2;
    std::vector<float> low(half + 3), high(half + 3), even(half), odd(half);
    for (int y = 0; y < plane.rows; ++y) {
        auto* row = plane.ptr<float>(y);
        for (int k = 0; k < half + 3; ++k) {
            const int at = ((k - 3) % half + half) % half;
            low[k] = row[at];
            high[k] = row[half + at];
        }
        const float* lows[4] = {low.data() + 3, low.data() + 2, low.data() + 1, low.data()};
        const float* highs[4] = {high.data() + 3, high.data() + 2, high.data() + 1, high.data()};
        synthesise(lows, highs, 0, half, even.data());
        synthesise(lows, highs, 1, half, odd.data());
        for (int k = 0; k < half; ++k) {
            row[2 * k] = even[k];
            row[2 * k + 1] = odd[k];
        }
    }
}

/// The same along the columns, some of them at a time.
void columns(cv::Mat plane, bool forward) {
    const int half = plane.rows / 2;
    cv::Mat block;
    for (int left = 0; left < plane.cols; left += kColumnsAtATime) {
        const int count = std::min(kColumnsAtATime, plane.cols - left);
        plane.colRange(left, left + count).copyTo(block);
        for (int k = 0; k < half; ++k) {
            const float *first[4], *second[4];
            for (int m = 0; m < 4; ++m) {
                const int at = forward ? (k + m) % half : ((k - m) % half + half) % half;
                first[m] = block.ptr<float>(forward ? 2 * at : at);
                second[m] = block.ptr<float>(forward ? 2 * at + 1 : half + at);
            }
            if (forward) {
                analyse(first, second, count, plane.ptr<float>(k) + left, plane.ptr<float>(half + k) + left);
            } else {
                synthesise(first, second, 0, count, plane.ptr<float>(2 * k) + left);
                synthesise(first, second, 1, count, plane.ptr<float>(2 * k + 1) + left);
            }
        }
    }
}

__attribute__((target_clones("avx2", "default"))) void add_rows(const float* const* squares, int count,
                                                                float* const* sums) {
    for (int i = 0; i < count; ++i) {
        sums[0][i] = squares[3][i] + squares[4][i] + squares[5][i];
        sums[1][i] = sums[0][i] + squares[2][i] + squares[6][i];
        sums[2][i] = sums[1][i] + squares[1][i] + squares[7][i];
        sums[3][i] = sums[2][i] + squares[0][i] + squares[8][i];
    }
}

/// Keeps of each coefficient in `row` what the Wiener filter takes for noise. `sums`: of 3, 5, 7 and 9 rows of squares,
/// with kRadius more values at either end.
__attribute__((target_clones("avx2", "default"))) void keep_noise(const float* const* sums, int count, float* row) {
    for (int i = 0; i < count; ++i) {
        const float* a = sums[0] + i;
        const float* b = sums[1] + i;
        const float* c = sums[2] + i;
        const float* d = sums[3] + i;
        const float three = (a[3] + a[4] + a[5]) * (1 / 9.0F);
        const float five = (b[2] + b[3] + b[4] + b[5] + b[6]) * (1 / 25.0F);
        const float seven = (c[1] + c[2] + c[3] + c[4] + c[5] + c[6] + c[7]) * (1 / 49.0F);
        const float nine = (d[0] + d[1] + d[2] + d[3] + d[4] + d[5] + d[6] + d[7] + d[8]) * (1 / 81.0F);
        const float left = three < five ? three : five, right = seven < nine ? seven : nine;
        const float least = left < right ? left : right;
        row[i] *= kNoiseVariance / (least > kNoiseVariance ? least : kNoiseVariance);
    }
}

void keep_noise_of_band(cv::Mat band) {
    const int padded = band.cols + 2 * kRadius;
    std::array<std::vector<float>, 2 * kRadius + 1> ring;
    std::array<std::vector<float>, 4> sums;
    for (auto& row : ring) {
        row.resize(padded);
    }
    for (auto& row : sums) {
        row.resize(padded);
    }
    const auto load = [&](int y) {
        std::vector<float>& squares = ring[y % ring.size()];
        const auto* row = band.ptr<float>(y);
        for (int x = 0; x < band.cols; ++x) {
            squares[x + kRadius] = row[x] * row[x];
        }
        std::fill_n(squares.begin(), kRadius, squares[kRadius]);
        std::fill_n(squares.end() - kRadius, kRadius, squares[padded - kRadius - 1]);
    };
    for (int y = 0; y < std::min(kRadius, band.rows); ++y) {
        load(y);
    }
    float* const totals[4] = {sums[0].data(), sums[1].data(), sums[2].data(), sums[3].data()};
    for (int y = 0; y < band.rows; ++y) {
        if (y + kRadius < band.rows) {
            load(y + kRadius);
        }
        const float* squares[2 * kRadius + 1];
        for (int offset = -kRadius; offset <= kRadius; ++offset) {
            squares[offset + kRadius] = ring[std::clamp(y + offset, 0, band.rows - 1) % ring.size()].data();
        }
        add_rows(squares, padded, totals);
        keep_noise(totals, band.cols, band.ptr<float>(y));
    }
}

}  // namespace

cv::Mat sensor_residual(const cv::Mat& luma) {
    if (luma.empty()) {
        return {};
    }
    ENSURE(luma.type() == CV_32FC1);
    cv::Mat plane;
    const int right = (kGrid - (luma.cols + 2 * kBorder) % kGrid) % kGrid;
    const int below = (kGrid - (luma.rows + 2 * kBorder) % kGrid) % kGrid;
    cv::copyMakeBorder(luma, plane, kBorder, kBorder + below, kBorder, kBorder + right, cv::BORDER_REFLECT);
    cv::patchNaNs(plane, 0);
    cv::max(plane, 0.0, plane);
    cv::min(plane, 255.0, plane);
    for (int level = 0; level < kLevels; ++level) {
        const cv::Mat part = plane(cv::Rect(0, 0, plane.cols >> level, plane.rows >> level));
        rows_forward(part);
        columns(part, true);
        const int wide = part.cols / 2, high = part.rows / 2;
        keep_noise_of_band(part(cv::Rect(wide, 0, wide, high)));
        keep_noise_of_band(part(cv::Rect(0, high, wide, high)));
        keep_noise_of_band(part(cv::Rect(wide, high, wide, high)));
    }
    plane(cv::Rect(0, 0, plane.cols >> kLevels, plane.rows >> kLevels)).setTo(0);
    for (int level = kLevels - 1; level >= 0; --level) {
        const cv::Mat part = plane(cv::Rect(0, 0, plane.cols >> level, plane.rows >> level));
        columns(part, false);
        rows_backward(part);
    }
    return plane(cv::Rect({kBorder, kBorder}, luma.size())).clone();
}

WeightedResidual weighted_residual(const cv::Mat& luma) {
    WeightedResidual made;
    made.residual = sensor_residual(luma);
    made.intensity = luma.clone();
    if (luma.empty()) {
        return made;
    }
    cv::Mat power;
    cv::multiply(made.residual, made.residual, power);
    cv::blur(power, power, cv::Size(kQuietWindow, kQuietWindow), {-1, -1}, cv::BORDER_REFLECT);
    for (int y = 0; y < luma.rows; ++y) {
        auto* residual = made.residual.ptr<float>(y);
        auto* intensity = made.intensity.ptr<float>(y);
        const auto* noise = power.ptr<float>(y);
        for (int x = 0; x < luma.cols; ++x) {
            const bool responds = intensity[x] > kDarkest && intensity[x] < kBrightest;
            const float weight = responds ? std::sqrt(kNoiseVariance / (kNoiseVariance + noise[x])) : 0;
            residual[x] *= weight;
            intensity[x] = responds ? intensity[x] * weight : 0;
        }
    }
    return made;
}

void remove_line_means(cv::Mat& plane) {
    ENSURE(plane.type() == CV_32FC1);
    if (plane.rows < 2 || plane.cols < 2) {
        return;
    }
    const auto mean_of = [](const std::vector<double>& sums, std::size_t at, int count) {
        return static_cast<float>(sums[at] / count);
    };
    std::vector<double> sums;
    for (int y = 0; y < plane.rows; ++y) {
        auto* row = plane.ptr<float>(y);
        sums.assign(2, 0);
        for (int x = 0; x < plane.cols; ++x) {
            sums[x & 1] += row[x];
        }
        const float even = mean_of(sums, 0, (plane.cols + 1) / 2), odd = mean_of(sums, 1, plane.cols / 2);
        for (int x = 0; x < plane.cols; ++x) {
            row[x] -= (x & 1) == 0 ? even : odd;
        }
    }
    for (int parity = 0; parity < 2; ++parity) {
        sums.assign(plane.cols, 0);
        int count = 0;
        for (int y = parity; y < plane.rows; y += 2, ++count) {
            const auto* row = plane.ptr<float>(y);
            for (int x = 0; x < plane.cols; ++x) {
                sums[x] += row[x];
            }
        }
        for (int y = parity; y < plane.rows; y += 2) {
            auto* row = plane.ptr<float>(y);
            for (int x = 0; x < plane.cols; ++x) {
                row[x] -= mean_of(sums, x, count);
            }
        }
    }
}

}  // namespace bonafide::features

// Spectrum of the noise residual: peaks on the lattice of up-sampling layers, and how the radial average falls off.
//
// Zhang, Karaman and Chang, "Detecting and simulating artifacts in GAN fake images", WIFS 2019, and Corvi, Cozzolino,
// Poggi, Nagano and Verdoliva, "Intriguing properties of synthetic images", CVPR Workshops 2023: layers that double the
// resolution leave peaks at 1/2, 1/4 and 1/8 of the sampling rate in the residual's spectrum. Durall, Keuper and
// Keuper, "Watch your up-convolution", CVPR 2020: their radial spectrum departs from a natural picture's. Deviations: a
// median for the denoiser; logarithms are averaged over patches, so that no single texture decides. Block coding has
// its harmonics at the same multiples of 1/8, mostly on the axes: only peaks off the axes count, less what shows at odd
// multiples of 1/8 off the axes, and a picture whose block grid is plain is not judged. Limits: see README.md beside
// this file.
#include "analyzers/image/spectrum/spectrum.h"

#include "base/ensure.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

namespace bonafide::analyzers {
namespace {

constexpr int kPatchPx = 128;
constexpr int kStridePx = 64;
constexpr int kMostPatches = 200;
constexpr double kLeastResidual = 0.3;  // standard deviation, 8-bit levels: below it a patch is even
constexpr int kEighth = kPatchPx / 8;
constexpr int kAroundFrom = 2, kAroundTo = 4;  // bins around a peak that it is compared with
constexpr double kPlainCodingDb = 5;

cv::Mat taper() {
    cv::Mat window;
    cv::createHanningWindow(window, {kPatchPx, kPatchPx}, CV_32F);
    return window;
}

// Mean over patches of the power in dB relative to the patch's own mean; CV_32FC1, zero frequency in the corner.
cv::Mat mean_spectrum(const cv::Mat& luma, int& patches) {
    static const cv::Mat window = taper();
    cv::Mat total = cv::Mat::zeros(kPatchPx, kPatchPx, CV_32FC1);
    std::vector<cv::Point> corners;
    for (int y = 0; y + kPatchPx <= luma.rows; y += kStridePx) {
        for (int x = 0; x + kPatchPx <= luma.cols; x += kStridePx) {
            corners.emplace_back(x, y);
        }
    }
    patches = 0;
    const std::size_t count = std::min<std::size_t>(corners.size(), kMostPatches);
    for (std::size_t index = 0; index < count; ++index) {
        const cv::Rect box(corners[index * corners.size() / count], cv::Size(kPatchPx, kPatchPx));
        cv::Mat bytes, smooth, residual;
        luma(box).convertTo(bytes, CV_8U);
        cv::medianBlur(bytes, smooth, 3);
        smooth.convertTo(smooth, CV_32F);
        bytes.convertTo(bytes, CV_32F);
        residual = bytes - smooth;
        cv::Scalar mean, deviation;
        cv::meanStdDev(residual, mean, deviation);
        if (deviation[0] < kLeastResidual) {
            continue;
        }
        cv::Mat transformed, planes[2], power;
        cv::dft((residual - mean[0]).mul(window), transformed, cv::DFT_COMPLEX_OUTPUT);
        cv::split(transformed, planes);
        power = planes[0].mul(planes[0]) + planes[1].mul(planes[1]);
        power = power / cv::mean(power)[0] + 1e-6;
        cv::log(power, power);
        total += power;
        ++patches;
    }
    return patches == 0 ? total : cv::Mat(total * (10 / std::log(10.0) / patches));
}

double peak_db(const cv::Mat& spectrum, int eighth_x, int eighth_y) {
    const int centre_x = eighth_x * kEighth, centre_y = eighth_y * kEighth;
    const auto at = [&](int dx, int dy) {
        return spectrum.at<float>((centre_y + dy + kPatchPx) % kPatchPx, (centre_x + dx + kPatchPx) % kPatchPx);
    };
    std::vector<float> around;
    for (int dy = -kAroundTo; dy <= kAroundTo; ++dy) {
        for (int dx = -kAroundTo; dx <= kAroundTo; ++dx) {
            if (std::max(std::abs(dx), std::abs(dy)) >= kAroundFrom) {
                around.push_back(at(dx, dy));
            }
        }
    }
    std::nth_element(around.begin(), around.begin() + static_cast<std::ptrdiff_t>(around.size() / 2), around.end());
    return at(0, 0) - around[around.size() / 2];
}

struct Mean {
    double sum = 0;
    int count = 0;
    void add(double value) {
        sum += value;
        ++count;
    }
    double value() const { return count == 0 ? 0 : sum / count; }
};

void measure_peaks(const cv::Mat& spectrum, SpectrumResult& result) {
    Mean quarter, coding, oblique;
    for (int y = 0; y < 8; ++y) {
        for (int x = 0; x < 8; ++x) {
            const bool on_axis = x == 0 || y == 0, odd = x % 2 == 1 || y % 2 == 1, halves = x % 4 == 0 && y % 4 == 0;
            if (x == 0 && y == 0) {
                continue;
            }
            const double level = peak_db(spectrum, x, y);
            if (odd) {
                (on_axis ? coding : oblique).add(level);
            } else if (!on_axis && !halves) {
                quarter.add(level);
            }
        }
    }
    result.half_peak_db = peak_db(spectrum, 4, 4);
    result.coding_peaks_db = coding.value();
    result.oblique_eighth_peaks_db = oblique.value();
    result.quarter_peaks_db = quarter.value() - std::max(0.0, oblique.value());
}

void measure_radial(const cv::Mat& spectrum, SpectrumResult& result) {
    constexpr int kLowest = 3, kRings = 22;  // rings of 0.02 cycles per pixel from 0.06 to 0.5
    std::vector<Mean> rings(kRings);
    for (int y = 0; y < kPatchPx; ++y) {
        for (int x = 0; x < kPatchPx; ++x) {
            const double fx = std::min(x, kPatchPx - x) / static_cast<double>(kPatchPx);
            const double fy = std::min(y, kPatchPx - y) / static_cast<double>(kPatchPx);
            const int ring = static_cast<int>(std::hypot(fx, fy) / 0.02) - kLowest;
            if (ring >= 0 && ring < kRings) {
                rings[ring].add(spectrum.at<float>(y, x));
            }
        }
    }
    double mean_x = 0, mean_y = 0, products = 0, squares = 0, departures = 0;
    const auto logarithm = [](int ring) { return std::log2(0.02 * (ring + kLowest + 0.5)); };
    for (int ring = 0; ring < kRings; ++ring) {
        mean_x += logarithm(ring) / kRings;
        mean_y += rings[ring].value() / kRings;
    }
    for (int ring = 0; ring < kRings; ++ring) {
        products += (logarithm(ring) - mean_x) * (rings[ring].value() - mean_y);
        squares += (logarithm(ring) - mean_x) * (logarithm(ring) - mean_x);
    }
    Mean high, middle;
    for (int ring = 0; ring < kRings; ++ring) {
        const double departure = rings[ring].value() - mean_y - products / squares * (logarithm(ring) - mean_x);
        departures += departure * departure / kRings;
        if (ring >= kRings - 4) {
            high.add(rings[ring].value());
        } else if (ring >= 8 && ring < 14) {
            middle.add(rings[ring].value());
        }
    }
    result.departure_db = std::sqrt(departures);
    result.fall_off_db = high.value() - middle.value();
}

}  // namespace

SpectrumResult spectrum(const cv::Mat& luma) {
    SpectrumResult result;
    if (luma.cols < 2 * kPatchPx || luma.rows < 2 * kPatchPx) {
        result.not_applicable = "The picture is smaller than 256 px on a side.";
        return result;
    }
    ENSURE(luma.type() == CV_32FC1);
    const cv::Mat mean = mean_spectrum(luma, result.patches);
    if (result.patches < 4) {
        result.not_applicable = "The picture is too even: nothing is left of its noise.";
        return result;
    }
    measure_peaks(mean, result);
    measure_radial(mean, result);
    if (result.coding_peaks_db > kPlainCodingDb) {
        result.not_applicable = "Block coding stands out in the spectrum and would explain any peak.";
    }
    return result;
}

}  // namespace bonafide::analyzers

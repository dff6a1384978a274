// Places whose high-pass residual has other statistics than the rest of the picture's.
//
// Cozzolino, Poggi and Verdoliva, "Splicebuster: a new blind image splicing detector", IEEE WIFS 2015: co-occurrences
// of the quantised residual in overlapping windows, principal components, one model for the genuine part learned from
// the picture itself. Deviations: content is levelled out first (window_features.cpp); the map shows the distance from
// a trimmed normal distribution, not the mixture's posterior, because that saturates and its smaller part is not always
// the inserted one; windows shrink with the picture. Limits: see README.md beside this file.
#include "analyzers/image/noise_residual/noise_residual.h"

#include "analyzers/image/noise_residual/mixture.h"
#include "analyzers/image/noise_residual/residual_histograms.h"
#include "analyzers/image/noise_residual/window_features.h"
#include "base/ensure.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace bonafide::analyzers {
namespace {

using residual::Cells;
using residual::Gaussian;
using residual::Windows;

constexpr int kSmallestSidePx = 160;
constexpr int kFewestWindows = 200;
constexpr double kLeastJudgedPercent = 10;
// Pixels from which cells are 16 px wide, and from which every second row is counted.
constexpr double kLargeCellsFromPx = 1.2e6, kSparseRowsFromPx = 4e6;
// A window's side as a share of the picture's (geometric) mean side, within bounds.
constexpr double kWindowShare = 0.1;
constexpr int kSmallestWindowPx = 32, kLargestWindowPx = 128;
constexpr std::size_t kMostFitted = 2000;
// A picture without this much residual (mean square, 8-bit levels) in half of its cells was drawn or emptied.
constexpr double kLeastEnergy = 0.05;
// The majority: the share of windows that a normal distribution is fitted to, again and again.
constexpr double kMajorityShare = 0.9;
constexpr int kTrimmings = 8;
constexpr double kRidgeShare = 0.02;
// The most unlike windows are those beyond this share of all.
constexpr double kUnlikeShare = 0.97;
constexpr double kThresholdGrey = 128;

template <class Value>
Value at_share(std::vector<Value> values, double share) {
    ENSURE(!values.empty());
    const auto place = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), place, values.end());
    return *place;
}

// Every n-th usable window: fits need no more, and the answer stays the same every time.
cv::Mat sample_of(const Windows& windows, int usable) {
    const int stride = usable / static_cast<int>(kMostFitted) + 1;
    cv::Mat sample;
    for (int row = 0, seen = 0; row < windows.coordinates.rows; ++row) {
        if (windows.usable.ptr()[row] != 0 && seen++ % stride == 0) {
            sample.push_back(windows.coordinates.row(row));
        }
    }
    return sample;
}

double mean_variance(const cv::Mat& samples) {
    cv::Mat mean, deviation;
    double sum = 0;
    for (int column = 0; column < samples.cols; ++column) {
        cv::meanStdDev(samples.col(column), mean, deviation);
        sum += deviation.at<double>(0) * deviation.at<double>(0);
    }
    return sum / samples.cols;
}

// The normal distribution of what most windows are like.
Gaussian majority_of(const cv::Mat& samples) {
    const double ridge = std::max(1e-12, kRidgeShare * mean_variance(samples));
    std::vector<double> weights(samples.rows, 1.0);
    Gaussian majority;
    for (int round = 0; round < kTrimmings; ++round) {
        majority = Gaussian::fit(samples, weights, ridge);
        const std::vector<double> distances = majority.distances(samples);
        const double limit = at_share(distances, kMajorityShare);
        for (std::size_t row = 0; row < weights.size(); ++row) {
            weights[row] = distances[row] <= limit ? 1 : 0;
        }
    }
    return majority;
}

// A window speaks for the cell in its middle; the rim repeats the nearest window.
cv::Mat map_of(const cv::Mat& departures, const Cells& cells, int side_cells, cv::Size picture, double threshold) {
    cv::Mat grey, map;
    cv::Mat(departures - 1).convertTo(grey, CV_8UC1, kThresholdGrey / (threshold - 1));
    const cv::Size size((picture.width + cells.cell_px - 1) / cells.cell_px,
                        (picture.height + cells.cell_px - 1) / cells.cell_px);
    const int before = side_cells / 2;
    cv::copyMakeBorder(grey, map, before, size.height - grey.rows - before, before, size.width - grey.cols - before,
                       cv::BORDER_REPLICATE);
    return map;
}

NoiseResidualResult refused(std::string why) {
    NoiseResidualResult result;
    result.not_applicable = std::move(why);
    return result;
}

double median_energy(const Cells& cells) {
    return at_share(std::vector<float>(cells.energy.begin<float>(), cells.energy.end<float>()), 0.5);
}

}  // namespace

NoiseResidualResult noise_residual(const cv::Mat& luma, const NoiseResidualOptions& options) {
    ENSURE(luma.empty() || luma.type() == CV_32FC1);
    ENSURE(options.threshold > 1 && options.dimensions >= 1);
    if (luma.cols < kSmallestSidePx || luma.rows < kSmallestSidePx) {
        return refused("The picture is smaller than 160 px on a side: too few places to compare.");
    }
    const double pixels = static_cast<double>(luma.rows) * luma.cols;
    const int cell_px = pixels < kLargeCellsFromPx ? 8 : 16;
    const int side_cells =
        std::clamp(cvRound(kWindowShare * std::sqrt(pixels)), kSmallestWindowPx, kLargestWindowPx) / cell_px;
    const Cells cells = residual::measure_cells(luma, cell_px, pixels < kSparseRowsFromPx ? 1 : 2);
    if (median_energy(cells) < kLeastEnergy) {
        return refused("Most of the picture carries no fine residual: drawn, or emptied by compression or clipping.");
    }
    const Windows windows = residual::describe_windows(cells, side_cells, {options.dimensions, options.level_content});
    NoiseResidualResult result;
    const int usable = cv::countNonZero(windows.usable);
    result.judged_area_percent = 100.0 * usable / windows.size.area();
    result.residual_scale = cells.scale;
    if (usable < kFewestWindows || result.judged_area_percent < kLeastJudgedPercent) {
        return refused("Nearly all of the picture is black, white or overexposed, where the residual is cut off.");
    }
    const cv::Mat samples = sample_of(windows, usable);
    residual::MixtureOptions mixture_options;
    mixture_options.ridge_share = kRidgeShare;
    const residual::Mixture mixture = residual::fit_mixture(samples, mixture_options);
    result.separation_nats = mixture.gain_nats;
    result.minority_share_percent = 100 * mixture.minority_share;

    const std::vector<double> distances = majority_of(samples).distances(windows.coordinates);
    std::vector<float> judged;
    for (std::size_t row = 0; row < distances.size(); ++row) {
        if (windows.usable.ptr()[row] != 0) {
            judged.push_back(static_cast<float>(std::sqrt(distances[row])));
        }
    }
    const float median = std::max(1e-6F, at_share(judged, 0.5));
    result.departure = at_share(judged, kUnlikeShare) / median;
    cv::Mat departures = cv::Mat::ones(windows.size, CV_32FC1);
    for (std::size_t row = 0; row < distances.size(); ++row) {
        if (windows.usable.ptr()[row] != 0) {
            departures.ptr<float>()[row] = std::min(1e6F, static_cast<float>(std::sqrt(distances[row])) / median);
        }
    }
    cv::Point strongest;
    cv::minMaxLoc(departures, nullptr, nullptr, nullptr, &strongest);
    result.strongest_px = cv::Rect(strongest * cell_px, cv::Size(side_cells, side_cells) * cell_px);
    result.map = map_of(departures, cells, side_cells, luma.size(), options.threshold);
    result.suspicious_area_percent = 100.0 * cv::countNonZero(result.map >= kThresholdGrey) / result.map.size().area();
    return result;
}

}  // namespace bonafide::analyzers

// From counts to few numbers a window: square roots of frequencies, what content explains taken out, principal parts.
//
// Square roots of relative frequencies are what Cozzolino, Poggi and Verdoliva (WIFS 2015) take before their principal
// components: they even out the variance of counts. Deviation: frequencies depend on texture and brightness far more
// than on the camera, so a robust quadratic fit on both is subtracted first (the idea of a picture's own noise-level
// function, Liu et al., IEEE TPAMI 2008, for a whole histogram). Limits: a picture of two materials alone, one of them
// in one place only, keeps their difference.
#include "analyzers/image/noise_residual/window_features.h"

#include "analyzers/image/noise_residual/products.h"
#include "base/ensure.h"
#include "base/median.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace bonafide::analyzers::residual {
namespace {

constexpr float kMostClippedShare = 0.25F;
constexpr int kTerms = 7;
constexpr int kReweightings = 4;
constexpr double kMostDeviations = 2.5;
constexpr int kMostFitted = 6000;

cv::Mat column_of(const cv::Mat& grid) {
    return grid.reshape(1, static_cast<int>(grid.total()));
}

// Terms of the quadratic in standardised texture and brightness, a row for each window.
cv::Mat terms_of(const cv::Mat& energy, const cv::Mat& brightness, const std::vector<int>& usable) {
    cv::Mat terms(energy.rows, kTerms, CV_64FC1);
    std::array<double, 2> mean{}, deviation{};
    const auto raw = [&](int row) {
        return std::array<double, 2>{0.5 * std::log2(energy.at<float>(row) + 0.1), brightness.at<float>(row)};
    };
    for (const int row : usable) {
        for (int which = 0; which < 2; ++which) {
            mean[which] += raw(row)[which] / static_cast<double>(usable.size());
        }
    }
    for (const int row : usable) {
        for (int which = 0; which < 2; ++which) {
            const double away = raw(row)[which] - mean[which];
            deviation[which] += away * away / static_cast<double>(usable.size());
        }
    }
    for (int row = 0; row < energy.rows; ++row) {
        std::array<double, 2> x{};
        for (int which = 0; which < 2; ++which) {
            x[which] = std::clamp((raw(row)[which] - mean[which]) / std::sqrt(deviation[which] + 1e-6),
                                  -kMostDeviations, kMostDeviations);
        }
        const std::array<double, kTerms> values = {
            1, x[0], x[1], x[0] * x[0], x[1] * x[1], x[0] * x[1], x[0] * x[0] * x[0]};
        std::copy(values.begin(), values.end(), terms.ptr<double>(row));
    }
    return terms;
}

// Subtracts from `values` what a fit on `terms` explains; windows that it explains badly weigh little.
void level(cv::Mat& values, const cv::Mat& terms, const std::vector<int>& sample) {
    const int count = static_cast<int>(sample.size());
    cv::Mat x(count, kTerms, CV_64FC1), y(count, values.cols, CV_64FC1);
    for (int index = 0; index < count; ++index) {
        terms.row(sample[index]).copyTo(x.row(index));
        values.row(sample[index]).copyTo(y.row(index));
    }
    std::vector<double> weights(sample.size(), 1), distances(sample.size());
    cv::Mat solution;
    for (int round = 0; round < kReweightings; ++round) {
        cv::Mat weighted = x.clone();
        for (int index = 0; index < count; ++index) {
            weighted.row(index) *= weights[index];
        }
        const cv::Mat normal = transposed_product(weighted, x) + 1e-6 * count * cv::Mat::eye(kTerms, kTerms, CV_64FC1);
        cv::solve(normal, transposed_product(weighted, y), solution, cv::DECOMP_CHOLESKY);
        const cv::Mat rest = y - product(x, solution);
        for (int index = 0; index < count; ++index) {
            distances[index] = cv::norm(rest.row(index), cv::NORM_L2SQR);
        }
        const double middle = median_of(distances) + 1e-12;
        for (int index = 0; index < count; ++index) {
            weights[index] = 1 / (1 + distances[index] / middle);
        }
    }
    values -= product(terms, solution);
}

}  // namespace

Windows describe_windows(const Cells& cells, int side_cells, const WindowOptions& options) {
    const cv::Size grid = cells.size();
    ENSURE(side_cells >= 1 && side_cells <= grid.width && side_cells <= grid.height);
    Windows windows;
    windows.side_cells = side_cells;
    windows.size = {grid.width - side_cells + 1, grid.height - side_cells + 1};
    const double area = side_cells * side_cells;
    const cv::Mat energy = window_sums(column_of(cells.energy), grid, side_cells) / area;
    const cv::Mat brightness = window_sums(column_of(cells.brightness), grid, side_cells) / area;
    const cv::Mat clipped = window_sums(column_of(cells.clipped), grid, side_cells) / area;
    cv::Mat values;
    window_sums(cells.counts, grid, side_cells).convertTo(values, CV_64FC1);
    windows.usable = cv::Mat::zeros(windows.size, CV_8UC1);
    std::vector<int> usable;
    for (int row = 0; row < values.rows; ++row) {
        double* numbers = values.ptr<double>(row);
        for (int half = 0; half < 2; ++half) {
            double sum = 1e-9;
            for (int index = 0; index < kClasses; ++index) {
                sum += numbers[half * kClasses + index];
            }
            for (int index = 0; index < kClasses; ++index) {
                numbers[half * kClasses + index] = std::sqrt(std::max(0.0, numbers[half * kClasses + index] / sum));
            }
        }
        if (clipped.at<float>(row) <= kMostClippedShare && energy.at<float>(row) > 0) {
            windows.usable.ptr()[row] = 255;
            usable.push_back(row);
        }
    }
    const int dimensions = std::min(options.dimensions, kFeatures);
    if (static_cast<int>(usable.size()) < 2 * kFeatures) {
        windows.usable.setTo(0);
        windows.coordinates = cv::Mat::zeros(values.rows, dimensions, CV_64FC1);
        return windows;
    }
    std::vector<int> sample;
    const std::size_t stride = usable.size() / kMostFitted + 1;
    for (std::size_t index = 0; index < usable.size(); index += stride) {
        sample.push_back(usable[index]);
    }
    if (options.level_content) {
        level(values, terms_of(energy, brightness, usable), sample);
    }
    cv::Mat chosen(static_cast<int>(sample.size()), kFeatures, CV_64FC1);
    for (int index = 0; index < chosen.rows; ++index) {
        values.row(sample[index]).copyTo(chosen.row(index));
    }
    const cv::PCA principal(chosen, cv::noArray(), cv::PCA::DATA_AS_ROW, dimensions);
    // What principal.project() does.
    cv::Mat centred = values.clone();
    for (int row = 0; row < centred.rows; ++row) {
        centred.row(row) -= principal.mean;
    }
    windows.coordinates = product(centred, principal.eigenvectors.t());
    return windows;
}

}  // namespace bonafide::analyzers::residual

// Lateral chromatic aberration that does not fit one lens.
//
// Johnson and Farid, "Exposing digital forgeries through chromatic aberration", ACM MM&Sec 2006: a lens enlarges each
// colour a little differently, so that red and blue lie beside green by an amount that grows with the distance from one
// centre; what was moved or pasted keeps the displacement of its old place. Deviations: displacements are measured
// locally (shifts.cpp) and the model is fitted to them robustly, instead of over the whole picture at once; three
// blocks by three are averaged, and their departure is measured in the picture's own robust spread. Limits: first-order
// aberration only; cameras that correct it in software leave none; coloured edges (a red thing on green) shift by
// themselves, which is why single blocks count for nothing.
#include "analyzers/image/chromatic_aberration/chromatic_aberration.h"

#include "analyzers/image/chromatic_aberration/shifts.h"
#include "base/median.h"
#include "evidence/map_grid.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

namespace bonafide::analyzers {
namespace {

using aberration::kBlockPx;
using aberration::Shift;

constexpr int kSmallestSidePx = 512;
constexpr int kMapStepPx = 16;
constexpr std::size_t kFewestBlocks = 40;
constexpr int kRounds = 12;
constexpr double kLeastSignificance = 8;
constexpr double kTukey = 4.685;
constexpr double kFloorPx = 0.02;  // no displacement is known better: demosaicing and compression see to that
constexpr int kFewestInWindow = 4;
constexpr double kMostPerCorner = 2.2;

cv::Point2d predicted(const LensModel& model, cv::Point2d at) {
    return model.offset_px + model.expansion * at;
}

/// Iteratively reweighted least squares with Tukey's weights for expansion and offset.
std::optional<LensModel> fit(const std::vector<Shift>& shifts, cv::Size picture) {
    if (shifts.size() < kFewestBlocks) {
        return std::nullopt;
    }
    LensModel model;
    model.blocks = shifts.size();
    std::vector<double> weights(shifts.size(), 1), lengths(shifts.size());
    double expansion_variance = 0;
    for (int round = 0; round < kRounds; ++round) {
        cv::Matx33d normal = cv::Matx33d::zeros();
        cv::Vec3d right{};
        for (std::size_t index = 0; index < shifts.size(); ++index) {
            const double weight = weights[index] / (kFloorPx * kFloorPx + std::pow(shifts[index].uncertainty_px, 2));
            const cv::Point2d at = shifts[index].centre_px, seen = shifts[index].displacement;
            normal += weight * cv::Matx33d(at.dot(at), at.x, at.y, at.x, 1, 0, at.y, 0, 1);
            right += weight * cv::Vec3d(at.dot(seen), seen.x, seen.y);
        }
        bool solved = false;
        const cv::Matx33d inverse = normal.inv(cv::DECOMP_CHOLESKY, &solved);
        if (!solved) {
            return std::nullopt;
        }
        const cv::Vec3d found = inverse * right;
        model.expansion = found[0];
        model.offset_px = {found[1], found[2]};
        for (std::size_t index = 0; index < shifts.size(); ++index) {
            const cv::Point2d left = shifts[index].displacement - predicted(model, shifts[index].centre_px);
            lengths[index] = std::hypot(left.x, left.y) / std::hypot(kFloorPx, shifts[index].uncertainty_px);
        }
        // The median length of a two-dimensional normal vector is 1.1774 standard deviations.
        const double scale = std::max(1e-6, median_of(lengths) / 1.1774);
        for (std::size_t index = 0; index < shifts.size(); ++index) {
            const double ratio = lengths[index] / (kTukey * scale);
            weights[index] = ratio < 1 ? std::pow(1 - ratio * ratio, 2) : 0;
        }
        expansion_variance = inverse(0, 0) * scale * scale;
        model.spread_px = scale * kFloorPx;
    }
    model.significance = std::abs(model.expansion) / std::sqrt(std::max(1e-30, expansion_variance));
    model.corner_px = std::abs(model.expansion) * std::hypot(picture.width, picture.height) / 2;
    return std::isfinite(model.significance) ? std::optional<LensModel>(model) : std::nullopt;
}

/// Mean residual of windows of three blocks by three: CV_64FC2 of the blocks' grid, and how many blocks it is of.
struct Windows {
    cv::Mat residual, count;
};

Windows average(const std::vector<Shift>& shifts, const LensModel& model, cv::Size grid) {
    cv::Mat sums = cv::Mat::zeros(grid, CV_64FC2), weights = cv::Mat::zeros(grid, CV_64FC1);
    Windows windows{{}, cv::Mat::zeros(grid, CV_64FC1)};
    for (const Shift& shift : shifts) {
        const cv::Point cell(static_cast<int>(shift.centre_px.x) / kBlockPx,
                             static_cast<int>(shift.centre_px.y) / kBlockPx);
        const cv::Point2d left = shift.displacement - predicted(model, shift.centre_px);
        const double weight = 1 / (kFloorPx * kFloorPx + std::pow(shift.uncertainty_px, 2));
        sums.at<cv::Vec2d>(cell) = weight * cv::Vec2d(left.x, left.y);
        weights.at<double>(cell) = weight;
        windows.count.at<double>(cell) = 1;
    }
    const cv::Size three(3, 3);
    cv::boxFilter(sums, sums, -1, three, {-1, -1}, false, cv::BORDER_CONSTANT);
    cv::boxFilter(weights, weights, -1, three, {-1, -1}, false, cv::BORDER_CONSTANT);
    cv::boxFilter(windows.count, windows.count, -1, three, {-1, -1}, false, cv::BORDER_CONSTANT);
    windows.residual = cv::Mat::zeros(grid, CV_64FC2);
    for (int y = 0; y < grid.height; ++y) {
        for (int x = 0; x < grid.width; ++x) {
            if (weights.at<double>(y, x) > 0) {
                windows.residual.at<cv::Vec2d>(y, x) = sums.at<cv::Vec2d>(y, x) / weights.at<double>(y, x);
            }
        }
    }
    return windows;
}

/// Length of each window's residual over the typical one; 0 where too few blocks say anything.
cv::Mat departures_of(const Windows& windows) {
    cv::Mat departure = cv::Mat::zeros(windows.count.size(), CV_64FC1);
    std::vector<double> lengths;
    for (int y = 0; y < departure.rows; ++y) {
        for (int x = 0; x < departure.cols; ++x) {
            if (windows.count.at<double>(y, x) >= kFewestInWindow - 0.5) {
                const cv::Vec2d left = windows.residual.at<cv::Vec2d>(y, x);
                departure.at<double>(y, x) = std::hypot(left[0], left[1]);
                lengths.push_back(departure.at<double>(y, x));
            }
        }
    }
    return lengths.empty() ? departure : cv::Mat(departure / std::max(kFloorPx, median_of(lengths) / 1.1774));
}

unsigned char shade(double departure, double threshold) {
    return static_cast<unsigned char>(std::lround(256 / (1 + std::exp((threshold - departure) / 2)) - 0.5));
}

}  // namespace

ChromaticAberrationResult chromatic_aberration(const cv::Mat& rgb, const ChromaticAberrationOptions& options) {
    ChromaticAberrationResult result;
    if (rgb.cols < kSmallestSidePx || rgb.rows < kSmallestSidePx) {
        result.not_applicable = "The picture is smaller than " + std::to_string(kSmallestSidePx) + " px.";
        return result;
    }
    const cv::Size grid(rgb.cols / kBlockPx + 1, rgb.rows / kBlockPx + 1);
    cv::Mat departure = cv::Mat::zeros(grid, CV_64FC1), residual = cv::Mat::zeros(grid, CV_64FC1);
    bool measured = false;
    for (const int channel : {0, 2}) {
        const std::vector<Shift> shifts = aberration::measure_shifts(rgb, channel);
        const std::optional<LensModel> model = fit(shifts, rgb.size());
        if (!model) {
            continue;
        }
        (channel == 0 ? result.red : result.blue) = *model;
        if (model->significance < kLeastSignificance || model->corner_px < options.least_aberration_px) {
            continue;
        }
        measured = true;
        const Windows windows = average(shifts, *model, grid);
        const cv::Mat found = departures_of(windows);
        for (int y = 0; y < grid.height; ++y) {
            for (int x = 0; x < grid.width; ++x) {
                // What was moved from one corner to the opposite one is off by twice the corner's displacement.
                const double left = cv::norm(windows.residual.at<cv::Vec2d>(y, x));
                if (left < kMostPerCorner * model->corner_px && found.at<double>(y, x) > departure.at<double>(y, x)) {
                    departure.at<double>(y, x) = found.at<double>(y, x);
                    residual.at<double>(y, x) = left;
                }
            }
        }
    }
    if (!measured) {
        result.not_applicable = std::max(result.red.blocks, result.blue.blocks) < kFewestBlocks
                                    ? "Too few places show where red and blue lie against green."
                                    : "No lateral chromatic aberration of one lens can be measured.";
        return result;
    }
    // One window alone may be a coloured edge: the second one counts.
    std::vector<double> ranked(departure.begin<double>(), departure.end<double>());
    std::nth_element(ranked.begin(), ranked.begin() + 1, ranked.end(), std::greater<>());
    result.inconsistency = ranked[1];
    result.map.create(evidence::map_size(rgb.size(), kMapStepPx), CV_8UC1);
    for (int y = 0; y < result.map.rows; ++y) {
        for (int x = 0; x < result.map.cols; ++x) {
            const cv::Point cell(x * kMapStepPx / kBlockPx, y * kMapStepPx / kBlockPx);
            result.map.at<unsigned char>(y, x) = shade(departure.at<double>(cell), options.threshold);
        }
    }
    for (int y = 0; y < grid.height; ++y) {
        for (int x = 0; x < grid.width; ++x) {
            if (departure.at<double>(y, x) >= options.threshold && result.inconsistency >= options.threshold) {
                const cv::Rect box =
                    cv::Rect(x * kBlockPx, y * kBlockPx, kBlockPx, kBlockPx) & cv::Rect({}, rgb.size());
                if (!box.empty()) {
                    result.places.push_back({box, departure.at<double>(y, x), residual.at<double>(y, x)});
                }
            }
        }
    }
    std::stable_sort(result.places.begin(), result.places.end(),
                     [](const auto& a, const auto& b) { return a.departure > b.departure; });
    return result;
}

}  // namespace bonafide::analyzers

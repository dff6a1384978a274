// Where a camera's pattern is missing from its own picture.
//
// Chen, Fridrich, Goljan and Lukas, "Determining image origin and integrity using sensor noise", IEEE TIFS 2008,
// section V: local correlation of residual and pattern, against what a predictor expects of an untouched place. The
// predictor is simplified: the residual is taken for the pattern times intensity, weakened by one factor for one
// picture and one strength of the residual (the median over such windows), plus noise; that gives the expected
// correlation without training. The spread under "missing" is measured on the pattern shifted against the picture; that
// under "present" is the same and a share of the expectation, measured as well, for all that the predictor misses. The
// window is the smallest that lets the pattern stand out. Limits: what is smaller than a window is not seen; the median
// fails where more than half of the picture was replaced; strong texture hides the pattern and may look like its
// absence.
#include "analyzers/camera/fingerprint/fingerprint.h"

#include "base/ensure.h"
#include "base/median.h"
#include "evidence/map_grid.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace bonafide::analyzers {
namespace {

constexpr int kCellPx = 8;
constexpr std::array kWindowCells = {4, 6, 8, 12, 16, 24};
constexpr double kWantedStrength = 6;   // standard deviations of chance
constexpr double kLeastStrength = 2.5;  // of the largest window; and from which a window counts as testable
// Standard deviation of the expectation, as a share of it: measured within these bounds.
constexpr double kLeastPredictorError = 0.15, kMostPredictorError = 0.5;
constexpr int kBins = 6;
constexpr int kShiftCells = 5;  // by which the pattern is moved to see chance alone
constexpr double kMedianToDeviation = 1.4826;
constexpr double kTiny = 1e-12;

/// Sums over cells of 8 x 8 px, CV_32FC1.
struct Cells {
    cv::Mat agreement, chance, residual_power, pattern_power;
};

Cells sum_cells(const features::WeightedResidual& picture, const cv::Mat& pattern) {
    const cv::Size size = evidence::map_size(pattern.size(), kCellPx);
    Cells cells;
    for (cv::Mat* plane : {&cells.agreement, &cells.chance, &cells.residual_power, &cells.pattern_power}) {
        *plane = cv::Mat::zeros(size, CV_32FC1);
    }
    const int shift = kShiftCells * kCellPx + 3;  // off the grid of JPEG and of the colour filter
    for (int y = 0; y < pattern.rows; ++y) {
        const auto* residual = picture.residual.ptr<float>(y);
        const auto* intensity = picture.intensity.ptr<float>(y);
        const auto* here = pattern.ptr<float>(y);
        const auto* elsewhere = pattern.ptr<float>((y + shift) % pattern.rows);
        const int row = y / kCellPx;
        for (int x = 0; x < pattern.cols; ++x) {
            const int column = x / kCellPx;
            const float expected = here[x] * intensity[x];
            cells.agreement.at<float>(row, column) += residual[x] * expected;
            cells.chance.at<float>(row, column) += residual[x] * elsewhere[x] * intensity[x];
            cells.residual_power.at<float>(row, column) += residual[x] * residual[x];
            cells.pattern_power.at<float>(row, column) += expected * expected;
        }
    }
    return cells;
}

cv::Mat window_sums(const cv::Mat& cells, int window) {
    cv::Mat sums;
    cv::boxFilter(cells, sums, CV_32F, cv::Size(window, window), {-1, -1}, false, cv::BORDER_REFLECT_101);
    return sums;
}

/// Correlations of the windows of one size.
struct Windows {
    cv::Mat seen, expected;  ///< CV_32FC1, one a cell
    double chance = 0;       ///< standard deviation where the pattern is missing
    double error = 0;        ///< of the expectation, as a share of it
    double strength = 0;     ///< median of expected / chance
};

/// Median of `factors` in each of kBins bins of equally many values of `power`, and the bins' upper bounds.
struct Factors {
    std::array<double, kBins> factor{};
    std::array<float, kBins> bound{};
    double at(float power) const {
        const auto bin = std::lower_bound(bound.begin(), bound.end() - 1, power) - bound.begin();
        return factor[static_cast<std::size_t>(bin)];
    }
};

Factors fit_factors(std::vector<std::pair<float, float>>& power_and_factor) {
    Factors fitted;
    std::sort(power_and_factor.begin(), power_and_factor.end());
    const std::size_t count = power_and_factor.size();
    for (int bin = 0; bin < kBins && count > 0; ++bin) {
        const std::size_t first = count * bin / kBins, last = std::max(first + 1, count * (bin + 1) / kBins);
        std::vector<float> values;
        for (std::size_t index = first; index < last; ++index) {
            values.push_back(power_and_factor[index].second);
        }
        fitted.factor[bin] = std::max(0.0F, median_of(values, 0.0F));
        fitted.bound[bin] = power_and_factor[last - 1].first;
    }
    return fitted;
}

Windows correlate(const Cells& cells, int window) {
    const cv::Mat agreement = window_sums(cells.agreement, window), chance = window_sums(cells.chance, window);
    const cv::Mat residual_power = window_sums(cells.residual_power, window);
    const cv::Mat pattern_power = window_sums(cells.pattern_power, window);
    Windows windows;
    windows.seen = cv::Mat::zeros(agreement.size(), CV_32FC1);
    windows.expected = windows.seen.clone();
    std::vector<std::pair<float, float>> factors;
    std::vector<float> departures, strengths, errors;
    const auto each = [&](auto&& action) {
        for (int y = 0; y < agreement.rows; ++y) {
            for (int x = 0; x < agreement.cols; ++x) {
                const double power = residual_power.at<float>(y, x), model = pattern_power.at<float>(y, x);
                if (power > kTiny && model > kTiny) {
                    action(y, x, power, model);
                }
            }
        }
    };
    each([&](int y, int x, double power, double model) {
        const double both = std::sqrt(power * model);
        windows.seen.at<float>(y, x) = static_cast<float>(agreement.at<float>(y, x) / both);
        factors.emplace_back(static_cast<float>(power), static_cast<float>(agreement.at<float>(y, x) / model));
        departures.push_back(static_cast<float>(std::abs(chance.at<float>(y, x) / both)));
    });
    const Factors fitted = fit_factors(factors);
    windows.chance = kMedianToDeviation * median_of(departures, 0.0F) + kTiny;
    each([&](int y, int x, double power, double model) {
        const double expected = fitted.at(static_cast<float>(power)) * std::sqrt(model / power);
        windows.expected.at<float>(y, x) = static_cast<float>(expected);
        strengths.push_back(static_cast<float>(expected / windows.chance));
        if (expected > kLeastStrength * windows.chance) {
            errors.push_back(static_cast<float>(std::abs(windows.seen.at<float>(y, x) / expected - 1)));
        }
    });
    windows.strength = median_of(strengths, 0.0F);
    windows.error = std::clamp(kMedianToDeviation * median_of(errors, 0.0F), kLeastPredictorError, kMostPredictorError);
    return windows;
}

/// log10 of how much better "missing" explains `seen` than "present as expected" does.
double evidence_of(double seen, double expected, const Windows& windows) {
    const double chance = windows.chance, spread = std::hypot(chance, windows.error * expected);
    const double missing = seen / chance, present = (seen - expected) / spread;
    // More agreement than expected is no sign of absence, however far it is from the expectation.
    const double departure = seen > expected ? 0 : present * present;
    return (departure - missing * missing + 2 * std::log(spread / chance)) / 2 * std::log10(std::exp(1.0));
}

unsigned char shade(double evidence, double threshold) {
    const double beyond = evidence - threshold;
    const double value = beyond < 0 ? 128 * 2 / (2 - beyond) : 128 + 127 * (1 - std::exp(-beyond));
    return static_cast<unsigned char>(std::clamp(std::lround(value), 0L, 255L));
}

void find_places(const cv::Mat& evidence, cv::Size picture, const FingerprintOptions& options, PatternMap& made) {
    const cv::Mat beyond = evidence >= options.threshold;
    cv::Mat labels, statistics, centres;
    const int count = cv::connectedComponentsWithStats(beyond, labels, statistics, centres);
    for (int label = 1; label < count; ++label) {
        const double share =
            100.0 * statistics.at<int>(label, cv::CC_STAT_AREA) / static_cast<double>(evidence.total());
        if (share < options.smallest_region_percent) {
            continue;
        }
        MissingPattern place;
        place.area_percent = share;
        place.box_px = cv::Rect(statistics.at<int>(label, cv::CC_STAT_LEFT) * kCellPx,
                                statistics.at<int>(label, cv::CC_STAT_TOP) * kCellPx,
                                statistics.at<int>(label, cv::CC_STAT_WIDTH) * kCellPx,
                                statistics.at<int>(label, cv::CC_STAT_HEIGHT) * kCellPx) &
                       cv::Rect({}, picture);
        cv::minMaxLoc(evidence, nullptr, &place.evidence, nullptr, nullptr, labels == label);
        made.places.push_back(place);
    }
    std::stable_sort(made.places.begin(), made.places.end(),
                     [](const auto& a, const auto& b) { return a.evidence > b.evidence; });
    made.missing_percent = 100.0 * cv::countNonZero(beyond) / static_cast<double>(beyond.total());
}

}  // namespace

PatternMap missing_pattern(const features::WeightedResidual& picture, const cv::Mat& pattern,
                           const FingerprintOptions& options) {
    ENSURE(picture.residual.size() == pattern.size() && picture.intensity.size() == pattern.size() && !pattern.empty());
    const Cells cells = sum_cells(picture, pattern);
    const cv::Size size = cells.agreement.size();
    PatternMap made;
    Windows windows;
    int chosen = 0;
    for (const int window : kWindowCells) {
        if (window * 2 > std::min(size.width, size.height)) {
            break;
        }
        windows = correlate(cells, window);
        chosen = window;
        if (windows.strength >= kWantedStrength) {
            break;
        }
    }
    if (chosen == 0 || windows.strength < kLeastStrength) {
        return made;
    }
    made.window_px = chosen * kCellPx;
    made.strength = windows.strength;
    cv::Mat evidence(size, CV_32FC1);
    made.map.create(size, CV_8UC1);
    int testable = 0;
    for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
            const double expected = windows.expected.at<float>(y, x);
            const double value = evidence_of(windows.seen.at<float>(y, x), expected, windows);
            evidence.at<float>(y, x) = static_cast<float>(value);
            made.map.at<unsigned char>(y, x) = shade(value, options.threshold);
            testable += expected >= kLeastStrength * windows.chance ? 1 : 0;
        }
    }
    std::vector<float> ranked(evidence.begin<float>(), evidence.end<float>());
    const auto rank = static_cast<std::ptrdiff_t>(static_cast<double>(ranked.size() - 1) *
                                                  (1 - options.smallest_region_percent / 100));
    std::nth_element(ranked.begin(), ranked.begin() + rank, ranked.end());
    made.missing = ranked[static_cast<std::size_t>(rank)];
    made.testable_percent = 100.0 * testable / static_cast<double>(size.area());
    find_places(evidence, pattern.size(), options, made);
    return made;
}

}  // namespace bonafide::analyzers

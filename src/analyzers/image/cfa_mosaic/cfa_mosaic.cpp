// Traces of the colour filter mosaic, and where they break.
//
// Popescu and Farid, "Exposing digital forgeries in color filter array interpolated images", IEEE TSP 2005:
// interpolated values are predicted better from their neighbours than measured ones. Ferrara, Bianchi, De Rosa and
// Piva, "Image forgery localization via fine-grained analysis of CFA artifacts", IEEE TIFS 2012: the ratio of both
// errors in green, block by block. Bammey, Grompone von Gioi and Morel, CVPR 2020 and after: blocks vote for a shift,
// and a number of false alarms says whether they agree by chance. Deviations: the predictor is the plain mean of four
// neighbours; the ratio expected of an untouched block depends on how active it is (compression empties even blocks
// first), so it is the median over equally active ones; windows of 64 px weigh their blocks by what they can say; the
// departure is measured in the picture's own robust spread instead of by a mixture, because the genuine spread has
// heavy tails. Limits: a picture that lost its trace (resized, or compressed below about JPEG 95) says nothing, nor
// does a region whose shift agrees by chance (one of two).
#include "analyzers/image/cfa_mosaic/cfa_mosaic.h"

#include "analyzers/image/cfa_mosaic/tiles.h"
#include "base/median.h"
#include "evidence/map_grid.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace bonafide::analyzers {
namespace {

using cfa::kTilePx;
using cfa::Tile;

constexpr int kSmallestSidePx = 128;
constexpr int kWindowTiles = 4;
constexpr int kBins = 8;
constexpr std::size_t kFewestTiles = 60;
constexpr float kRounding = 0.1F;    // added to both errors: rounding to whole levels
constexpr float kLeastError = 0.3F;  // sum of both errors below which a tile is empty
constexpr float kMostClipped = 0.02F;
constexpr double kMostNfaLog10 = -10;
constexpr double kLeastJudgedPercent = 10;
constexpr double kLeastPower = 4;  // of a window: squared signal over squared spread
constexpr double kLeastSpread = 0.08;
constexpr double kMedianToDeviation = 1.4826;

double deviation_of(const std::vector<float>& values, double median) {
    std::vector<float> departures(values.size());
    std::transform(values.begin(), values.end(), departures.begin(),
                   [&](float value) { return static_cast<float>(std::abs(value - median)); });
    return kMedianToDeviation * median_of(std::move(departures), 0.0F);
}

/// log10 of the expected number of fair coins, of two sides, of which `heads` or more of `tosses` agree (Chernoff).
double coin_nfa_log10(double heads, double tosses) {
    const double share = heads / tosses;
    if (share <= 0.5) {
        return std::log10(2.0);
    }
    const double other = share < 1 ? (1 - share) * std::log(2 * (1 - share)) : 0;
    return std::log10(2.0) - tosses * (share * std::log(2 * share) + other) / std::log(10.0);
}

bool says_something(const Tile& tile) {
    return tile.green[0] + tile.green[1] > kLeastError && tile.clipped < kMostClipped;
}

float log_ratio(float a, float b) {
    return std::log((a + kRounding) / (b + kRounding));
}

/// What each tile says, and what is expected of it: CV_32FC1 of the tiles' grid.
struct Traces {
    cv::Mat agreement;  ///< seen times expected over squared spread; 0 where a tile says nothing
    cv::Mat power;      ///< expected squared over squared spread
};

Traces weigh(const std::vector<Tile>& tiles, cv::Size grid, int green_shift) {
    std::vector<std::pair<float, std::size_t>> by_activity;
    std::vector<float> seen(tiles.size());
    for (std::size_t index = 0; index < tiles.size(); ++index) {
        const Tile& tile = tiles[index];
        seen[index] = log_ratio(tile.green[green_shift], tile.green[1 - green_shift]);
        if (says_something(tile)) {
            by_activity.emplace_back(tile.green[0] + tile.green[1], index);
        }
    }
    std::sort(by_activity.begin(), by_activity.end());
    Traces traces{cv::Mat::zeros(grid, CV_32FC1), cv::Mat::zeros(grid, CV_32FC1)};
    for (int bin = 0; bin < kBins; ++bin) {
        const std::size_t first = by_activity.size() * bin / kBins, last = by_activity.size() * (bin + 1) / kBins;
        std::vector<float> values;
        for (std::size_t at = first; at < last; ++at) {
            values.push_back(seen[by_activity[at].second]);
        }
        const double expected = std::max(0.0F, median_of(values, 0.0F));
        const double variance = std::pow(deviation_of(values, median_of(values, 0.0F)) + 1e-3, 2);
        for (std::size_t at = first; at < last; ++at) {
            const std::size_t index = by_activity[at].second;
            traces.agreement.ptr<float>()[index] = static_cast<float>(seen[index] * expected / variance);
            traces.power.ptr<float>()[index] = static_cast<float>(expected * expected / variance);
        }
    }
    return traces;
}

unsigned char shade(double departure, double threshold) {
    return static_cast<unsigned char>(std::lround(256 / (1 + std::exp((threshold - departure) / 2)) - 0.5));
}

void find_places(const cv::Mat& departure, const cv::Mat& trace, const CfaMosaicOptions& options,
                 CfaMosaicResult& result) {
    const cv::Mat beyond = departure >= options.threshold;
    result.broken_percent = 100.0 * cv::countNonZero(beyond) / static_cast<double>(beyond.total());
    cv::Mat labels, statistics, centres;
    const int count = cv::connectedComponentsWithStats(beyond, labels, statistics, centres);
    for (int label = 1; label < count; ++label) {
        BrokenMosaic place;
        place.area_percent = 100.0 * statistics.at<int>(label, cv::CC_STAT_AREA) / static_cast<double>(beyond.total());
        if (place.area_percent < options.smallest_region_percent) {
            continue;
        }
        place.box_px =
            cv::Rect(statistics.at<int>(label, cv::CC_STAT_LEFT), statistics.at<int>(label, cv::CC_STAT_TOP),
                     statistics.at<int>(label, cv::CC_STAT_WIDTH), statistics.at<int>(label, cv::CC_STAT_HEIGHT));
        place.box_px = cv::Rect(place.box_px.tl() * kTilePx, place.box_px.size() * kTilePx);
        const cv::Mat inside = labels == label;
        cv::minMaxLoc(departure, nullptr, &place.departure, nullptr, nullptr, inside);
        place.trace = cv::mean(trace, inside)[0];
        result.places.push_back(place);
    }
    std::stable_sort(result.places.begin(), result.places.end(),
                     [](const auto& a, const auto& b) { return a.departure > b.departure; });
}

void judge_windows(const Traces& traces, cv::Size picture, const CfaMosaicOptions& options, CfaMosaicResult& result) {
    cv::Mat agreement, power;
    const cv::Size window(kWindowTiles, kWindowTiles);
    cv::boxFilter(traces.agreement, agreement, CV_32F, window, {-1, -1}, false, cv::BORDER_CONSTANT);
    cv::boxFilter(traces.power, power, CV_32F, window, {-1, -1}, false, cv::BORDER_CONSTANT);
    cv::Mat trace(power.size(), CV_32FC1, cv::Scalar(1)), departure = cv::Mat::zeros(power.size(), CV_32FC1);
    std::vector<float> values;
    for (int index = 0; index < static_cast<int>(power.total()); ++index) {
        if (power.ptr<float>()[index] >= kLeastPower) {
            trace.ptr<float>()[index] = agreement.ptr<float>()[index] / power.ptr<float>()[index];
            values.push_back(trace.ptr<float>()[index]);
        }
    }
    result.judged_percent = 100.0 * static_cast<double>(values.size()) / static_cast<double>(power.total());
    const double median = median_of(values, 0.0F);
    result.spread = std::max(kLeastSpread, deviation_of(values, median));
    if (result.judged_percent < kLeastJudgedPercent || result.spread > options.largest_spread) {
        result.not_applicable =
            "Traces of a colour mosaic are left, but too weak or too uneven to say where they would be missing.";
        return;
    }
    std::vector<float> departures;
    for (int index = 0; index < static_cast<int>(power.total()); ++index) {
        if (power.ptr<float>()[index] >= kLeastPower) {
            departure.ptr<float>()[index] = static_cast<float>((median - trace.ptr<float>()[index]) / result.spread);
        }
        departures.push_back(departure.ptr<float>()[index]);
    }
    const auto rank = static_cast<std::ptrdiff_t>(static_cast<double>(departures.size() - 1) *
                                                  (1 - options.smallest_region_percent / 100));
    std::nth_element(departures.begin(), departures.begin() + rank, departures.end());
    result.break_departure = departures[static_cast<std::size_t>(rank)];
    result.map = cv::Mat(evidence::map_size(picture, kTilePx), CV_8UC1, cv::Scalar(shade(0, options.threshold)));
    for (int y = 0; y < departure.rows; ++y) {
        for (int x = 0; x < departure.cols; ++x) {
            result.map.at<unsigned char>(y, x) = shade(departure.at<float>(y, x), options.threshold);
        }
    }
    find_places(departure, trace, options, result);
}

}  // namespace

CfaMosaicResult cfa_mosaic(const cv::Mat& rgb, const CfaMosaicOptions& options) {
    CfaMosaicResult result;
    if (rgb.cols < kSmallestSidePx || rgb.rows < kSmallestSidePx) {
        result.not_applicable = "The picture is smaller than " + std::to_string(kSmallestSidePx) + " px.";
        return result;
    }
    const std::vector<Tile> tiles = cfa::measure_tiles(rgb);
    std::vector<float> ratios;
    double odd_worse = 0, votes = 0;
    for (const Tile& tile : tiles) {
        if (says_something(tile)) {
            ratios.push_back(log_ratio(tile.green[1], tile.green[0]));
            votes += ratios.back() != 0 ? 1 : 0;
            odd_worse += ratios.back() > 0 ? 1 : 0;
        }
    }
    if (ratios.size() < kFewestTiles || votes < kFewestTiles) {
        result.not_applicable = "The picture holds too little detail: it is nearly empty, black or overexposed.";
        return result;
    }
    result.green_shift = odd_worse > votes / 2 ? 1 : 0;
    result.nfa_log10 = coin_nfa_log10(std::max(odd_worse, votes - odd_worse), votes);
    result.green_ratio_db = 10 / std::log(10.0) * std::abs(median_of(ratios, 0.0F));
    if (result.nfa_log10 > kMostNfaLog10) {
        result.not_applicable =
            "No trace of a camera's colour mosaic is left: the picture was resized or compressed too much, or no "
            "camera "
            "with a mosaic took it.";
        return result;
    }
    judge_windows(weigh(tiles, {rgb.cols / kTilePx, rgb.rows / kTilePx}, result.green_shift), rgb.size(), options,
                  result);
    return result;
}

}  // namespace bonafide::analyzers

// JPEG grids other than the picture's own: of the whole picture, or of a place in it.
//
// Papers: see periodicity.cpp (what is measured) and origins.cpp (what is decided). Added here: a place is compared
// with the rest of the picture, since a whole picture that was cropped after an earlier save has another grid
// everywhere and is no composite. Limits: see README.md beside this file.
#include "analyzers/image/jpeg_grid/jpeg_grid.h"

#include "analyzers/image/jpeg_grid/origins.h"
#include "analyzers/image/jpeg_grid/region_map.h"
#include "base/ensure.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace bonafide::analyzers {
namespace {

using grid::Candidates;
using grid::Periodicity;
using grid::Window;

constexpr int kSmallestSidePx = 128;
constexpr int kWindowSides[] = {1, 2, 4};
// A picture that is no JPEG has a grid of its own where one stands out by this much over the whole picture.
constexpr float kOwnGridDeviation = 12;
// A tile supports an origin from this deviation, or this share of the strongest window's, on.
constexpr float kSupport = 3.5F, kSupportShare = 0.3F;
// Where the rest of the picture shows the same grid, weakly as it may be, the place is not foreign: what the rest
// stands out by, beyond chance, is taken off several times.
constexpr double kChanceOfTheRest = 2.5, kWeightOfTheRest = 4;
constexpr double kLeastRest = 0.2;
constexpr int kMostPlaces = 4;
// Shown as an earlier grid of the whole picture.
constexpr double kEarlierGridDeviation = 8;

cv::Point point_of(int origin) {
    return {origin % 8, origin / 8};
}

// The strongest window of an origin.
struct Peak {
    int origin = 0;
    float deviation = 0;
    cv::Rect tiles;
};

struct Place {
    Peak peak;
    cv::Mat support;  // CV_8UC1, size of the tiles
    double contrast = 0;
    double rest_share = 1;
};

std::vector<Peak> peaks_of(const std::vector<Window>& windows) {
    std::vector<Peak> peaks(grid::kOrigins);
    for (int origin = 0; origin < grid::kOrigins; ++origin) {
        peaks[origin].origin = origin;
        for (const Window& window : windows) {
            if (window.scores.deviations[origin] > peaks[origin].deviation) {
                peaks[origin].deviation = window.scores.deviations[origin];
                peaks[origin].tiles = window.tiles;
            }
        }
    }
    std::stable_sort(peaks.begin(), peaks.end(),
                     [](const Peak& a, const Peak& b) { return a.deviation > b.deviation; });
    return peaks;
}

// Tiles in windows of up to two tiles a side that support the peak's origin.
Place place_of(const Periodicity& periodicity, const std::vector<Window>& windows, const Peak& peak,
               const Candidates& candidates) {
    Place place;
    place.peak = peak;
    place.support = cv::Mat::zeros(periodicity.tiles, CV_8UC1);
    place.support(peak.tiles).setTo(255);
    const float support = std::max(kSupport, kSupportShare * peak.deviation);
    for (const Window& window : windows) {
        if (window.tiles.width <= 2 && window.scores.deviations[peak.origin] >= support) {
            place.support(window.tiles).setTo(255);
        }
    }
    const cv::Mat rest = 255 - place.support;
    place.rest_share = static_cast<double>(cv::countNonZero(rest)) / periodicity.tiles.area();
    const double chance = place.rest_share < kLeastRest
                              ? peak.deviation
                              : grid::score_chosen(periodicity, rest, candidates).deviations[peak.origin];
    place.contrast = peak.deviation - kWeightOfTheRest * std::max(0.0, chance - kChanceOfTheRest);
    return place;
}

double rectangles_in(cv::Size tiles) {
    return 0.25 * tiles.width * (tiles.width + 1.0) * tiles.height * (tiles.height + 1.0);
}

// log10 of the number of false alarms of the votes for `origin` of the single tiles in `box`, among `tests` of such.
double log10_false_alarms(const std::vector<Window>& tiles, cv::Rect box, int origin, const Candidates& candidates,
                          double tests) {
    int votes = 0, hits = 0;
    for (const Window& tile : tiles) {
        if (tile.tiles.width == 1 && box.contains(tile.tiles.tl()) && tile.scores.informative) {
            ++votes;
            hits += tile.scores.best == origin ? 1 : 0;
        }
    }
    const double probability = 1.0 / static_cast<double>(candidates.count());
    return std::log10(tests * static_cast<double>(candidates.count())) +
           grid::log10_binomial_tail(votes, hits, probability);
}

cv::Rect largest_component(const cv::Mat& support, cv::Rect around) {
    cv::Mat labels, statistics, centres;
    cv::connectedComponentsWithStats(support, labels, statistics, centres, 8);
    const int label = labels.at<int>(around.y, around.x);
    return {statistics.at<int>(label, cv::CC_STAT_LEFT), statistics.at<int>(label, cv::CC_STAT_TOP),
            statistics.at<int>(label, cv::CC_STAT_WIDTH), statistics.at<int>(label, cv::CC_STAT_HEIGHT)};
}

}  // namespace

JpegGridResult jpeg_grid(const cv::Mat& luma, std::optional<cv::Point> own, const JpegGridOptions& options) {
    JpegGridResult result;
    if (luma.cols < kSmallestSidePx || luma.rows < kSmallestSidePx) {
        result.not_applicable = "The picture is smaller than 128 px on a side.";
        return result;
    }
    ENSURE(luma.type() == CV_32FC1);
    const Periodicity periodicity = grid::measure_periodicity(luma);
    Candidates candidates = Candidates().set();
    const cv::Mat everything(periodicity.tiles, CV_8UC1, cv::Scalar(255));
    if (own) {
        candidates = grid::without_lines_of(candidates, (own->y & 7) * 8 + (own->x & 7));
    } else {
        const grid::OriginScores scores = grid::score_chosen(periodicity, everything, candidates);
        if (scores.best_deviation() > kOwnGridDeviation) {
            candidates = grid::without_lines_of(candidates, scores.best);
        }
    }
    std::vector<Window> windows;
    for (const int side : kWindowSides) {
        const std::vector<Window> more = grid::score_windows(periodicity, side, candidates);
        windows.insert(windows.end(), more.begin(), more.end());
    }
    int tiles = 0, informative = 0;
    for (const Window& window : windows) {
        tiles += window.tiles.width == 1 ? 1 : 0;
        informative += window.tiles.width == 1 && window.scores.informative ? 1 : 0;
    }
    result.informative_area_percent = 100.0 * informative / tiles;
    if (informative * 20 < tiles) {
        result.not_applicable = "The picture is so even that no grid could show in it.";
        return result;
    }
    const grid::OriginScores whole = grid::score_chosen(periodicity, everything, candidates);
    result.earlier_grid = whole.best_deviation();
    result.earlier_grid_votes = -log10_false_alarms(windows, {{0, 0}, periodicity.tiles}, whole.best, candidates, 1);

    std::vector<Place> places;
    for (const Peak& peak : peaks_of(windows)) {
        if (places.size() == kMostPlaces || !candidates[peak.origin]) {
            break;
        }
        if (peak.tiles.empty()) {
            continue;
        }
        const Place place = place_of(periodicity, windows, peak, candidates);
        if (place.contrast < options.threshold && result.earlier_grid >= kEarlierGridDeviation &&
            peak.origin == whole.best && !result.earlier_origin) {
            // The whole picture has this grid: what resembles it is no other one.
            result.earlier_origin = point_of(peak.origin);
            candidates = grid::without_lines_of(candidates, peak.origin);
            continue;
        }
        places.push_back(place);
    }
    std::stable_sort(places.begin(), places.end(),
                     [](const Place& a, const Place& b) { return a.contrast > b.contrast; });
    grid::RegionMap map(luma, periodicity);
    for (const Place& place : places) {
        const cv::Rect box = largest_component(place.support, place.peak.tiles);
        const double false_alarms =
            log10_false_alarms(windows, box, place.peak.origin, candidates, rectangles_in(periodicity.tiles));
        if (&place == &places.front()) {
            result.foreign_grid = place.contrast;
            result.foreign_grid_votes = -false_alarms;
        }
        const double strength = place.contrast / options.threshold;
        const cv::Rect box_px = map.add(place.support, place.peak.tiles, place.peak.origin, candidates, strength);
        if (strength >= 1) {
            result.regions.push_back({box_px, point_of(place.peak.origin), place.contrast, false_alarms});
        }
    }
    result.map = map.map();
    return result;
}

}  // namespace bonafide::analyzers

// Local noise level and its inconsistency.
//
// Idea: Mahdian and Saic, "Using noise inconsistencies for blind image forensics", Image and Vision Computing 2009:
// noise levels of small tiles from diagonal wavelet detail, then regions of like level. Deviations: a tile is compared
// not with an absolute level but with what the picture itself leads to expect at its brightness and texture
// (expectation.cpp; see also Pyatykh, Hesser and Zheng, IEEE TIP 2013, and Pan, Zhang and Lyu, ICCP 2012, on why
// texture must be kept apart from noise); and a region is judged against the ring around it, because genuine noise
// drifts slowly across a picture (vignetting, distance, depth of field), while an inserted region ends at an edge.
// Limits: see README.md beside this file.
#include "analyzers/image/noise_level/noise_level.h"

#include "analyzers/image/noise_level/expectation.h"
#include "analyzers/image/noise_level/tiles.h"
#include "base/ensure.h"
#include "base/median.h"
#include "evidence/places.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace bonafide::analyzers {
namespace {

using noise::Tiles;

constexpr int kSmallestSidePx = 128;
constexpr int kFewestTiles = 100;
constexpr double kLeastJudgedPercent = 10;
// Standard deviations below these, in 8-bit levels, on even surfaces: drawn, or compressed until nothing is left.
constexpr double kDrawnNoise = 0.02;
constexpr double kLeastNoise = 0.15;
// Sides of the inspected windows as shares of the picture's (geometric) mean side; the ring around is as wide as half a
// window.
constexpr double kWindowShares[] = {0.12, 0.18, 0.26};
constexpr double kLeastFilledWindow = 0.6, kLeastFilledRing = 0.4;
// Standard errors taken off a contrast. Tiles overlap by half in both directions: four of them carry the information of
// one.
constexpr double kStandardErrors = 2;
constexpr double kTilesPerIndependent = 4;
constexpr double kThresholdGrey = 128;

double noise_of(double fine_variance) {
    return std::sqrt(std::max(0.0, fine_variance));
}

// Median noise over all even surfaces and over their darkest and brightest fifth. Even: the less active half of the
// usable tiles.
void measure_levels(const Tiles& tiles, NoiseLevelResult& result) {
    std::vector<float> activities;
    const int count = tiles.size().area();
    for (int position = 0; position < count; ++position) {
        if (tiles.usable.ptr()[position] != 0) {
            activities.push_back(tiles.activity.ptr<float>()[position]);
        }
    }
    const float even = static_cast<float>(median_of(std::move(activities)));
    std::vector<std::pair<float, float>> surfaces;  // brightness, variance
    for (int position = 0; position < count; ++position) {
        if (tiles.usable.ptr()[position] != 0 && tiles.activity.ptr<float>()[position] <= even) {
            surfaces.emplace_back(tiles.brightness.ptr<float>()[position], tiles.fine_variance.ptr<float>()[position]);
        }
    }
    std::sort(surfaces.begin(), surfaces.end());
    const auto level = [&](std::size_t first, std::size_t last) {
        std::vector<float> variances;
        for (std::size_t index = first; index < last; ++index) {
            variances.push_back(surfaces[index].second);
        }
        return noise_of(median_of(std::move(variances)));
    };
    const std::size_t fifth = surfaces.size() / 5 + 1;
    result.noise_level = level(0, surfaces.size());
    result.noise_level_darkest = level(0, std::min(fifth, surfaces.size()));
    result.noise_level_brightest = level(surfaces.size() - std::min(fifth, surfaces.size()), surfaces.size());
}

// Sums over rectangles of tiles in constant time.
class Sums {
  public:
    Sums(const cv::Mat& departures, const cv::Mat& usable) {
        cv::Mat squares, ones;
        usable.convertTo(ones, CV_32FC1, 1 / 255.0);
        cv::integral(ones, count_, CV_64F);
        cv::integral(departures, sum_, squares_, CV_64F, CV_64F);
    }
    struct Total {
        double count = 0, sum = 0, squares = 0;
        double mean() const { return sum / count; }
        double error_squared() const {
            const double variance = std::max(0.0, squares / count - mean() * mean());
            return variance * kTilesPerIndependent / count;
        }
    };
    Total over(const cv::Rect& box) const { return {at(count_, box), at(sum_, box), at(squares_, box)}; }

  private:
    static double at(const cv::Mat& integral, const cv::Rect& box) {
        const double* top = integral.ptr<double>(box.y);
        const double* bottom = integral.ptr<double>(box.y + box.height);
        return bottom[box.x + box.width] - bottom[box.x] - top[box.x + box.width] + top[box.x];
    }
    cv::Mat count_, sum_, squares_;
};

// Contrasts of the windows of one radius to the rings around them, less their uncertainty: CV_32FC1 in dB, signed, 0
// where too little of a window or ring can be judged.
cv::Mat window_contrasts_db(const Sums& sums, cv::Size size, int radius) {
    const cv::Rect whole({}, size);
    const int side = 2 * radius + 1, outer_side = 4 * radius + 1;
    cv::Mat contrasts = cv::Mat::zeros(size, CV_32FC1);
    for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
            const Sums::Total inside = sums.over(cv::Rect(x - radius, y - radius, side, side) & whole);
            Sums::Total ring = sums.over(cv::Rect(x - 2 * radius, y - 2 * radius, outer_side, outer_side) & whole);
            ring.count -= inside.count;
            ring.sum -= inside.sum;
            ring.squares -= inside.squares;
            if (inside.count < kLeastFilledWindow * side * side ||
                ring.count < kLeastFilledRing * (outer_side * outer_side - side * side)) {
                continue;
            }
            const double contrast = inside.mean() - ring.mean();
            const double sure =
                std::abs(contrast) - kStandardErrors * std::sqrt(inside.error_squared() + ring.error_squared());
            contrasts.at<float>(y, x) = static_cast<float>(std::copysign(std::max(0.0, sure), contrast));
        }
    }
    return contrasts;
}

// Suspicion of either direction, CV_32FC1 in dB: of all windows that hold a tile the strongest contrast, but no more
// than twice what the tile's own neighbourhood departs. A tile is thus beyond the threshold only where both its window
// and it itself stand out.
struct Suspicion {
    cv::Mat noisier, cleaner;
    double strongest_db = 0;
};

Suspicion suspicion_of(const cv::Mat& departures, const cv::Mat& usable) {
    const Sums sums(departures, usable);
    const cv::Size size = departures.size();
    Suspicion suspicion{cv::Mat::zeros(size, CV_32FC1), cv::Mat::zeros(size, CV_32FC1), 0};
    for (const double share : kWindowShares) {
        const int radius = std::max(1, cvRound(share * std::sqrt(static_cast<double>(size.area())) / 2));
        const cv::Mat contrasts = window_contrasts_db(sums, size, radius);
        const cv::Mat window = cv::getStructuringElement(cv::MORPH_RECT, {2 * radius + 1, 2 * radius + 1});
        cv::Mat reached;
        cv::dilate(contrasts, reached, window);
        suspicion.noisier = cv::max(suspicion.noisier, reached);
        cv::dilate(-contrasts, reached, window);
        suspicion.cleaner = cv::max(suspicion.cleaner, reached);
    }
    for (const cv::Mat* reached : {&suspicion.noisier, &suspicion.cleaner}) {
        double strongest = 0;
        cv::minMaxLoc(*reached, nullptr, &strongest);
        suspicion.strongest_db = std::max(suspicion.strongest_db, strongest);
    }
    cv::Mat own;
    cv::blur(departures, own, {3, 3});
    own.setTo(0, usable == 0);
    suspicion.noisier = cv::min(suspicion.noisier, cv::max(2 * own, 0));
    suspicion.cleaner = cv::min(suspicion.cleaner, cv::max(-2 * own, 0));
    return suspicion;
}

// Connected tiles beyond the threshold; `sign` of their contrast.
void collect_regions(const cv::Mat& suspicion, int sign, cv::Size picture, const NoiseLevelOptions& options,
                     std::vector<NoiseRegion>& regions) {
    const double picture_px = static_cast<double>(picture.width) * picture.height;
    for (const evidence::Place& place : evidence::places_beyond(suspicion, options.threshold_db)) {
        NoiseRegion region;
        region.area_percent = 100.0 * place.cells * noise::kTileStepPx * noise::kTileStepPx / picture_px;
        if (region.area_percent < options.smallest_region_percent) {
            continue;
        }
        region.contrast_db = sign * place.strongest;
        region.box_px = Tiles::pixels(place.box.tl(), place.box.br() - cv::Point(1, 1)) & cv::Rect({}, picture);
        regions.push_back(region);
    }
}

// A tile speaks for the 8 x 8 px in its middle; the rim repeats the nearest tile.
cv::Mat map_of(const Suspicion& suspicion, cv::Size picture, double threshold_db) {
    cv::Mat grey, large, map(picture, CV_8UC1);
    cv::Mat(cv::max(suspicion.noisier, suspicion.cleaner)).convertTo(grey, CV_8UC1, kThresholdGrey / threshold_db);
    cv::resize(grey, large, grey.size() * noise::kTileStepPx, 0, 0, cv::INTER_LINEAR);
    const int before = (noise::kTilePx - noise::kTileStepPx) / 2;
    cv::copyMakeBorder(large, map, before, picture.height - large.rows - before, before,
                       picture.width - large.cols - before, cv::BORDER_REPLICATE);
    return map;
}

NoiseLevelResult refused(std::string why) {
    NoiseLevelResult result;
    result.not_applicable = std::move(why);
    return result;
}

}  // namespace

NoiseLevelResult noise_level(const cv::Mat& luma, const NoiseLevelOptions& options) {
    ENSURE(luma.empty() || luma.type() == CV_32FC1);
    ENSURE(options.threshold_db > 0);
    if (luma.cols < kSmallestSidePx || luma.rows < kSmallestSidePx) {
        return refused("The picture is smaller than 128 px on a side: too few places to compare.");
    }
    const Tiles tiles = noise::measure_tiles(luma);
    NoiseLevelResult result;
    const int usable = cv::countNonZero(tiles.usable);
    result.judged_area_percent = 100.0 * usable / tiles.size().area();
    if (usable < kFewestTiles || result.judged_area_percent < kLeastJudgedPercent) {
        return refused("Nearly all of the picture is black, white or overexposed, where noise is cut off.");
    }
    measure_levels(tiles, result);
    if (result.noise_level < kDrawnNoise) {
        return refused(
            "Even surfaces carry no noise at all: a drawing, a screenshot or a picture smoothed by processing.");
    }
    if (result.noise_level < kLeastNoise) {
        return refused(
            "Compression or smoothing has removed the noise from even surfaces, so that its level cannot be compared.");
    }
    const std::optional<cv::Mat> departures = noise::departures_db(tiles);
    if (!departures) {
        return refused("Too few places can be compared.");
    }
    const Suspicion suspicion = suspicion_of(*departures, tiles.usable);
    result.inconsistency_db = suspicion.strongest_db;
    collect_regions(suspicion.noisier, 1, luma.size(), options, result.regions);
    collect_regions(suspicion.cleaner, -1, luma.size(), options, result.regions);
    std::stable_sort(result.regions.begin(), result.regions.end(),
                     [](const auto& a, const auto& b) { return std::abs(a.contrast_db) > std::abs(b.contrast_db); });
    for (const NoiseRegion& region : result.regions) {
        result.suspicious_area_percent += region.area_percent;
    }
    result.map = map_of(suspicion, luma.size(), options.threshold_db);
    return result;
}

}  // namespace bonafide::analyzers

// The place of a grid, block by block.
//
// The tiles of a place tell which coefficients carry its trace and at which steps (Bianchi and Piva, IEEE TIFS 2012,
// weigh blocks by the likelihood of these; here the cosine at the step is averaged over as many blocks as its noise
// demands).
#include "analyzers/image/jpeg_grid/region_map.h"

#include "evidence/map_grid.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace bonafide::analyzers::grid {
namespace {

constexpr int kStepPx = 8;
constexpr std::size_t kTermsUsed = 4;
// Below this strength nothing is drawn but the tiles: it would be noise, and takes time.
constexpr double kLeastDrawnStrength = 1;
constexpr double kThresholdGrey = 128;
// The mean over a square of blocks must stand out from the blocks' noise by this much.
constexpr double kWantedDeviation = 4;
constexpr int kSmallestSquare = 3, kLargestSquare = 15;

struct Term {
    Frequency frequency{};
    float step = 0, weight = 0;
};

// The coefficients that tell the origin best in `chosen` tiles, each with its best step.
std::vector<Term> telling_terms(const Periodicity& periodicity, const cv::Mat& chosen, int origin,
                                const Candidates& candidates) {
    std::vector<OriginValues> total(kTerms);
    for (int y = 0; y < periodicity.tiles.height; ++y) {
        for (int x = 0; x < periodicity.tiles.width; ++x) {
            for (int term = 0; term < kTerms && chosen.at<unsigned char>(y, x) != 0; ++term) {
                for (int other = 0; other < kOrigins; ++other) {
                    total[term][other] += periodicity.tile(x, y)[term][other];
                }
            }
        }
    }
    std::vector<Term> terms;
    for (std::size_t frequency = 0; frequency < kFrequencies.size(); ++frequency) {
        Term best;
        for (std::size_t step = 0; step < kSteps.size(); ++step) {
            const OriginValues& values = total[frequency * kSteps.size() + step];
            float others = 0;
            for (int other = 0; other < kOrigins; ++other) {
                others += candidates[other] && other != origin ? values[other] : 0.0F;
            }
            const float weight = values[origin] - others / static_cast<float>(candidates.count() - 1);
            if (weight > best.weight) {
                best = {kFrequencies[frequency], kSteps[step], weight};
            }
        }
        if (best.weight > 0) {
            terms.push_back(best);
        }
    }
    std::stable_sort(terms.begin(), terms.end(), [](const Term& a, const Term& b) { return a.weight > b.weight; });
    terms.resize(std::min(terms.size(), kTermsUsed));
    for (Term& term : terms) {
        term.weight /= terms.front().weight + 1e-6F;
    }
    return terms;
}

// Values of whole blocks at `origin` brought to the squares of the map, each from the block that covers most of it.
void add_blocks(const cv::Mat& blocks, cv::Point origin, float weight, cv::Mat& target) {
    for (int y = 0; y < target.rows; ++y) {
        const int block_y = std::clamp(y - (origin.y > kStepPx / 2 ? 1 : 0), 0, blocks.rows - 1);
        for (int x = 0; x < target.cols; ++x) {
            const int block_x = std::clamp(x - (origin.x > kStepPx / 2 ? 1 : 0), 0, blocks.cols - 1);
            target.at<float>(y, x) += weight * blocks.at<float>(block_y, block_x);
        }
    }
}

// Another candidate, as far off as can be: what it measures is content, not the grid.
int comparison_of(int origin, const Candidates& candidates) {
    int best = origin, farthest = -1;
    for (int other = 0; other < kOrigins; ++other) {
        const int dx = std::abs(other % 8 - origin % 8), dy = std::abs(other / 8 - origin / 8);
        const int distance = std::min(std::min(dx, 8 - dx), std::min(dy, 8 - dy));
        if (candidates[other] && distance > farthest) {
            farthest = distance;
            best = other;
        }
    }
    return best;
}

}  // namespace

RegionMap::RegionMap(const cv::Mat& luma, const Periodicity& periodicity)
    : luma_(luma), periodicity_(periodicity), map_(cv::Mat::zeros(evidence::map_size(luma.size(), kStepPx), CV_8UC1)) {}

cv::Rect RegionMap::add(const cv::Mat& support, cv::Rect peak, int origin, const Candidates& candidates,
                        double strength) {
    const int squares = periodicity_.tile_px / kStepPx;
    cv::Mat enlarged_support;
    cv::resize(support, enlarged_support, support.size() * squares, 0, 0, cv::INTER_NEAREST);
    cv::Mat inside = cv::Mat::zeros(map_.size(), CV_8UC1);
    const cv::Rect common(0, 0, std::min(inside.cols, enlarged_support.cols),
                          std::min(inside.rows, enlarged_support.rows));
    enlarged_support(common).copyTo(inside(common));
    const cv::Rect peak_squares(peak.tl() * squares, cv::Size(peak.width * squares, peak.height * squares));
    if (strength < kLeastDrawnStrength) {
        const double shade = kThresholdGrey * std::pow(std::max(0.0, strength), 2);
        cv::Mat coarse;
        cv::GaussianBlur(inside, coarse, {}, squares / 2.0);
        cv::max(map_, coarse * (shade / 255), map_);
        return cv::Rect(peak_squares.tl() * kStepPx, peak_squares.size() * kStepPx) & cv::Rect({0, 0}, luma_.size());
    }
    const cv::Point corner(origin % 8, origin / 8);
    const int other = comparison_of(origin, candidates);
    const cv::Point other_corner(other % 8, other / 8);
    cv::Mat values = cv::Mat::zeros(map_.size(), CV_32FC1);
    for (const Term& term : telling_terms(periodicity_, support, origin, candidates)) {
        add_blocks(block_periodicity(luma_, corner, term.frequency, term.step), corner, term.weight, values);
        add_blocks(block_periodicity(luma_, other_corner, term.frequency, term.step), other_corner, -term.weight,
                   values);
    }
    cv::Scalar mean, deviation, outside_mean, outside_deviation;
    cv::meanStdDev(values(peak_squares & cv::Rect({0, 0}, values.size())), mean, deviation);
    cv::meanStdDev(values, outside_mean, outside_deviation, inside == 0);
    const double level = std::max(1e-3, mean[0] - outside_mean[0]);
    const int side =
        std::clamp(static_cast<int>(kWantedDeviation * deviation[0] / level) | 1, kSmallestSquare, kLargestSquare);
    cv::Mat smooth;
    cv::boxFilter(values - outside_mean[0], smooth, CV_32F, {side, side});
    cv::boxFilter(smooth, smooth, CV_32F, {3, 3});
    // 128 at half of what the strongest window shows.
    cv::Mat shade;
    smooth.convertTo(shade, CV_8U, kThresholdGrey * 2 / level);
    cv::max(map_, shade, map_);
    cv::Mat labels, statistics, centres;
    cv::Mat drawn = shade >= kThresholdGrey;
    drawn(peak_squares & cv::Rect({0, 0}, values.size())).setTo(255);
    cv::connectedComponentsWithStats(drawn, labels, statistics, centres, 8);
    const int label = labels.at<int>(peak_squares.y, peak_squares.x);
    const cv::Rect box(statistics.at<int>(label, cv::CC_STAT_LEFT), statistics.at<int>(label, cv::CC_STAT_TOP),
                       statistics.at<int>(label, cv::CC_STAT_WIDTH), statistics.at<int>(label, cv::CC_STAT_HEIGHT));
    return cv::Rect(box.tl() * kStepPx, box.size() * kStepPx) & cv::Rect({0, 0}, luma_.size());
}

}  // namespace bonafide::analyzers::grid

// Which grid a place votes for, and how many votes are too many to be chance.
//
// Nikoukhah, Anger, Ehret, Colom, Morel and Grompone von Gioi, "ZERO: a local JPEG grid origin detector based on the
// number of DCT zeros and its applications in image forensics", IPOL 11, 2021: places vote for one of 64 origins, and a
// binomial tail times the number of tests bounds the number of false alarms. Deviations: a tile votes, not a pixel, so
// that votes share no block and need no correction for overlap; it votes by the periodicity of coefficients, which
// outlives a second save, not by the number of zeros, which does not. Without compression no candidate is preferred
// (the origins that resemble the file's own grid are no candidates), so a vote is for any one with probability 1 / n.
#include "analyzers/image/jpeg_grid/origins.h"

#include "base/ensure.h"

#include <algorithm>
#include <cmath>

namespace bonafide::analyzers::grid {
namespace {

constexpr int kSidePx = 8;
// A single coefficient at a single step counts for this many standard deviations at most, so that one periodic pattern
// in the scene cannot speak for all.
constexpr float kMostOfATerm = 8;
// Spread of a sum of cosines of random phases is sqrt(blocks / 2). Far less means that the place is so even that its
// coefficients are alike on every grid.
constexpr float kLeastSpread = 0.07F;
// The sum over coefficients of the largest deviation over steps has a standard deviation of about 1.9 without a grid.
constexpr float kLeastScoreSpread = 1.2F;
constexpr float kOutlier = 2.5F;
constexpr int kFewestInformativeTerms = 20;

struct Moments {
    float mean = 0, spread = 0;
};

// Mean and standard deviation over the candidates, without those that stand out: a true grid must not hide itself.
Moments robust_moments(const OriginValues& values, const std::vector<int>& candidates) {
    Moments moments;
    float low = -1e30F, high = 1e30F;
    for (int pass = 0; pass < 3; ++pass) {
        float count = 0, sum = 0, squares = 0;
        for (const int origin : candidates) {
            const float value = values[origin];
            const float kept = value >= low && value <= high ? 1.0F : 0.0F;
            count += kept;
            sum += kept * value;
            squares += kept * value * value;
        }
        if (count < 3) {
            break;
        }
        moments.mean = sum / count;
        moments.spread = std::sqrt(std::max(0.0F, squares / count - moments.mean * moments.mean));
        low = moments.mean - kOutlier * moments.spread;
        high = moments.mean + kOutlier * moments.spread;
    }
    return moments;
}

std::vector<int> list_of(const Candidates& candidates) {
    std::vector<int> list;
    for (int origin = 0; origin < kOrigins; ++origin) {
        if (candidates[origin]) {
            list.push_back(origin);
        }
    }
    return list;
}

void add(std::vector<OriginValues>& total, const OriginValues* sums) {
    for (int term = 0; term < kTerms; ++term) {
        for (int origin = 0; origin < kOrigins; ++origin) {
            total[term][origin] += sums[term][origin];
        }
    }
}

}  // namespace

Candidates without_lines_of(Candidates candidates, int origin) {
    for (int other = 0; other < kOrigins; ++other) {
        if (other % kSidePx == origin % kSidePx || other / kSidePx == origin / kSidePx) {
            candidates.reset(other);
        }
    }
    return candidates;
}

OriginScores score_origins(const OriginValues* sums, int blocks, const Candidates& candidates) {
    const std::vector<int> list = list_of(candidates);
    ENSURE(list.size() >= 9 && blocks > 0);
    OriginScores scores;
    OriginValues summed{};
    const float least_spread = kLeastSpread * std::sqrt(static_cast<float>(blocks));
    int informative = 0;
    for (std::size_t frequency = 0; frequency < kFrequencies.size(); ++frequency) {
        OriginValues largest;
        largest.fill(-kMostOfATerm);
        for (std::size_t step = 0; step < kSteps.size(); ++step) {
            const OriginValues& values = sums[frequency * kSteps.size() + step];
            const Moments moments = robust_moments(values, list);
            informative += moments.spread > least_spread ? 1 : 0;
            const float inverse = 1 / std::max(moments.spread, least_spread);
            for (const int origin : list) {
                largest[origin] =
                    std::max(largest[origin], std::min(kMostOfATerm, (values[origin] - moments.mean) * inverse));
            }
        }
        for (const int origin : list) {
            summed[origin] += largest[origin];
        }
    }
    scores.informative = informative >= kFewestInformativeTerms;
    const Moments moments = robust_moments(summed, list);
    const float inverse = 1 / std::max(moments.spread, kLeastScoreSpread);
    for (const int origin : list) {
        scores.deviations[origin] = (summed[origin] - moments.mean) * inverse;
        if (scores.best < 0 || scores.deviations[origin] > scores.deviations[scores.best]) {
            scores.best = origin;
        }
    }
    return scores;
}

std::vector<Window> score_windows(const Periodicity& periodicity, int side, const Candidates& candidates) {
    std::vector<Window> windows;
    const int stride = std::max(1, side / 2);
    std::vector<OriginValues> total(kTerms);
    for (int top = 0; top + side <= periodicity.tiles.height; top += stride) {
        for (int left = 0; left + side <= periodicity.tiles.width; left += stride) {
            std::fill(total.begin(), total.end(), OriginValues{});
            for (int y = top; y < top + side; ++y) {
                for (int x = left; x < left + side; ++x) {
                    add(total, periodicity.tile(x, y));
                }
            }
            windows.push_back(
                {{left, top, side, side}, score_origins(total.data(), periodicity.blocks * side * side, candidates)});
        }
    }
    return windows;
}

OriginScores score_chosen(const Periodicity& periodicity, const cv::Mat& chosen, const Candidates& candidates) {
    std::vector<OriginValues> total(kTerms);
    int count = 0;
    for (int y = 0; y < periodicity.tiles.height; ++y) {
        for (int x = 0; x < periodicity.tiles.width; ++x) {
            if (chosen.at<unsigned char>(y, x) != 0) {
                add(total, periodicity.tile(x, y));
                ++count;
            }
        }
    }
    return count == 0 ? OriginScores{} : score_origins(total.data(), periodicity.blocks * count, candidates);
}

double log10_binomial_tail(int trials, int successes, double probability) {
    if (successes <= 0) {
        return 0;
    }
    // The first term of the tail dominates where it matters; the rest is a geometric series at most as long.
    double log_term = std::lgamma(trials + 1.0) - std::lgamma(successes + 1.0) - std::lgamma(trials - successes + 1.0) +
                      successes * std::log(probability) + (trials - successes) * std::log1p(-probability);
    double sum = 0, ratio = 1;
    for (int count = successes; count <= trials && ratio > 1e-12; ++count) {
        sum += ratio;
        ratio *= static_cast<double>(trials - count) / (count + 1.0) * probability / (1 - probability);
    }
    return std::min(0.0, (log_term + std::log(sum)) / std::log(10.0));
}

}  // namespace bonafide::analyzers::grid

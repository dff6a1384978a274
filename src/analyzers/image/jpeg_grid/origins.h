#pragma once

#include "analyzers/image/jpeg_grid/periodicity.h"

#include <bitset>
#include <vector>

namespace bonafide::analyzers::grid {

/// Origins that are compared with each other.
using Candidates = std::bitset<kOrigins>;

/// All origins that share neither a column nor a row of block borders with the grid of `origin`, which would resemble
/// it.
Candidates without_lines_of(Candidates candidates, int origin);

/// How far every origin stands out from the others, in standard deviations; 0 where it is no candidate.
struct OriginScores {
    OriginValues deviations{};
    bool informative = false;  ///< false where the place is too even for any grid to show
    int best = -1;             ///< the candidate that stands out most
    float best_deviation() const { return best < 0 ? 0.0F : deviations[best]; }
};

/// Scores one place from its sums: kTerms entries at `sums`, over `blocks` blocks an origin. At least nine candidates.
OriginScores score_origins(const OriginValues* sums, int blocks, const Candidates& candidates);

/// A square of tiles and its scores.
struct Window {
    cv::Rect tiles;
    OriginScores scores;
};

/// Scores of all windows of `side` x `side` tiles, every half side.
std::vector<Window> score_windows(const Periodicity& periodicity, int side, const Candidates& candidates);

/// Scores of all tiles together that `chosen` (CV_8UC1, size of the tiles) marks by a value other than 0.
OriginScores score_chosen(const Periodicity& periodicity, const cv::Mat& chosen, const Candidates& candidates);

/// log10 of the probability of at least `successes` in `trials` independent trials of `probability` each; at most 0.
double log10_binomial_tail(int trials, int successes, double probability);

}  // namespace bonafide::analyzers::grid

#pragma once

#include "features/codec_grid/search.h"
#include "features/codec_grid/stretches.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

namespace bonafide::analyzers::voice {

/// Between two stretches of sound whose blocks of the same coder do not continue each other.
struct GridShift {
    double start_s = 0, end_s = 0;  ///< the cut lies between
    double strength = 0;  ///< deviations by which each side's own place of the blocks stands out from the other side's,
                          ///< the smaller of the two
    features::codec_grid::Transform transform = features::codec_grid::Transform::kMp3;
    int shift = 0;  ///< samples, modulo the hop, 1 to hop - 1
};

/// Looks for moments at which the block grid of a lossy coder jumps, as it does where decoded sound was cut. Memory
/// does not grow with the length.
class GridShifts {
  public:
    GridShifts(int rate_hz, double least_strength);
    void add(std::span<const float> mono);
    void finish();

    /// In order of time, the strongest where there are too many.
    const std::vector<GridShift>& found() const { return found_; }
    std::int64_t count() const { return count_; }
    /// Also where it lies below what counts; nothing where fewer than two stretches could be compared.
    std::optional<double> strongest() const { return strongest_; }
    /// Strength of the grid itself, over all that was looked at.
    features::codec_grid::Trace trace(features::codec_grid::Transform transform) const { return sum_.trace(transform); }
    std::int64_t stretches() const { return stretches_heard_; }

  private:
    struct Heard {
        std::int64_t first = 0;
        std::array<features::codec_grid::Levels, features::codec_grid::kTransforms> levels;
    };
    void take(std::span<const float> stretch, std::int64_t first);
    void judge(std::size_t split);
    void keep();

    int rate_hz_;
    double least_strength_;
    features::codec_grid::Search search_;
    features::codec_grid::Stretches stretches_;
    features::codec_grid::Sum sum_;
    std::optional<features::codec_grid::Transform> only_;  // the one that is searched on; empty: all
    std::deque<Heard> heard_;
    std::size_t next_split_ = 1;  // in heard_
    std::optional<GridShift> candidate_;
    std::int64_t candidate_split_ = 0, splits_ = 0;
    std::vector<GridShift> found_;
    std::int64_t count_ = 0, stretches_heard_ = 0;
    std::optional<double> strongest_;
};

}  // namespace bonafide::analyzers::voice

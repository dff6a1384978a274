#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace bonafide::analyzers::video {

/// Follows presentation times. Memory does not grow with the number of frames.
class Timing {
  public:
    struct Gap {
        double start_s = 0, end_s = 0;
    };

    /// Takes the next time in display order and returns the interval to the one before in units of the nominal
    /// interval, at least 1; 1 as long as no nominal interval is known.
    double add(double time_s);

    /// The most frequent interval in seconds; nothing before the second frame.
    std::optional<double> nominal_s() const;
    /// Share of the intervals that differ from the nominal one by more than a fifth: phones and screen recorders vary
    /// theirs.
    double variable_share() const;
    /// Intervals of at least 1.8 times the nominal one; all are counted, a bounded number is kept.
    std::vector<Gap> gaps() const;
    std::int64_t gap_count() const;
    /// Times that stand still or run backwards.
    std::int64_t faults = 0;
    std::vector<double> fault_times_s;

  private:
    std::int64_t nominal_ticks() const;
    std::map<std::int64_t, std::int64_t> intervals_;  ///< tenths of a millisecond -> how often
    std::int64_t other_intervals_ = 0, total_ = 0;
    std::vector<Gap> candidates_;
    std::optional<double> last_s_;
    std::int64_t cached_nominal_ = 0;
};

}  // namespace bonafide::analyzers::video

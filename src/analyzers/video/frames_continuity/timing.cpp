// Presentation times against the film's own nominal rate. Limit: where the rate varies by design, a gap says nothing.
#include "analyzers/video/frames_continuity/timing.h"

#include <algorithm>
#include <cmath>

namespace bonafide::analyzers::video {
namespace {

constexpr double kTicksOfSecond = 10'000;
constexpr std::int64_t kRoundingTicks = 10;  // a millisecond, the clock of Matroska
constexpr std::size_t kMostIntervals = 512;
constexpr std::size_t kMostKept = 64;
constexpr double kGap = 1.8;
constexpr double kTolerance = 0.2;
constexpr double kMostInterval_s = 3600;

}  // namespace

std::int64_t Timing::nominal_ticks() const {
    std::int64_t ticks = 0;
    std::int64_t most = 0;
    // Neighbouring ticks belong together: containers round 33.37 ms now up, now down.
    for (const auto& [interval, count] : intervals_) {
        std::int64_t together = count;
        for (auto it = intervals_.upper_bound(interval);
             it != intervals_.end() && it->first <= interval + kRoundingTicks; ++it) {
            together += it->second;
        }
        if (together > most) {
            most = together;
            ticks = interval;
        }
    }
    return ticks;
}

double Timing::add(double time_s) {
    double steps = 1;
    if (last_s_) {
        const double interval_s = time_s - *last_s_;
        if (interval_s <= 0) {
            ++faults;
            if (fault_times_s.size() < kMostKept) {
                fault_times_s.push_back(time_s);
            }
            last_s_ = time_s;
            return steps;
        }
        const auto ticks =
            static_cast<std::int64_t>(std::lround(std::min(interval_s, kMostInterval_s) * kTicksOfSecond));
        if (const auto known = intervals_.find(ticks); known != intervals_.end()) {
            ++known->second;
        } else if (intervals_.size() < kMostIntervals) {
            intervals_.emplace(ticks, 1);
        } else {
            ++other_intervals_;
        }
        ++total_;
        constexpr std::int64_t kRefresh = 64;
        if (total_ <= kRefresh || total_ % kRefresh == 0) {
            cached_nominal_ = nominal_ticks();
        }
        if (cached_nominal_ > 0) {
            steps = std::max(1.0, static_cast<double>(ticks) / static_cast<double>(cached_nominal_));
        }
        if (steps >= kGap && candidates_.size() < kMostKept) {
            candidates_.push_back({*last_s_, time_s});
        }
    }
    last_s_ = time_s;
    return steps;
}

std::optional<double> Timing::nominal_s() const {
    return total_ == 0 ? std::nullopt : std::optional(static_cast<double>(nominal_ticks()) / kTicksOfSecond);
}

double Timing::variable_share() const {
    if (total_ == 0) {
        return 0;
    }
    const auto nominal = static_cast<double>(nominal_ticks());
    std::int64_t odd = other_intervals_;
    for (const auto& [interval, count] : intervals_) {
        odd += std::abs(static_cast<double>(interval) - nominal) > kTolerance * nominal ? count : 0;
    }
    return static_cast<double>(odd) / static_cast<double>(total_);
}

std::vector<Timing::Gap> Timing::gaps() const {
    std::vector<Gap> sure;
    const double least_s = kGap * nominal_s().value_or(0.0);
    std::copy_if(candidates_.begin(), candidates_.end(), std::back_inserter(sure),
                 [&](const Gap& gap) { return gap.end_s - gap.start_s >= least_s; });
    return sure;
}

std::int64_t Timing::gap_count() const {
    const double least = kGap * static_cast<double>(nominal_ticks());
    std::int64_t count = 0;
    for (const auto& [interval, often] : intervals_) {
        count += static_cast<double>(interval) >= least ? often : 0;
    }
    return count;
}

}  // namespace bonafide::analyzers::video

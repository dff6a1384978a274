// Real bandwidth from the long-term spectrum.
//
// Lossy coders cut off what lies above a frequency that depends on the bit rate, and leave bands empty: Yang, Shi and
// Huang, "Defeating fake-quality MP3" (MM&Sec 2009); Liu, Sung and Qiao, "Detection of double MP3 compression" (2010).
// Resampling upwards leaves an edge at the old half rate. Deviations: the edge is the largest fall of the averaged
// level within 600 Hz above which nothing rises again. Limits: says how wide the sound is, not why: a microphone, a
// telephone, a coder and a resampler all leave edges.
#include "features/sound/bandwidth.h"

#include "features/sound/short_time.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace bonafide::features::sound {
namespace {

constexpr double kLeastStep_db = 15;
constexpr double kReach_hz = 300;
constexpr double kLowestEdge_hz = 1000;
constexpr double kHighestEdgeShare = 0.93;  // of half the rate: every converter falls off above
constexpr double kRise_db = 12;
constexpr double kLoudPower = 1e-6;    // of a frame, all bins together
constexpr double kEmptyPower = 2e-12;  // of a band: below what 16-bit rounding puts there

double mean(std::span<const double> values, std::size_t first, std::size_t last) {
    return std::accumulate(values.begin() + static_cast<std::ptrdiff_t>(first),
                           values.begin() + static_cast<std::ptrdiff_t>(last), 0.0) /
           static_cast<double>(last - first);
}

}  // namespace

Bandwidth find_bandwidth(std::span<const double> power, int rate_hz) {
    const double half_hz = rate_hz / 2.0;
    Bandwidth found{half_hz, 0};
    if (power.size() < 16 || rate_hz <= 0) {
        return found;
    }
    std::vector<double> level_db(power.size());
    std::transform(power.begin(), power.end(), level_db.begin(), decibels);
    const double bin_hz = half_hz / static_cast<double>(power.size() - 1);
    const auto reach = std::max<std::size_t>(2, static_cast<std::size_t>(kReach_hz / bin_hz));
    const auto lowest = std::max(reach, static_cast<std::size_t>(kLowestEdge_hz / bin_hz));
    const auto highest = std::min(power.size() - reach, static_cast<std::size_t>(kHighestEdgeShare * half_hz / bin_hz));
    double loudest_above_db = -1000;
    for (std::size_t bin = power.size(); bin-- > lowest;) {
        if (bin + reach < power.size()) {
            loudest_above_db = std::max(loudest_above_db, level_db[bin + reach]);
        }
        if (bin >= highest) {
            continue;
        }
        const double below_db = mean(level_db, bin - reach, bin);
        const double step_db = below_db - mean(level_db, bin, bin + reach);
        if (step_db > found.step_db && loudest_above_db < below_db - kRise_db) {
            found = {static_cast<double>(bin) * bin_hz, step_db};
        }
    }
    if (found.step_db < kLeastStep_db) {
        found.edge_hz = half_hz;
    }
    return found;
}

void SpectrumAverage::add(std::span<const float> power) {
    sum_.resize(power.size());
    holes_.resize(kBands);
    const double all = std::accumulate(power.begin() + 1, power.end(), 0.0);
    if (all < kLoudPower) {
        return;
    }
    ++loud_frames_;
    std::transform(power.begin(), power.end(), sum_.begin(), sum_.begin(),
                   [](float value, double sum) { return sum + value; });
    for (std::size_t band = 0; band < kBands; ++band) {
        const std::size_t first = 1 + band * (power.size() - 1) / kBands;
        const std::size_t last = 1 + (band + 1) * (power.size() - 1) / kBands;
        const double inside = std::accumulate(power.begin() + static_cast<std::ptrdiff_t>(first),
                                              power.begin() + static_cast<std::ptrdiff_t>(last), 0.0);
        holes_[band] += inside < kEmptyPower * static_cast<double>(last - first) ? 1 : 0;
    }
}

Bandwidth SpectrumAverage::bandwidth() const {
    std::vector<double> power(sum_);
    for (double& value : power) {
        value /= static_cast<double>(std::max<std::int64_t>(loud_frames_, 1));
    }
    return find_bandwidth(power, rate_hz_);
}

double SpectrumAverage::hole_share() const {
    const double share = bandwidth().edge_hz / (rate_hz_ / 2.0);
    // What lies above the edge is missing throughout and no hole.
    const auto bands = std::min(kBands, static_cast<std::size_t>(share * kBands));
    if (bands == 0 || loud_frames_ == 0 || holes_.empty()) {
        return 0;
    }
    const std::int64_t empty =
        std::accumulate(holes_.begin(), holes_.begin() + static_cast<std::ptrdiff_t>(bands), std::int64_t{0});
    return static_cast<double>(empty) / (static_cast<double>(loud_frames_) * static_cast<double>(bands));
}

}  // namespace bonafide::features::sound

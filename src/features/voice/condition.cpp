// Whether a window holds speech at all, and how clean it is.
//
// Speech opens and closes several times a second, is periodic in part, and its pitch glides: Scheirer and Slaney,
// "Construction and evaluation of a robust multifeature speech/music discriminator" (ICASSP 1997), used the 4 Hz
// modulation and the share of quiet frames; here they are joined with periodicity. Signal-to-noise ratio: the quietest
// moments of each band stand for the noise, after Martin, "Noise power spectral density estimation based on optimal
// smoothing and minimum statistics" (IEEE TSAP 9(5), 2001), without the smoothing. Limits: singing over a beat passes
// for speech; a babble of many voices passes for noise; reverberation counts as noise.
#include "features/voice/condition.h"

#include "features/voice/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace bonafide::features::voice {
namespace {

constexpr float kActive_db = 30;
constexpr float kPeriodic = 0.6F;
constexpr double kSilence_db = -70;
constexpr double kHighestSnr_db = 60;
constexpr double kNoiseShare = 0.08;
constexpr double kEdge_db = 45;                      // below the loudest band: nothing is there
constexpr double kFullScaleSine = 0.25 * 200 * 200;  // its power in one bin, under the window of the frames
/// The main lobe of the window spreads a sine over about 1.5 bins.
constexpr double kLobe = 1.5;

double deviation(const std::vector<double>& values) {
    if (values.empty()) {
        return 0;
    }
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    double squares = 0;
    for (const double value : values) {
        squares += (value - mean) * (value - mean);
    }
    return std::sqrt(squares / static_cast<double>(values.size()));
}

/// Mean of the levels in `reach` frames around each: removes what is faster.
std::vector<double> smoothed(const std::vector<double>& levels, std::size_t reach) {
    std::vector<double> sums(levels.size() + 1);
    std::partial_sum(levels.begin(), levels.end(), sums.begin() + 1);
    std::vector<double> result(levels.size());
    for (std::size_t i = 0; i < levels.size(); ++i) {
        const std::size_t first = i - std::min(i, reach);
        const std::size_t last = std::min(levels.size(), i + reach + 1);
        result[i] = (sums[last] - sums[first]) / static_cast<double>(last - first);
    }
    return result;
}

/// Between about 2 and 10 Hz: a fast mean less a slow one.
double syllable_movement(const std::vector<float>& levels, float loud_db) {
    std::vector<double> limited(levels.size());
    std::transform(levels.begin(), levels.end(), limited.begin(),
                   [loud_db](float level) { return std::max<double>(level, loud_db - 40); });
    std::vector<double> fast = smoothed(limited, 2);
    const std::vector<double> slow = smoothed(limited, 12);
    std::transform(fast.begin(), fast.end(), slow.begin(), fast.begin(), std::minus<>());
    return deviation(fast);
}

double signal_to_noise_db(std::span<const Frame> frames, const std::vector<float>& levels, float gate_db) {
    double signal = 0, noise = 0;
    std::vector<float> powers(frames.size());
    for (std::size_t band = 0; band < kLinearBands; ++band) {
        double loud = 0;
        std::size_t count = 0;
        for (std::size_t i = 0; i < frames.size(); ++i) {
            powers[i] = frames[i].linear[band];
            loud += levels[i] >= gate_db ? static_cast<double>(powers[i]) : 0;
            count += levels[i] >= gate_db ? 1 : 0;
        }
        signal += loud / static_cast<double>(std::max<std::size_t>(count, 1));
        noise += quantile(powers, kNoiseShare);
    }
    if (!(signal > 0)) {
        return 0;
    }
    return std::clamp(10 * std::log10(signal / std::max(noise, signal * 1e-9)), 0.0, kHighestSnr_db);
}

double bandwidth(std::span<const Frame> frames) {
    std::array<double, kLinearBands> mean{};
    for (const Frame& frame : frames) {
        std::transform(mean.begin(), mean.end(), frame.linear.begin(), mean.begin(), std::plus<>());
    }
    const double least = *std::max_element(mean.begin(), mean.end()) * std::pow(10, -kEdge_db / 10);
    std::size_t last = kLinearBands;
    while (last > 0 && mean[last - 1] <= least) {
        --last;
    }
    return static_cast<double>(last) * kRate_hz / 2 / kLinearBands;
}

}  // namespace

Condition condition_of(std::span<const Frame> frames) {
    Condition result;
    if (frames.empty()) {
        return result;
    }
    std::vector<float> levels(frames.size());
    std::transform(frames.begin(), frames.end(), levels.begin(), level_db);
    const float loud_db = quantile(levels, 0.95);
    const float gate_db = loud_db - kActive_db;
    result.level_db = loud_db - 10 * std::log10(kFullScaleSine * kLobe);
    std::vector<float> pitches;
    std::size_t active = 0, neighbours = 0, same = 0;
    float last_period = 0;
    for (std::size_t i = 0; i < frames.size(); ++i) {
        const bool is_active = levels[i] >= gate_db;
        const bool is_voiced = is_active && frames[i].periodicity >= kPeriodic && frames[i].pitch_hz > 0;
        active += is_active ? 1 : 0;
        const float period = is_voiced ? static_cast<float>(kRate_hz) / frames[i].pitch_hz : 0;
        if (is_voiced) {
            pitches.push_back(12 * std::log2(frames[i].pitch_hz / 100));
            neighbours += last_period > 0 ? 1 : 0;
            same += last_period > 0 && std::abs(period - last_period) < 0.5F ? 1 : 0;
        }
        last_period = period;
    }
    result.active_share = static_cast<double>(active) / static_cast<double>(frames.size());
    result.active_s = static_cast<double>(active) * kHop_s;
    result.voiced_share = active == 0 ? 0 : static_cast<double>(pitches.size()) / static_cast<double>(active);
    result.steady_share = neighbours == 0 ? 0 : static_cast<double>(same) / static_cast<double>(neighbours);
    const float middle = quantile(pitches, 0.5);
    std::vector<double> around;
    for (const float pitch : pitches) {
        if (std::abs(pitch - middle) < 9) {  // no octave errors
            around.push_back(pitch - middle);
        }
    }
    result.pitch_spread = deviation(around);
    result.syllable_movement_db = syllable_movement(levels, loud_db);
    result.snr_db = signal_to_noise_db(frames, levels, gate_db);
    result.bandwidth_hz = bandwidth(frames);
    return result;
}

Content content_of(const Condition& condition) {
    if (condition.level_db < kSilence_db) {
        return Content::kSilence;
    }
    if (condition.syllable_movement_db < 2.0) {
        return condition.voiced_share < 0.1 ? Content::kNoise : Content::kSteady;
    }
    if (condition.voiced_share < 0.1) {
        return Content::kUnvoiced;
    }
    if (condition.pitch_spread < 0.25) {
        return Content::kSteady;
    }
    // Instruments hold a pitch; voices glide.
    if (condition.steady_share > 0.45) {
        return Content::kMusic;
    }
    return Content::kSpeech;
}

const char* name_of(Content content) {
    switch (content) {
        case Content::kSpeech:
            return "speech";
        case Content::kSilence:
            return "silence";
        case Content::kSteady:
            return "steady sound";
        case Content::kNoise:
            return "noise";
        case Content::kUnvoiced:
            return "sound without a voice";
        case Content::kMusic:
            return "music";
    }
    return "unknown";
}

}  // namespace bonafide::features::voice

// Discontinuities in sound.
//
// Clicks: a cut without a cross-fade leaves a sample that linear prediction cannot foresee: Godsill and Rayner,
// "Digital Audio Restoration" (1998), chapter 5; Cooper, "Detecting butt-spliced edits in forensic digital audio
// recordings" (AES 2010). Deviation: the largest error is measured against the largest other one nearby, since voices
// have a pulse in every pitch period. Background: Pan, Zhang and Lyu, "Detecting splicing in digital audios using local
// noise level estimation" (ICASSP 2012). Deviation: the quietest frame of each band within 1.6 s on either side stands
// for the noise, instead of a kurtosis fit. Limits: a cut at a quiet moment or with a cross-fade leaves no click; music
// and rooms that change leave steps of their own.
#include "analyzers/audio/spectrum_bandwidth/breaks.h"

#include "features/sound/short_time.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

namespace bonafide::analyzers::audio {
namespace {

constexpr std::size_t kMostKept = 32;
constexpr std::size_t kOrder = 24;
constexpr double kAround_s = 0.002;
constexpr double kLeastMedian = 1e-5;  // of full scale: a third of a 16-bit step
constexpr double kLeastError = 2e-3;   // of full scale: smaller clicks are not heard
constexpr double kOverMedian = 12;
constexpr double kSide_s = 1.6;
constexpr float kQuietLevel_db = -110;  // below it, a band holds nothing but rounding

/// Prediction coefficients by Levinson and Durbin from the windowed autocorrelation; empty for silence.
std::vector<double> predictor(std::span<const float> frame) {
    std::vector<double> windowed(frame.size());
    const double step = 2 * std::numbers::pi / static_cast<double>(frame.size());
    for (std::size_t i = 0; i < frame.size(); ++i) {
        windowed[i] = frame[i] * (0.5 - 0.5 * std::cos(step * static_cast<double>(i)));
    }
    std::array<double, kOrder + 1> correlation{};
    for (std::size_t lag = 0; lag <= kOrder; ++lag) {
        correlation[lag] = std::inner_product(windowed.begin() + static_cast<std::ptrdiff_t>(lag), windowed.end(),
                                              windowed.begin(), 0.0);
    }
    if (correlation[0] < 1e-10) {
        return {};
    }
    double error = correlation[0] * (1 + 1e-7);
    std::vector<double> coefficients(kOrder, 0.0);
    for (std::size_t i = 0; i < kOrder; ++i) {
        double reflection = correlation[i + 1];
        for (std::size_t j = 0; j < i; ++j) {
            reflection -= coefficients[j] * correlation[i - j];
        }
        reflection /= error;
        std::vector<double> next(coefficients);
        next[i] = reflection;
        for (std::size_t j = 0; j < i; ++j) {
            next[j] = coefficients[j] - reflection * coefficients[i - 1 - j];
        }
        coefficients = std::move(next);
        error *= 1 - reflection * reflection;
        if (error <= 0) {
            break;
        }
    }
    return coefficients;
}

}  // namespace

void BreakList::add(const Break& found) {
    ++count;
    strongest = std::max(strongest, found.strength);
    if (kept.size() < kMostKept) {
        kept.push_back(found);
        return;
    }
    const auto weakest = std::min_element(kept.begin(), kept.end(),
                                          [](const Break& a, const Break& b) { return a.strength < b.strength; });
    if (weakest->strength < found.strength) {
        *weakest = found;
    }
}

double isolated_error(std::span<const float> frame, int rate_hz, std::size_t& position) {
    position = 0;
    if (frame.size() < 4 * kOrder) {
        return 0;
    }
    const std::vector<double> coefficients = predictor(frame);
    if (coefficients.empty()) {
        return 0;
    }
    std::vector<float> errors(frame.size(), 0.0F);
    for (std::size_t i = kOrder; i < frame.size(); ++i) {
        double expected = 0;
        for (std::size_t j = 0; j < kOrder; ++j) {
            expected += coefficients[j] * frame[i - 1 - j];
        }
        errors[i] = static_cast<float>(std::abs(frame[i] - expected));
    }
    const std::size_t quarter = frame.size() / 4;
    const auto peak = std::max_element(errors.begin() + static_cast<std::ptrdiff_t>(quarter),
                                       errors.end() - static_cast<std::ptrdiff_t>(quarter));
    position = static_cast<std::size_t>(peak - errors.begin());
    const float largest = *peak;
    const auto around = std::max(static_cast<std::size_t>(kAround_s * rate_hz), kOrder);
    float other = 0;
    for (std::size_t i = kOrder; i < errors.size(); ++i) {
        if (i + around < position || i > position + around) {
            other = std::max(other, errors[i]);
        }
    }
    const auto middle = errors.begin() + static_cast<std::ptrdiff_t>(errors.size() / 2);
    std::nth_element(errors.begin(), middle, errors.end());
    const double median = std::max<double>(*middle, kLeastMedian);
    if (largest < kLeastError || largest < kOverMedian * median) {
        return 0;
    }
    return largest / std::max<double>(other, kLeastMedian);
}

void Clicks::add(std::span<const float> frame) {
    std::size_t position = 0;
    const double ratio = isolated_error(frame, rate_hz_, position);
    if (ratio >= least_ratio_) {
        found.add(
            {static_cast<double>(start_ + static_cast<std::int64_t>(position)) / rate_hz_, std::min(ratio, 100.0)});
    }
    start_ += static_cast<std::int64_t>(frame.size() / 2);
}

void NoiseSteps::add(std::span<const float> power) {
    const std::size_t bins = power.size() - 1;
    hop_s_ = static_cast<double>(bins) / rate_hz_;
    std::vector<float> levels(kBands);
    for (std::size_t band = 0; band < kBands; ++band) {
        const std::size_t first = 1 + band * bins / kBands;
        const std::size_t last = 1 + (band + 1) * bins / kBands;
        const double sum = std::accumulate(power.begin() + static_cast<std::ptrdiff_t>(first),
                                           power.begin() + static_cast<std::ptrdiff_t>(last), 0.0);
        levels[band] = static_cast<float>(features::sound::decibels(sum / static_cast<double>(last - first)));
    }
    levels_.push_back(std::move(levels));
    ++frames_;
    if (static_cast<double>(levels_.size()) * hop_s_ > 2 * kSide_s) {
        judge();
        levels_.pop_front();
    }
}

void NoiseSteps::judge() {
    const std::size_t middle = levels_.size() / 2;
    std::array<float, kBands> steps_db{};
    for (std::size_t band = 0; band < kBands; ++band) {
        float before = 200;
        float after = 200;
        for (std::size_t i = 0; i < levels_.size(); ++i) {
            float& quietest = i < middle ? before : after;
            quietest = std::min(quietest, levels_[i][band]);
        }
        steps_db[band] = std::max(after, kQuietLevel_db) - std::max(before, kQuietLevel_db);
    }
    // A new background is louder, or quieter, in nearly all bands; speech without a pause is so in some.
    std::sort(steps_db.begin(), steps_db.end());
    const std::size_t few = kBands / 4;
    const double step_db = std::max({0.0F, steps_db[few], -steps_db[kBands - 1 - few]});
    const double time_s = (static_cast<double>(frames_) - static_cast<double>(levels_.size()) / 2) * hop_s_;
    if (step_db > candidate_.strength) {
        candidate_ = {time_s, step_db};
    } else if (time_s - candidate_.time_s > kSide_s) {
        flush_candidate();
    }
}

void NoiseSteps::flush_candidate() {
    if (candidate_.strength >= least_step_db_) {
        found.add(candidate_);
    }
    candidate_ = {};
}

void NoiseSteps::finish() {
    flush_candidate();
}

}  // namespace bonafide::analyzers::audio

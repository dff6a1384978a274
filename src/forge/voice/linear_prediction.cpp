// A residual-excited vocoder: Un and Magill, "The residual-excited linear prediction vocoder with transmission rate
// below 9.6 kbits/s", IEEE Transactions on Communications 23(12), 1975; the height of the excitation is made up by
// folding its spectrum: Makhoul and Berouti, "High-frequency regeneration in speech coding systems", ICASSP 1979.
// Prediction by autocorrelation (Makhoul, "Linear prediction: a tutorial review", Proceedings of the IEEE 63(4), 1975),
// every 10 ms, with reflection coefficients interpolated between. Deviation: nothing is quantised.
#include "forge/voice/linear_prediction.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace bonafide::forge {
namespace {

constexpr std::size_t kOrder = 18;
constexpr std::size_t kFrame = 480, kHop = 160;  // 30 and 10 ms
constexpr std::size_t kStep = 40;                // filters change so often
constexpr std::size_t kFold = 5;                 // 16 kHz / 5 / 2 = 1,600 Hz are kept
constexpr std::size_t kTaps = 101;
/// White noise of -40 dB under each frame, and lags fading as a Gaussian of 60 Hz: no filter rings for long.
constexpr double kWhite = 1e-4;
constexpr double kLagWidth_hz = 60, kRate_hz = 16'000;

using Coefficients = std::array<double, kOrder>;

/// Reflection coefficients of the frame around `middle`, by Levinson and Durbin; all below 1.
Coefficients reflection_at(std::span<const float> samples, std::size_t middle) {
    std::array<double, kFrame> frame{};
    for (std::size_t i = 0; i < kFrame; ++i) {
        const std::size_t at = middle + i;  // half a frame later than in `samples`
        const double shape = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * (static_cast<double>(i) + 0.5) / kFrame);
        frame[i] = at >= kFrame / 2 && at - kFrame / 2 < samples.size() ? shape * samples[at - kFrame / 2] : 0;
    }
    std::array<double, kOrder + 1> correlation{};
    for (std::size_t lag = 0; lag <= kOrder; ++lag) {
        for (std::size_t i = lag; i < kFrame; ++i) {
            correlation[lag] += frame[i] * frame[i - lag];
        }
        const double fading = 2 * std::numbers::pi * kLagWidth_hz * static_cast<double>(lag) / kRate_hz;
        correlation[lag] *= std::exp(-fading * fading / 2);
    }
    correlation[0] = correlation[0] * (1 + kWhite) + 1e-9;
    Coefficients reflection{};
    std::array<double, kOrder + 1> predictor{1};
    double error = correlation[0];
    for (std::size_t order = 1; order <= kOrder; ++order) {
        double sum = correlation[order];
        for (std::size_t i = 1; i < order; ++i) {
            sum += predictor[i] * correlation[order - i];
        }
        const double turned = -sum / error;
        const std::array<double, kOrder + 1> before = predictor;
        for (std::size_t i = 1; i < order; ++i) {
            predictor[i] += turned * before[order - i];
        }
        predictor[order] = turned;
        reflection[order - 1] = turned;
        error *= 1 - turned * turned;
    }
    return reflection;
}

/// The prediction filter 1 + a1 z^-1 + ... of reflection coefficients, without its 1.
Coefficients filter_of(const Coefficients& reflection) {
    Coefficients filter{};
    for (std::size_t order = 0; order < kOrder; ++order) {
        const Coefficients before = filter;
        for (std::size_t i = 0; i < order; ++i) {
            filter[i] += reflection[order] * before[order - 1 - i];
        }
        filter[order] = reflection[order];
    }
    return filter;
}

/// The filter of every kStep samples.
std::vector<Coefficients> filters_of(std::span<const float> samples) {
    const std::size_t frames = samples.size() / kHop + 2;
    std::vector<Coefficients> reflections(frames);
    for (std::size_t frame = 0; frame < frames; ++frame) {
        reflections[frame] = reflection_at(samples, frame * kHop);
    }
    std::vector<Coefficients> filters(samples.size() / kStep + 1);
    for (std::size_t step = 0; step < filters.size(); ++step) {
        const double place = (static_cast<double>(step) + 0.5) * kStep / kHop;
        const auto frame = static_cast<std::size_t>(place);
        const double share = place - static_cast<double>(frame);
        Coefficients between{};
        for (std::size_t i = 0; i < kOrder; ++i) {
            between[i] = (1 - share) * reflections[frame][i] + share * reflections[frame + 1][i];
        }
        filters[step] = filter_of(between);
    }
    return filters;
}

/// Below `1 / kFold` of the band and nothing above, without delay: a sinc under a Hann window.
std::vector<float> low_passed(const std::vector<float>& samples) {
    std::array<double, kTaps> taps{};
    double sum = 0;
    for (std::size_t i = 0; i < kTaps; ++i) {
        const double from_middle = static_cast<double>(i) - (kTaps - 1) / 2.0;
        const double angle = std::numbers::pi * from_middle / kFold;
        const double shape = 0.5 + 0.5 * std::cos(2 * std::numbers::pi * from_middle / (kTaps + 1));
        taps[i] = shape * (from_middle == 0 ? 1 : std::sin(angle) / angle);
        sum += taps[i];
    }
    std::vector<float> result(samples.size());
    for (std::size_t i = 0; i < samples.size(); ++i) {
        double value = 0;
        for (std::size_t tap = 0; tap < kTaps; ++tap) {
            const std::size_t at = i + tap;
            if (at >= kTaps / 2 && at - kTaps / 2 < samples.size()) {
                value += taps[tap] * samples[at - kTaps / 2];
            }
        }
        result[i] = static_cast<float>(value / sum);
    }
    return result;
}

}  // namespace

std::vector<float> linear_prediction_vocoder(std::span<const float> samples) {
    const std::vector<Coefficients> filters = filters_of(samples);
    std::vector<float> residual(samples.size());
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const Coefficients& filter = filters[i / kStep];
        double value = samples[i];
        for (std::size_t back = 1; back <= std::min(kOrder, i); ++back) {
            value += filter[back - 1] * samples[i - back];
        }
        residual[i] = static_cast<float>(value);
    }
    // Of every fifth sample the spectrum repeats itself, mirrored, above 1,600 Hz: that is the height made up.
    std::vector<float> excitation = low_passed(residual);
    for (std::size_t i = 0; i < excitation.size(); ++i) {
        excitation[i] = i % kFold == 0 ? excitation[i] * static_cast<float>(kFold) : 0.0F;
    }
    std::vector<float> result(samples.size());
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const Coefficients& filter = filters[i / kStep];
        double value = excitation[i];
        for (std::size_t back = 1; back <= std::min(kOrder, i); ++back) {
            value -= filter[back - 1] * result[i - back];
        }
        result[i] = static_cast<float>(value);
    }
    return result;
}

}  // namespace bonafide::forge

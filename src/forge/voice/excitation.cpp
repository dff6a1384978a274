// What a neural vocoder shapes into a voice, after Wang, Takaki and Yamagishi, "Neural source-filter waveform models
// for statistical parametric speech synthesis", IEEE/ACM Transactions on Audio, Speech and Language Processing 28,
// 2020. Deviation: pulses, all harmonics of the pitch in phase, in place of one sine wave. The same as
// train/vocoder/excitation.py.
#include "forge/voice/excitation.h"

#include "base/ensure.h"
#include "forge/random.h"
#include "forge/voice/pitch.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace bonafide::forge {
namespace {

constexpr double kRate_hz = 16'000, kHighestHarmonic_hz = 7900, kMiddlePitch_hz = 150;

double at_nearest_mark(std::span<const double> pitch_hz, std::size_t sample) {
    return pitch_hz[std::min((sample + kPitchHop / 2) / kPitchHop, pitch_hz.size() - 1)];
}

/// On a straight line between two voiced marks, else what the nearest one has.
double pitch_at(std::span<const double> pitch_hz, std::size_t sample) {
    const std::size_t low = std::min(sample / kPitchHop, pitch_hz.size() - 1);
    const std::size_t high = std::min(low + 1, pitch_hz.size() - 1);
    if (!(pitch_hz[low] > 0 && pitch_hz[high] > 0)) {
        return at_nearest_mark(pitch_hz, sample);
    }
    return std::lerp(pitch_hz[low], pitch_hz[high],
                     static_cast<double>(sample) / static_cast<double>(kPitchHop) - static_cast<double>(low));
}

}  // namespace

std::vector<float> pulses_of(std::span<const double> pitch_hz, std::size_t samples) {
    ENSURE(!pitch_hz.empty());
    std::vector<float> pulses(samples);
    double turns = 0;
    for (std::size_t i = 0; i < samples; ++i) {
        const double hertz = pitch_at(pitch_hz, i);
        turns += hertz / kRate_hz;
        turns -= std::floor(turns);
        if (hertz > 0) {
            // The sum of cosines in closed form.
            const double count = std::floor(kHighestHarmonic_hz / hertz), half = std::sin(std::numbers::pi * turns);
            const double sum = std::abs(half) < 1e-6
                                   ? count
                                   : std::sin((count + 0.5) * 2 * std::numbers::pi * turns) / (2 * half) - 0.5;
            pulses[i] = static_cast<float>(sum / std::sqrt(std::max(count, 1.0)));
        }
    }
    return pulses;
}

std::vector<float> white_noise(std::size_t samples, std::uint64_t seed) {
    Random random(seed);
    std::vector<float> noise(samples);
    std::generate(noise.begin(), noise.end(), [&] { return static_cast<float>(random.between(-1, 1)); });
    return noise;
}

std::array<float, 2> told_of(std::span<const double> pitch_hz, std::size_t sample) {
    ENSURE(!pitch_hz.empty());
    const double hertz = at_nearest_mark(pitch_hz, sample);
    return hertz > 0 ? std::array{1.0F, static_cast<float>(std::log2(hertz / kMiddlePitch_hz))}
                     : std::array{0.0F, 0.0F};
}

}  // namespace bonafide::forge

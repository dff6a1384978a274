#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace bonafide::features::voice {

/// How often a second machines build a piece of speech: sampling rate over hop of common vocoders and coding networks,
/// from 40 Hz (24 kHz by 600) to 125 Hz (16 kHz by 128).
inline constexpr std::array<double, 12> kFrameRates_hz = {40, 22050.0 / 512, 46.875, 50,  62.5, 200.0 / 3, 75,
                                                          80, 22050.0 / 256, 93.75,  100, 125};
inline constexpr std::size_t kFrameRates = kFrameRates_hz.size();
inline constexpr std::size_t kFrameRateBands = 13;
inline constexpr double kFirstFrameRateBand_hz = 1500, kFrameRateBandsApart_hz = 500;

/// How much stands out at the multiples of each rate, as a ratio to the spectrum around them (limited to 8 each,
/// weighted mean over multiples and bands). Sound without such traces lies at about 1.5.
struct FrameRateTraces {
    std::array<float, kFrameRates> beats{};  ///< in the spectrum of the bands' envelopes, up to 990 Hz
    std::array<float, kFrameRates> tones{};  ///< in the spectrum itself, 1.5 to 7.75 kHz
    /// For each rate the mean of both in each band, which is centred 1.5 kHz and 500 Hz for each band before it up.
    std::array<std::array<float, kFrameRateBands>, kFrameRates> bands{};
};

/// Traces that a network leaves which makes sound piece by piece. `samples`: 16 kHz, [-1, 1]; what goes beyond 4.1 s is
/// not looked at, and under 0.2 s everything is 0. Finite whatever the samples hold. Pure.
FrameRateTraces frame_rate_traces(std::span<const float> samples);

}  // namespace bonafide::features::voice

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace bonafide::forge {

/// What a voice of that pitch (pitch_of()) is driven by, at 16 kHz: all harmonics in phase up to 7.9 kHz where it is
/// voiced, else silence. Pure. ENSURE: `pitch_hz` is not empty.
std::vector<float> pulses_of(std::span<const double> pitch_hz, std::size_t samples);

/// White noise, the same for a seed on every machine.
std::vector<float> white_noise(std::size_t samples, std::uint64_t seed);

/// What the vocoder's network is told of the pitch at a sample: 1 where it is voiced, else 0; and octaves from 150 Hz,
/// 0 where it is not voiced. ENSURE: as above.
std::array<float, 2> told_of(std::span<const double> pitch_hz, std::size_t sample);

}  // namespace bonafide::forge

#pragma once

#include "forge/voice/pitch.h"

#include <cstdint>
#include <span>
#include <vector>

namespace bonafide::forge {

inline constexpr std::size_t kWorldTransform = 1024;
inline constexpr std::size_t kWorldBins = kWorldTransform / 2 + 1;  ///< 0 to 8 kHz

/// What a voice is made of, one value or spectrum every kPitchHop samples.
struct VoiceModel {
    std::vector<double> pitch_hz;              ///< 0: not voiced
    std::vector<std::vector<float>> envelope;  ///< power a sample and bin, without the pitch's own harmonics
    std::vector<std::vector<float>> breath;    ///< share of that power that is noise, 0 to 1
};

/// Takes `samples` (16 kHz) apart. Pure.
VoiceModel voice_model(std::span<const float> samples);

/// Puts a voice together; noise drawn from `seed`. `samples`: how many are wanted. Pure.
std::vector<float> voice_of(const VoiceModel& model, std::size_t samples, std::uint64_t seed);

}  // namespace bonafide::forge

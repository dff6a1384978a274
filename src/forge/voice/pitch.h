#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace bonafide::forge {

/// Pitch is followed between these.
inline constexpr double kLowestPitch_hz = 60, kHighestPitch_hz = 400;
inline constexpr std::size_t kPitchHop = 80;  ///< 5 ms at 16 kHz

/// What it costs a frame to be taken for voiceless; a voiced one costs what its two periods do not have in common.
inline constexpr double kUsualVoicelessCost = 0.45;

/// The pitch of `samples` (16 kHz) at every kPitchHop-th of them, Hz; 0 where they are not voiced. Pure.
std::vector<double> pitch_of(std::span<const float> samples, double voiceless_cost = kUsualVoicelessCost);

}  // namespace bonafide::forge

#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace bonafide::forge {

/// Pitch is followed between these.
inline constexpr double kLowestPitch_hz = 60, kHighestPitch_hz = 400;
inline constexpr std::size_t kPitchHop = 80;  ///< 5 ms at 16 kHz

/// The pitch of `samples` (16 kHz) at every kPitchHop-th of them, Hz; 0 where they are not voiced. Pure.
std::vector<double> pitch_of(std::span<const float> samples);

}  // namespace bonafide::forge

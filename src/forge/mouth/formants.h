#pragma once

#include <array>
#include <span>

namespace bonafide::forge {

/// Resonances of the vocal tract, lowest first, Hz; 0 where none was found.
using Formants = std::array<double, 3>;

/// Of 25 ms of sound at 16 kHz (features::voice::kFrameSamples samples). All 0 where it is silent.
Formants formants_of(std::span<const float> samples);

}  // namespace bonafide::forge

#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace bonafide::features::speaker {

inline constexpr std::size_t kMelBands = 40;
/// Power in bands of the mel scale, not its logarithm: the encoder was trained so.
using MelFrame = std::array<float, kMelBands>;

/// What the encoder sees of voice::kFrameSamples samples at 16 kHz in [-1, 1], which are made `gain` times as large
/// first. Samples that are not finite count as 0. ENSURE: their number.
MelFrame mel_frame(std::span<const float> samples, float gain);

}  // namespace bonafide::features::speaker

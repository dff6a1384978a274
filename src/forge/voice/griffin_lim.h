#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace bonafide::forge {

/// `samples` (16 kHz) through a mel spectrogram of 80 bands and back: phases are thrown away and made up anew, from
/// `seed` on. As many samples as were given. Pure; ENSURE: at least one sample.
std::vector<float> griffin_lim(std::span<const float> samples, std::uint64_t seed);

}  // namespace bonafide::forge

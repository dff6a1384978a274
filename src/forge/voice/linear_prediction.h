#pragma once

#include <span>
#include <vector>

namespace bonafide::forge {

/// `samples` (16 kHz) through a residual-excited vocoder: what a filter of order 18 does not predict is kept below
/// 1,600 Hz alone, and what lies above is made up from it. As many samples as were given. Pure.
std::vector<float> linear_prediction_vocoder(std::span<const float> samples);

}  // namespace bonafide::forge

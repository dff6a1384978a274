#pragma once

#include "base/result.h"
#include "infer/model_store.h"
#include "infer/session.h"

#include <cstdint>
#include <span>
#include <vector>

namespace bonafide::forge {

/// What the neural vocoder keeps of the spectrum of `samples` (16 kHz): natural logarithms of 80 mean magnitudes every
/// 12 ms, frame after frame. Pure; ENSURE: at least one sample.
std::vector<float> mel_logarithms(std::span<const float> samples);

/// All that it keeps: for each frame those, and what the pitch is (excitation.h). Pure; ENSURE: at least one sample.
std::vector<float> given_to_vocoder(std::span<const float> samples, std::span<const double> pitch_hz);

/// The network. Errors of the session.
Result<infer::Session> open_neural_vocoder(const infer::ModelStore& models, int threads);

/// The network's answer to frames of given_to_vocoder(), frame after frame: by how much each bin of pulses is turned
/// and made louder (real parts, then imaginary ones), and the magnitude of noise in it. Whatever the number of frames:
/// they are made piece by piece, and come out as they would at once. Errors of the session.
Result<std::vector<float>> shapes_of(std::span<const float> given, infer::Session& network);

/// `samples` (16 kHz) through a mel spectrogram and the pitch, and back by the network: all else is thrown away and
/// made up anew, noise from `seed`. As many samples as were given. Errors of the session. ENSURE: at least one sample.
Result<std::vector<float>> neural_vocoder(std::span<const float> samples, infer::Session& network, std::uint64_t seed);

}  // namespace bonafide::forge

#pragma once

#include "base/result.h"
#include "infer/model_store.h"
#include "infer/session.h"

#include <span>
#include <vector>

namespace bonafide::forge {

/// What the neural vocoder is given of `samples` (16 kHz): natural logarithms of 80 mean magnitudes every 12 ms, frame
/// after frame. Pure; ENSURE: at least one sample.
std::vector<float> mel_logarithms(std::span<const float> samples);

/// The network. Errors of the session.
Result<infer::Session> open_neural_vocoder(const infer::ModelStore& models, int threads);

/// `samples` (16 kHz) through a mel spectrogram and back by the network: everything but mel_logarithms() is thrown away
/// and made up anew. As many samples as were given, whatever their number: they are made piece by piece, and come out
/// as they would at once. Errors of the session. ENSURE: at least one sample.
Result<std::vector<float>> neural_vocoder(std::span<const float> samples, infer::Session& network);

}  // namespace bonafide::forge

#pragma once

#include "forge/make.h"
#include "forge/voice/sound.h"
#include "forge/voice/voice.h"

namespace bonafide::forge {

/// "convert" and "mimic": `sound` with the voice moved towards that of the sample `given.second`, rendered by
/// order.vocoder, and how alike the speakers are before and after. kUsage without a valid consent record or a sample,
/// and where it cannot be told who speaks; errors of read_voice() and the models.
Result<Voice> likened(const Order& order, const VoiceSound& sound, const Given& given, const infer::ModelStore& models,
                      const Limits& limits, int threads);

}  // namespace bonafide::forge

#pragma once

#include "base/result.h"
#include "forge/voice/world.h"
#include "infer/model_store.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace bonafide::forge {

struct VocoderName {
    std::string_view name;
    std::string_view meaning;  ///< "the recording made anew ...": of what comes out
};

/// "griffin-lim", "lpc", "world" and "neural". Coders stand in for one as well, by name and kbit/s (codec.h).
const std::vector<VocoderName>& vocoders();

/// The vocoder of that name; kUsage where there is none. A coder's is only looked at when it saves.
Result<VocoderName> vocoder_named(std::string_view name);

/// `samples` (16 kHz) through the vocoder `name`, as many as were given; what it draws at random comes from `seed`.
/// kUsage for unknown names; errors of the models. ENSURE: at least one sample.
Result<std::vector<float>> through_vocoder(std::string_view name, std::span<const float> samples, std::uint64_t seed,
                                           const infer::ModelStore& models, int threads);

/// `model` as so many samples: put together as "world" does, and passed through `name` where that is another one.
Result<std::vector<float>> rendered(const VoiceModel& model, std::size_t samples, std::string_view name,
                                    std::uint64_t seed, const infer::ModelStore& models, int threads);

}  // namespace bonafide::forge

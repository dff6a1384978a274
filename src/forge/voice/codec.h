#pragma once

#include "base/result.h"

#include <span>
#include <string_view>
#include <vector>

namespace bonafide::forge {

/// `samples` (16 kHz) saved with a coder of sound and decoded again, as many as were given. `step`: as the forge's
/// laundering names it, "aac=48", "opus=24" or "mp3=64" (kbit/s). kUsage for other steps, and the coder's errors.
Result<std::vector<float>> through_codec(std::string_view step, std::span<const float> samples, int threads);

}  // namespace bonafide::forge

#pragma once

#include "base/limits.h"
#include "base/result.h"
#include "ingest/byte_source.h"
#include "ingest/identify.h"

#include <cstdint>
#include <vector>

namespace bonafide::engine {

/// What the net leaves of an input, without metadata, by the forge's own launderer: a still picture as a social network
/// passes it on (at most 1,080 px along its longer side, JPEG of quality 70 with halved colour), a film as one does (at
/// most 1,280 px, H.264 at a rate factor of 28, sound as AAC of 96 kbit/s), a recording as a voice message (Opus of
/// 24 kbit/s). kUnsupported for all else, kUsage for a film of one picture, and the decoders' errors: of a damaged film
/// nothing is passed on.
Result<std::vector<std::uint8_t>> laundered(const ingest::Identity& identity, const ingest::ByteSource& source,
                                            const Limits& limits, int threads);

}  // namespace bonafide::engine

#pragma once

#include "base/limits.h"
#include "base/result.h"
#include "ingest/byte_source.h"
#include "ingest/identify.h"

#include <cstdint>
#include <vector>

namespace bonafide::engine {

/// The still picture as a social network passes it on: at most 1,080 px along its longer side, JPEG of quality 70 with
/// halved colour, no metadata. kUnsupported for films and recordings, and the decoder's errors.
Result<std::vector<std::uint8_t>> laundered(const ingest::Identity& identity, const ingest::ByteSource& source,
                                            const Limits& limits);

}  // namespace bonafide::engine

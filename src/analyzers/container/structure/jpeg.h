#pragma once

#include "analyzers/container/structure/findings.h"
#include "media/jpeg.h"

#include <cstdint>
#include <span>

namespace bonafide::analyzers::structure {

/// Marker order, duplicates, gaps, comments and what follows the end of the JPEG file `bytes`, whose markers `header`
/// lists.
Structure examine_jpeg(std::span<const std::uint8_t> bytes, const media::JpegHeader& header);

}  // namespace bonafide::analyzers::structure

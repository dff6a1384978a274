#pragma once

#include "analyzers/container/structure/findings.h"
#include "ingest/byte_source.h"

namespace bonafide::analyzers::structure {

/// Chunk order, checksums, unknown chunks and what follows the end of a PNG file, read chunk by chunk.
Structure examine_png(const ingest::ByteSource& source);

}  // namespace bonafide::analyzers::structure

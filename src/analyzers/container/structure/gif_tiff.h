#pragma once

#include "analyzers/container/structure/findings.h"
#include "ingest/byte_source.h"

namespace bonafide::analyzers::structure {

/// Blocks of a GIF file up to its trailer, and what follows.
Structure examine_gif(const ingest::ByteSource& source);

/// The chain of image directories of a TIFF file.
Structure examine_tiff(const ingest::ByteSource& source);

}  // namespace bonafide::analyzers::structure

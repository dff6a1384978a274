#pragma once

#include "analyzers/container/structure/findings.h"
#include "ingest/byte_source.h"
#include "ingest/identify.h"

namespace bonafide::analyzers::structure {

/// Chunks of a RIFF file (WebP, AVI or WAV): order, sizes, flags against what is there, tool names, what follows the
/// end.
Structure examine_riff(const ingest::ByteSource& source, ingest::Container container);

}  // namespace bonafide::analyzers::structure

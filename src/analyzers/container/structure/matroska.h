#pragma once

#include "analyzers/container/structure/findings.h"
#include "ingest/byte_source.h"

namespace bonafide::analyzers::structure {

/// Top-level elements of a Matroska or WebM file and the programs that wrote it. Clusters are stepped over, never read.
Structure examine_matroska(const ingest::ByteSource& source);

}  // namespace bonafide::analyzers::structure

#pragma once

#include "analysis/analyzer.h"
#include "analyzers/container/structure/findings.h"

#include <optional>

namespace bonafide::analyzers {

/// What the structure of `source`'s container tells about its past; nothing for containers without rules here. `jpeg`
/// is needed for JPEG only and may be null, which is then damage. Reads headers, never sound or picture data (PNG
/// checksums apart), and never fails: what cannot be read is damage.
std::optional<structure::Structure> examine_structure(const ingest::Identity& identity,
                                                      const ingest::ByteSource& source, const media::JpegHeader* jpeg);

const analysis::AnalyzerDefinition& container_structure();

}  // namespace bonafide::analyzers

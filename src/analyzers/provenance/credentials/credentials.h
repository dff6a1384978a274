#pragma once

#include "analysis/analyzer.h"

#include <string>

namespace bonafide::analyzers {

/// The content credentials (C2PA) in `source`: read, validated and summed up. Signers are trusted only where they chain
/// to a certificate in `trust_anchors_pem`. Uses no file, no network and no process; reads at most eight times the
/// input's size.
analysis::Analysis read_credentials(const ingest::ByteSource& source, const ingest::Identity& identity,
                                    const std::string& trust_anchors_pem);

const analysis::AnalyzerDefinition& provenance_credentials();

}  // namespace bonafide::analyzers

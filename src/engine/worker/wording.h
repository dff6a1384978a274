#pragma once

#include "fusion/fusion.h"
#include "ingest/identify.h"
#include "report/report.h"

#include <string>
#include <vector>

namespace bonafide::engine {

/// The two propositions that the likelihood ratio compares, for a kind of media.
struct Propositions {
    std::string h1, h0;
};
Propositions propositions_for(ingest::MediaKind kind);

/// One sentence a person understands: the verdict of `report`, and the finding that weighs most.
std::string summarise(const report::Report& report, ingest::MediaKind kind);

/// What the report cannot say whatever it found: what this version has no analyzer for, for this kind of media.
std::vector<std::string> standing_limits(ingest::MediaKind kind);

}  // namespace bonafide::engine

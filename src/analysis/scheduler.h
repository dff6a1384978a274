#pragma once

#include "analysis/analyzer.h"

#include <optional>
#include <vector>

namespace bonafide::analysis {

/// An analyzer chosen for an input, with its parameters.
struct Planned {
    const AnalyzerDefinition* definition = nullptr;
    Parameters parameters;
};

/// What an analyzer said and how long it took, in seconds of its own thread.
struct Ran {
    const AnalyzerDefinition* definition = nullptr;
    Analysis analysis;
    double time_s = 0;
};

struct RunResult {
    std::vector<Ran> analyses;               ///< in the order of the plan
    std::optional<media::ReadSummary> read;  ///< of films and recordings whose streaming pass ended well
    std::optional<Error> read_error;         ///< why the pass ended early; the analyzers that wanted it have failed
};

/// Runs every planned analyzer on `media`: one streaming pass feeds those that want packets, frames or sound (and
/// `observer`, which may be null), then all finish in parallel. `camera` and `claimed` are those that
/// were named, or null. An analyzer that throws, measures something it did not declare or a value that is not finite,
/// has failed, alone.
RunResult run(const std::vector<Planned>& plan, const features::Media& media, const infer::ModelStore& models,
              const std::string& trust_anchors_pem, media::StreamSink* observer,
              const media::ReadOptions& observer_wants, const features::SensorFingerprint* camera = nullptr,
              const features::ClaimedPerson* claimed = nullptr);

}  // namespace bonafide::analysis

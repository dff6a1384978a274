#pragma once

#include "analysis/analyzer.h"
#include "features/claimed_person.h"
#include "features/speaker/voices.h"

#include <string>
#include <vector>

namespace bonafide::analyzers {

/// How one voice of a recording stands to the person who is claimed.
struct VoiceMatch {
    features::speaker::Voice voice;
    double distance = 0;  ///< mean over all pairs of a moment and an enrolled recording
    double llr = 0;       ///< log10, of the claimed person against another one (evidence/same_voice.h)
};

/// The match of every voice, nearest first. `claimed` holds at least one voice.
std::vector<VoiceMatch> match_voices(const std::vector<features::speaker::Voice>& voices,
                                     const features::ClaimedPerson& claimed);

/// What the analyzer says of `matches` (at least one). `least_llr`: from it on a voice counts as the claimed person's,
/// and below its negative as another's.
analysis::Analysis judge_voices(const std::vector<VoiceMatch>& matches, const features::ClaimedPerson& claimed,
                                double least_llr);

/// The definition of `voice.identity`.
const analysis::AnalyzerDefinition& voice_identity();

}  // namespace bonafide::analyzers

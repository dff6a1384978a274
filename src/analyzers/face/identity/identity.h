#pragma once

#include "analysis/analyzer.h"
#include "features/claimed_person.h"
#include "features/faces/recognition.h"

#include <optional>
#include <vector>

namespace bonafide::analyzers {

/// How one face, or one track of a film, stands to the person who is claimed.
struct ClaimedMatch {
    features::faces::Appearance appearance;
    double distance = 0;          ///< mean over all pairs of a sample and an enrolled look
    double llr = 0;               ///< log10, of the claimed person against another one (evidence/same_face.h)
    std::optional<double> worst;  ///< of a film: the largest such mean of one sample, where there are several
};

/// The match of every appearance that could be recognised, nearest first. `claimed` holds at least one look.
std::vector<ClaimedMatch> match_claimed(const std::vector<features::faces::Appearance>& appearances,
                                        const features::ClaimedPerson& claimed);

/// What the analyzer says of `matches`. `least_llr`: from it on a face counts as the claimed person's, and below its
/// negative as another's. `unrecognised`: faces that were found but are too small or turned too far.
analysis::Analysis judge_claimed(const std::vector<ClaimedMatch>& matches, std::size_t unrecognised,
                                 const features::ClaimedPerson& claimed, double least_llr);

/// The definition of `face.identity`.
const analysis::AnalyzerDefinition& face_identity();

}  // namespace bonafide::analyzers

#pragma once

#include "engine/worker/analyse.h"
#include "features/media.h"

#include <optional>
#include <string>
#include <vector>

namespace bonafide::engine {

/// What a verdict came from.
struct Judged {
    const std::vector<evidence::Finding>& findings;  ///< with their ratios
    const std::optional<fusion::FusedEvidence>& together;
    const evidence::Provenance& provenance;
    fusion::Decision decision;
};

/// Why a decisive verdict should not be given. On a still picture: it turns into its opposite when the picture, or the
/// photograph on a page, is saved again, scaled or cropped, or it rests on traces of a generator that do not outlast
/// this. On a recording or a film with sound: it rests on a generator's traces in the sound, and they do not outlast a
/// save of it, or where it is longer than ten minutes of a minute at ten places. Traces of editing need not outlast it,
/// since a save wipes out most of them; they only may not become a sign for the other side. Only what judges pixels or
/// sound is run again; the rest keeps its findings. In words that follow "because", or nothing.
std::optional<std::string> why_withheld(const Job& job, const features::Media& media, const Equipment& equipment,
                                        const Judged& judged);

}  // namespace bonafide::engine

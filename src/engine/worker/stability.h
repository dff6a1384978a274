#pragma once

#include "engine/worker/analyse.h"
#include "features/media.h"

#include <optional>
#include <string>
#include <vector>

namespace bonafide::engine {

/// Whether a decisive verdict on a still picture turns into its opposite when the picture is saved again, scaled or
/// cropped. Only analyzers that draw a map (those that judge pixels) are run again; the rest keeps its findings.
/// Returns the change that turned it, in words, or nothing.
std::optional<std::string> turned_by(const Job& job, const features::Media& media, const Equipment& equipment,
                                     const std::vector<evidence::Finding>& findings,
                                     const evidence::Provenance& provenance, fusion::Decision decision);

}  // namespace bonafide::engine

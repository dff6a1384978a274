#pragma once

#include "features/speaker/listener.h"

#include <optional>
#include <vector>

namespace bonafide::features::speaker {

/// One voice of a recording.
struct Voice {
    std::vector<Moment> moments;       ///< in the order of time; at least one
    evidence::VoiceNumbers numbers{};  ///< their mean
    double speech_s = 0;               ///< in them; moments overlap, so that speech may count twice

    /// Mean distance over all pairs of two moments; nothing with fewer than two.
    std::optional<double> spread() const;
};

/// The mean of their numbers. ENSURE: there are some.
evidence::VoiceNumbers mean_of(const std::vector<Moment>& moments);

/// Whose voices these moments are: groups that are split in two as long as the halves are probably not of one person.
/// The one heard longest first. A voice that has a single moment among others is not told apart from them.
std::vector<Voice> voices_of(const std::vector<Moment>& moments);

}  // namespace bonafide::features::speaker

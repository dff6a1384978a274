#pragma once

#include "base/result.h"
#include "forge/voice/world.h"

namespace bonafide::forge {

/// What conversion changes.
struct Conversion {
    VoiceModel model;
    double pitch_ratio = 1;    ///< of the mean pitches
    double formant_ratio = 1;  ///< by so much the envelope is stretched along frequency
};

/// `source` with pitch and envelope moved towards those of `target`. Pure; kUsage where in either hardly anything is
/// voiced.
Result<Conversion> converted(const VoiceModel& source, const VoiceModel& target);

}  // namespace bonafide::forge

#pragma once

#include "features/voice/frames.h"

#include <span>

namespace bonafide::features::voice {

/// What a window holds, before anybody asks whether a person spoke it. All shares are of its frames.
struct Condition {
    double level_db = 0;      ///< of the loud frames (95th percentile), 0 dB: a full-scale sine
    double active_share = 0;  ///< frames within 30 dB of the loud ones
    double active_s = 0;
    double voiced_share = 0;  ///< active frames that are periodic
    double pitch_spread = 0;  ///< standard deviation of the pitch of the voiced frames around its own median, semitones
    double steady_share = 0;  ///< of neighbouring voiced frames: those whose pitch is the same within one sample
    double syllable_movement_db = 0;  ///< standard deviation of the level between 2 and 10 Hz
    double snr_db = 0;                ///< loud frames against the quietest moments of each band; at most 60
    double bandwidth_hz = 0;          ///< where the long-term spectrum ends
};

/// Pure; finite whatever the frames hold.
Condition condition_of(std::span<const Frame> frames);

enum class Content { kSpeech, kSilence, kSteady, kNoise, kUnvoiced, kMusic };

/// Whether a condition is that of speech, and what it looks like otherwise.
Content content_of(const Condition& condition);
/// In words: "speech", "silence", "steady sound", ...
const char* name_of(Content content);

}  // namespace bonafide::features::voice

#pragma once

#include "analyzers/voice/synthetic/voices.h"

#include <optional>
#include <span>
#include <string>

namespace bonafide::analyzers::voice {

using Rates = std::array<double, features::voice::kFrameRates>;

struct Band {
    double lowest_hz = 0, highest_hz = 0;
};

std::string with_decimals(double value, int decimals);
/// "1 window", "14 windows"
std::string windows_in_words(std::int64_t count);
double clearest_rate_hz(const Rates& rates);
/// The one or two cues that speak loudest for synthesis; empty where none does.
std::string loudest(const std::array<double, kCues>& cues, const Rates& rates);
/// The band that the loudest cue is about, where it is not about all of the sound: the heights, or the bands in which
/// the clearest frame rate stands out.
std::optional<Band> loudest_band(const std::array<double, kCues>& cues, const Rates& rates, const BandTraces& traces);
/// Which of `voices`, the most suspicious first, two at least, are like synthetic speech from `least_score` on, when
/// they speak and why; the first is. `dropped_turns`: there are more than are listed.
std::string voices_in_words(std::span<const JudgedVoice> voices, double least_score, bool dropped_turns);

}  // namespace bonafide::analyzers::voice

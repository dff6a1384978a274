#pragma once

#include <array>
#include <cstddef>

namespace bonafide::evidence {

inline constexpr std::size_t kVoiceNumbers = 256;
/// What the speaker encoder (voice.speaker in models/manifest.json) says of speech: none negative. Of one moment they
/// have length 1. Of several they are the plain mean, which is shorter the more the moments differ, so that the
/// distance of two means is the mean distance over all pairs of their moments.
using VoiceNumbers = std::array<float, kVoiceNumbers>;

/// Whether these can be numbers of a voice: finite, none negative, of a length in (0, 1].
bool are_voice_numbers(const VoiceNumbers& numbers);

/// One less the scalar product, in [0, 1]: of two moments one less the cosine.
double voice_distance(const VoiceNumbers& a, const VoiceNumbers& b);

/// No distance says more than this, whatever the curve would give (log10): there were few people to calibrate on.
inline constexpr double kMostSameVoiceLlr = 2;

/// How much likelier `distance` is between two moments of speech of one person than between two people drawn at random:
/// log10, in [-kMostSameVoiceLlr, kMostSameVoiceLlr], falling with the distance. Fitted by train/speaker/figures.py;
/// src/features/speaker/README.md says on what, and how well it holds elsewhere.
double same_voice_llr(double distance);

}  // namespace bonafide::evidence

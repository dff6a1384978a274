#pragma once

#include "base/result.h"
#include "features/voice/statistics.h"

#include <array>
#include <string>
#include <string_view>

namespace bonafide::analyzers::voice {

/// The parts of a score that a person can be told about.
enum class Cue { kMotion, kHighMotion, kExtent, kHighExtent, kSlowRhythm, kFastRhythm };
inline constexpr std::size_t kCues = 6;
/// "frame-to-frame changes of the spectrum", ...
const char* words_of(Cue cue);
Cue cue_of(std::size_t statistic);

/// One window's score and what it is made of.
struct Score {
    double log_odds = 0;               ///< natural logarithm, equal priors; higher: more like synthetic speech
    std::array<double, kCues> cues{};  ///< their sum and the model's offset make the score
};

/// A weighted sum of standard scores.
class LinearModel {
  public:
    /// Reads `bonafide.voice_linear/1` (JSON). kInvalid where a number is missing, not finite or a scale not positive.
    static Result<LinearModel> parse(std::string_view text);
    /// Finite for finite statistics.
    Score score(const features::voice::Statistics& statistics) const;

  private:
    double clip_ = 0, offset_ = 0;
    std::array<double, features::voice::kStatistics> mean_{}, scale_{}, weight_{};
};

}  // namespace bonafide::analyzers::voice

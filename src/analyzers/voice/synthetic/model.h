#pragma once

#include "base/result.h"
#include "features/voice/statistics.h"

#include <array>
#include <string>
#include <string_view>

namespace bonafide::analyzers::voice {

/// The parts of a score that a person can be told about.
enum class Cue { kMotion, kHighMotion, kExtent, kHighExtent, kSlowRhythm, kFastRhythm, kRoughness };
inline constexpr std::size_t kCues = 7;
/// "frame-to-frame changes of the spectrum", ...
const char* words_of(Cue cue);
/// The part of the smoothness score that a statistic counts to; never kRoughness.
Cue cue_of(std::size_t statistic);

/// One window's score and what it is made of.
struct Score {
    double log_odds = 0;    ///< natural logarithm, equal priors; higher: more like synthetic speech
    double smoothness = 0;  ///< the log odds of speech made by today's generators, which move too little
    double roughness = 0;   ///< the log odds of speech rebuilt by a simple vocoder, which moves too much; limited above
    /// What speaks for each: the parts of the smoothness, whose sum and the model's offset make it, and the roughness,
    /// each weighed by how much of the odds it makes.
    std::array<double, kCues> cues{};
};

/// Two weighted sums of standard scores, one for each way in which speech is made; their odds are added.
class LinearModel {
  public:
    /// Reads `bonafide.voice_linear/2` (JSON). kInvalid where a number is missing, not finite or a scale not positive.
    static Result<LinearModel> parse(std::string_view text);
    /// Finite for finite statistics.
    Score score(const features::voice::Statistics& statistics) const;

  private:
    struct Direction {
        double offset = 0;
        std::array<double, features::voice::kStatistics> weight{};
    };
    double clip_ = 0;
    double most_rough_ = 0;  // one odd moment must not speak for a whole recording
    std::array<double, features::voice::kStatistics> mean_{}, scale_{};
    Direction smooth_, rough_;
};

}  // namespace bonafide::analyzers::voice

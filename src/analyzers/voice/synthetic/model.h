#pragma once

#include "base/result.h"
#include "features/voice/frame_rates.h"
#include "features/voice/statistics.h"

#include <nlohmann/json_fwd.hpp>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace bonafide::analyzers::voice {

/// The parts of a score that a person can be told about.
enum class Cue {
    kMotion,
    kHighMotion,
    kExtent,
    kHighExtent,
    kSlowRhythm,
    kFastRhythm,
    kHarmonics,
    kRoughness,
    kFrameRate
};
inline constexpr std::size_t kCues = 9;
/// "frame-to-frame changes of the spectrum", ...
const char* words_of(Cue cue);
/// The part of the smoothness score that a statistic counts to; never kRoughness or kFrameRate.
Cue cue_of(std::size_t statistic);

/// For each rate how much it stands out in each band: features::voice::FrameRateTraces::bands.
using BandTraces = std::array<std::array<double, features::voice::kFrameRateBands>, features::voice::kFrameRates>;

/// One window's score and what it is made of.
struct Score {
    double log_odds = 0;    ///< natural logarithm, equal priors; higher: more like synthetic speech
    double smoothness = 0;  ///< the log odds of speech made by today's generators, which move too little
    double offset = 0;      ///< of the smoothness: what it is of speech that is average in everything
    double roughness = 0;   ///< the log odds of speech rebuilt by a simple vocoder, which moves too much; limited above
    double traces = 0;      ///< what traces of any frame rate add to the log odds of the other two together; limited
    /// What speaks for each: the parts of the smoothness, whose sum and the offset make it, and the roughness, each
    /// weighed by how much of the movement's odds it makes; then the traces.
    std::array<double, kCues> cues{};
    /// For each of features::voice::kFrameRates_hz how far its traces stand out of what recordings have there: twice
    /// the weighted mean of the standard scores of beats and tones, less the rate's handicap.
    std::array<double, features::voice::kFrameRates> rates{};
    BandTraces bands{};  ///< what was measured of each rate in each band
};

/// Weighted sums of standard scores, one for each way in which speech is made; their odds are added, and those of
/// speech that moves just as recordings do, which no sum can tell: natural movement is no proof of a person. Smoothness
/// is judged by as many models as there were conditions in training (as it is, coded, noisy), each with a share that
/// says how much the sound seems to be in that condition: coders and noise move scores and press them together. Traces
/// of frame rates, which do not depend on how a voice moves, add to the log odds.
class LinearModel {
  public:
    /// Reads `bonafide.voice_linear/5` (JSON). kInvalid where a number is missing, not finite or a scale not positive.
    static Result<LinearModel> parse(std::string_view text);
    /// Finite for finite statistics and traces.
    Score score(const features::voice::Statistics& statistics, const features::voice::FrameRateTraces& traces) const;
    /// How much the sound seems to be in each condition of conditions(); adds up to 1.
    std::vector<double> shares(const features::voice::Statistics& statistics) const;
    /// Their names, at least one.
    std::vector<std::string> conditions() const;

  private:
    using Numbers = std::array<double, features::voice::kStatistics>;
    struct Standard {
        Numbers mean{}, scale{};
    };
    struct Direction {
        double offset = 0;
        Numbers weight{};
    };
    struct Condition {
        std::string name;
        Direction share;  // of the common standard scores
        Standard standard;
        Direction smooth;  // of its own
    };
    using ARate = std::array<double, features::voice::kFrameRates>;
    struct Traces {
        ARate beats_middle{}, beats_scale{}, tones_middle{}, tones_scale{};
        ARate handicap{};  // rates that recordings have too, from the mains
        double tones_share = 0, sharpness = 0, zero = 0, least = 0, most = 0, weight = 0;
    };
    static Result<Traces> traces_in(const nlohmann::json& document);
    void judge_traces(const features::voice::FrameRateTraces& traces, Score& score) const;
    static Result<Standard> standard_in(const nlohmann::json& document);
    static Result<Direction> direction_in(const nlohmann::json& document, const char* key);
    static Result<Condition> condition_in(const nlohmann::json& document);
    Numbers standard_scores(const features::voice::Statistics& statistics, const Standard& standard) const;
    std::vector<double> shares_of(const Numbers& scores) const;

    double clip_ = 0;
    double most_rough_ = 0;   // one odd moment must not speak for a whole recording
    double as_recorded_ = 0;  // log odds of synthetic speech that moves as recordings do
    Standard common_;
    Direction rough_;
    std::vector<Condition> conditions_;
    Traces traces_;
};

}  // namespace bonafide::analyzers::voice

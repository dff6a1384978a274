#pragma once

#include "features/voice/frames.h"

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace bonafide::features::voice {

inline constexpr std::size_t kTurnCepstra = 12;
inline constexpr std::size_t kTurnNumbers = kTurnCepstra + 1;  ///< and the logarithm of the pitch

/// What the mean and covariance of voiced frames need, however many frames they are.
class VoiceSums {
  public:
    void add(const std::array<double, kTurnNumbers>& numbers);
    void add(const VoiceSums& other);
    double count() const { return count_; }
    /// The same mean and covariance as of `most` frames, where there are more.
    VoiceSums at_most(double most) const;
    /// Natural logarithm of the determinant of the covariance, with a floor; 0 where there are no frames.
    double log_determinant() const;

  private:
    double count_ = 0;
    std::array<double, kTurnNumbers> sum_{};
    std::array<double, kTurnNumbers*(kTurnNumbers + 1) / 2> products_{};  // lower triangle, row by row
};

/// By how much two normal distributions describe two stretches better than one does, by the Bayesian information
/// criterion; above 0 they are two voices. What more parameters cost is multiplied by `penalty`.
double difference(const VoiceSums& a, const VoiceSums& b, double penalty);

/// A stretch in which one voice speaks, pauses included.
struct Turn {
    double start_s = 0, end_s = 0;
    std::size_t voice = 0;  ///< preliminary, below TurnStream::kMostPreliminary
};

/// Hears from the frames of a recording who speaks when, without knowing anybody. Memory does not grow with the length.
class TurnStream {
  public:
    static constexpr std::size_t kMostVoices = 8;
    static constexpr std::size_t kMostPreliminary = 24;

    /// `take` gets stretches in order, from 0 on and without a gap, each some half a minute of speech after it began;
    /// of neighbours several may be of one voice. It gets none where nothing is voiced.
    explicit TurnStream(std::function<void(const Turn&)> take) : take_(std::move(take)) {}
    void add(const Frame& frame);
    /// Hands over what is left, up to the end of the last frame.
    void finish();
    /// For each preliminary voice so far, which voice it is: voices are numbered from 0, at most kMostVoices.
    std::vector<std::size_t> voices() const;

  private:
    struct Block {
        double start_s = 0, end_s = 0;
        VoiceSums sums;
    };
    struct Change {
        double at_s = 0, difference = 0;
        std::size_t blocks_since = 0;
    };
    void take_block();
    void pass_block();
    void compare();
    void change_voice();
    double moment_s() const;
    void hand_over(double end_s);
    std::size_t voice_of(const VoiceSums& stretch);

    std::function<void(const Turn&)> take_;
    std::size_t frames_ = 0;
    double loud_db_ = -200;
    VoiceSums block_;
    std::vector<Block> blocks_;  // that hold voice, around the moment
    std::size_t before_ = 0;     // those of them that lie before it
    std::optional<Change> candidate_;
    double start_s_ = 0;                   // of the stretch
    VoiceSums stretch_, since_candidate_;  // the stretch up to the candidate, and from there to the moment
    std::size_t stretch_blocks_ = 0;       // up to the moment
    std::vector<VoiceSums> known_;         // preliminary voices
};

}  // namespace bonafide::features::voice

#pragma once

#include "analyzers/voice/synthetic/model.h"
#include "features/voice/turns.h"

#include <cstdint>
#include <span>
#include <vector>

namespace bonafide::analyzers::voice {

/// What judged windows add up to.
struct WindowSums {
    std::int64_t windows = 0;
    double log_odds = 0;
    std::array<double, kCues> cues{};
    std::array<double, features::voice::kFrameRates> rates{};
    BandTraces bands{};

    void add(const Score& score);
    void add(const WindowSums& other);
    /// Mean log odds of at least one window.
    double score() const { return log_odds / static_cast<double>(windows); }
    /// Means of at least one window.
    BandTraces mean_bands() const;
};

/// A stretch in which a voice speaks, and what the windows in it say.
struct JudgedTurn {
    double start_s = 0, end_s = 0;
    std::size_t voice = 0;
    std::int64_t windows = 0;
    double log_odds = 0;  ///< sum
};

/// One of the voices of a recording.
struct JudgedVoice {
    WindowSums sums;
    /// In order; of very many those without windows are left out first, then the least suspicious.
    std::vector<JudgedTurn> turns;
};

/// Gives judged windows to the voice in whose turn they lie, in memory that does not grow with the length.
class Voices {
  public:
    static constexpr std::size_t kMostTurns = 400;

    Voices() = default;
    // The stream of turns calls back into this object.
    Voices(const Voices&) = delete;
    Voices& operator=(const Voices&) = delete;
    Voices(Voices&&) = delete;
    Voices& operator=(Voices&&) = delete;
    ~Voices() = default;

    void hear(std::span<const features::voice::Frame> frames);
    /// A window that was judged; in order, soon after its last frame was heard.
    void take(double start_s, double end_s, const Score& score);
    void finish();
    /// Those that were heard in enough windows, the most suspicious first; turns that began before others were dropped
    /// may be missing.
    std::vector<JudgedVoice> found() const;
    /// Whether so many turns were heard that some are not in found().
    bool dropped_turns() const { return dropped_; }

  private:
    struct Waiting {
        double start_s = 0, end_s = 0;
        Score score;
    };
    void take_turn(const features::voice::Turn& turn);
    void give(const Waiting& window);
    void drop_a_turn();

    std::vector<Waiting> waiting_;   // windows whose turns are not known yet
    std::vector<JudgedTurn> turns_;  // by preliminary voice
    std::array<WindowSums, features::voice::TurnStream::kMostPreliminary> sums_{};
    bool dropped_ = false;
    features::voice::TurnStream stream_{[this](const features::voice::Turn& turn) { take_turn(turn); }};
};

/// Log odds that one of the voices is synthetic, each as likely to be the one before anything is heard: the logarithm
/// of the mean of their odds, so that the more voices there are, the less one of them says; less a handicap where they
/// are several. Not empty.
double any_of(std::span<const JudgedVoice> voices);

}  // namespace bonafide::analyzers::voice

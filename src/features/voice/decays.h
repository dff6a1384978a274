#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <functional>
#include <span>
#include <vector>

namespace bonafide::features::voice {

inline constexpr std::size_t kDecayBands = 8;  ///< 250 Hz to 7.2 kHz

/// How fast sound dies away in a few seconds of a recording.
struct DecayBlock {
    double start_s = 0, end_s = 0;
    /// Natural logarithm of the fall in dB/s, by band; not a number where too little fell, or where the band does not
    /// stand high enough above its noise.
    std::array<float, kDecayBands> log_rates{};
    /// Whether it and what is next to it open and close and change their balance as speech does.
    bool is_speech = false;

    /// Bands that were measured.
    std::size_t measured() const;
};

/// Cuts a stream of 16 kHz samples into blocks of four seconds and measures the decays in each. Memory does not grow
/// with the length; a rest of less than a block is left out.
class DecayStream {
  public:
    using Take = std::function<void(const DecayBlock&)>;
    explicit DecayStream(Take take) : take_(std::move(take)) {}
    void add(std::span<const float> samples);
    /// Hands over the last blocks.
    void finish();

  private:
    using Powers = std::array<float, kDecayBands>;
    struct Block {
        std::vector<Powers> frames;
        Powers quiet{}, loud{};  // quantiles over the frames
        double loud_db = 0;
        double movement_db = 0;  // of the level, as fast as syllables
        double sway_db = 0;      // of the balance of high and low bands
    };
    void take_frame(std::span<const float> samples);
    void close_block();
    void measure(std::size_t index);
    bool is_speech(std::size_t index) const;

    Take take_;
    std::vector<float> waiting_;
    std::vector<Powers> frames_;
    std::deque<Block> blocks_;  // the latest
    std::size_t first_ = 0;     // number of the first of them in the recording
    std::size_t measured_ = 0;  // blocks handed over
};

}  // namespace bonafide::features::voice

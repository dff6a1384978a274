#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

namespace bonafide::analyzers::audio {

/// A moment at which sound does not go on as it should.
struct Break {
    double time_s = 0;
    double strength = 0;  ///< in the unit of the search
};

/// A bounded number of breaks, the strongest of all.
struct BreakList {
    std::vector<Break> kept;
    std::int64_t count = 0;
    double strongest = 0;
    void add(const Break& found);
};

/// The largest isolated prediction error in the middle half of `frame`, against the largest other one: about 1 to 2 in
/// undisturbed sound. `position`: its sample. Pure. 0 where the frame is silent.
double isolated_error(std::span<const float> frame, int rate_hz, std::size_t& position);

/// Clicks: isolated errors of linear prediction.
class Clicks {
  public:
    Clicks(int rate_hz, double least_ratio) : rate_hz_(rate_hz), least_ratio_(least_ratio) {}
    /// Takes the next frame; frames overlap by half.
    void add(std::span<const float> frame);
    BreakList found;  ///< strength: ratio to the largest other error

  private:
    int rate_hz_;
    double least_ratio_;
    std::int64_t start_ = 0;
};

/// Sudden changes of the background: the quietest level of each band before and after a moment.
class NoiseSteps {
  public:
    NoiseSteps(int rate_hz, double least_step_db) : rate_hz_(rate_hz), least_step_db_(least_step_db) {}
    /// Takes the power spectrum of the next frame of 2 (power.size() - 1) samples; frames overlap by half.
    void add(std::span<const float> power);
    void finish();
    BreakList found;  ///< strength: the step that three quarters of the bands reach, dB

  private:
    static constexpr std::size_t kBands = 16;
    void judge();
    void flush_candidate();
    int rate_hz_;
    double least_step_db_;
    std::deque<std::vector<float>> levels_;  ///< dB by band, newest last
    double hop_s_ = 0;
    std::int64_t frames_ = 0;
    Break candidate_;
};

}  // namespace bonafide::analyzers::audio

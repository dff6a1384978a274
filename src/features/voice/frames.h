#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace bonafide::features::voice {

inline constexpr int kRate_hz = 16'000;
inline constexpr std::size_t kFrameSamples = 400;  ///< 25 ms
inline constexpr std::size_t kHopSamples = 160;    ///< 10 ms
inline constexpr double kHop_s = 0.01;
inline constexpr std::size_t kTransformSamples = 512;
inline constexpr std::size_t kBins = kTransformSamples / 2 + 1;

inline constexpr std::size_t kLinearBands = 40;  ///< evenly spaced, 0 to 8 kHz
inline constexpr std::size_t kHighBands = 30;    ///< evenly spaced, 4 to 8 kHz
inline constexpr std::size_t kMelBands = 40;     ///< evenly spaced on the mel scale, 20 Hz to 8 kHz

/// What is kept of 25 ms of sound: power (of samples in [-1, 1], summed under a Hann window) by band, never negative.
struct Frame {
    std::array<float, kLinearBands> linear{};
    std::array<float, kHighBands> high{};
    std::array<float, kMelBands> mel{};
    float power = 0;        ///< all bins together
    float periodicity = 0;  ///< highest normalised autocorrelation at a lag of 2.5 to 15 ms, at most about 1
    float pitch_hz = 0;     ///< of that lag
};

/// One frame of kFrameSamples samples. Pure.
Frame analyse_frame(std::span<const float> samples);

/// Cuts a stream of 16 kHz samples into overlapping frames; holds less than one frame and one block of samples.
class FrameStream {
  public:
    /// Calls `take` for every frame that became complete, in order.
    void add(std::span<const float> samples, const std::function<void(const Frame&)>& take);

  private:
    std::vector<float> waiting_;
};

}  // namespace bonafide::features::voice

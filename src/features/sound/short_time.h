#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace bonafide::features::sound {

/// Cuts a stream of samples into frames of a power of two that overlap by half.
class Framer {
  public:
    /// `frame_samples` even, at least 2.
    explicit Framer(std::size_t frame_samples) : frame_(frame_samples) {}
    /// Calls `take` for every full frame.
    void add(std::span<const float> samples, const std::function<void(std::span<const float>)>& take);

  private:
    std::size_t frame_;
    std::vector<float> waiting_;
};

/// Power spectrum of `frame` under a Hann window: frame.size() / 2 + 1 values, scaled so that a full-scale sine puts
/// about 1 into its bins.
std::vector<float> power_spectrum(std::span<const float> frame);

/// Frame length for a sample rate: 32 to 64 ms, a power of two.
std::size_t frame_samples_at(int rate_hz);

/// 10 log10 with a floor of -160 dB.
double decibels(double power);

}  // namespace bonafide::features::sound

#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace bonafide::features::sound {

/// Where a long-term spectrum ends.
struct Bandwidth {
    double edge_hz =
        0;  ///< the frequency above which hardly anything is left; half the sample rate where there is no edge
    double step_db = 0;  ///< height of the edge
};

/// Finds the edge in a long-term power spectrum (bins from 0 to `rate_hz` / 2). Pure.
Bandwidth find_bandwidth(std::span<const double> power, int rate_hz);

/// Long-term spectrum and empty bands, in memory that does not grow.
class SpectrumAverage {
  public:
    explicit SpectrumAverage(int rate_hz) : rate_hz_(rate_hz) {}
    /// Takes the power spectrum of the next frame.
    void add(std::span<const float> power);
    Bandwidth bandwidth() const;
    /// Share of the cells (frame by sixteenth of the bandwidth) in loud frames that hold nothing at all, as lossy
    /// coders leave them.
    double hole_share() const;
    std::int64_t loud_frames() const { return loud_frames_; }

  private:
    static constexpr std::size_t kBands = 32;
    int rate_hz_;
    std::vector<double> sum_;
    std::vector<std::int64_t> holes_;
    std::int64_t loud_frames_ = 0;
};

}  // namespace bonafide::features::sound

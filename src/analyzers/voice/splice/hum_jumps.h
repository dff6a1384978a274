#pragma once

#include <array>
#include <complex>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

namespace bonafide::analyzers::voice {

/// A moment at which the hum of the mains goes on with another phase.
struct HumJump {
    double time_s = 0;
    double degrees = 0;       ///< 0 to 180
    double frequency_hz = 0;  ///< of the wave that was followed
};

/// Follows the hum of the mains (50 or 60 Hz) through 16 kHz sound and looks for jumps of its phase. Memory
/// does not grow with the length.
class HumJumps {
  public:
    explicit HumJumps(double least_degrees) : least_degrees_(least_degrees) {}
    void add(std::span<const float> mono_16k);
    void finish();

    /// In order of time, the largest where there are too many.
    const std::vector<HumJump>& found() const { return found_; }
    std::int64_t count() const { return count_; }
    /// Also below what counts; nothing where hum was nowhere steady enough to be followed.
    std::optional<double> largest_degrees() const { return largest_; }
    /// Share of the moments at which hum could be followed.
    double followed_share() const {
        return moments_ == 0 ? 0 : static_cast<double>(followed_) / static_cast<double>(moments_);
    }

  private:
    static constexpr std::size_t kWaves = 2;
    struct Point {
        std::complex<double> amplitude;
        double above_db = -100;  // the neighbourhood
    };
    void take_window();
    void judge();
    void keep();

    double least_degrees_;
    std::vector<float> waiting_;  // not yet decimated
    std::vector<float> window_;   // decimated
    std::int64_t windows_ = 0, moments_ = 0, followed_ = 0, count_ = 0;
    std::deque<std::array<Point, kWaves>> points_;
    std::deque<std::int64_t> steady_;  // the latest moments at which the hum went on as before
    std::optional<HumJump> candidate_;
    std::vector<HumJump> found_;
    std::optional<double> largest_;
};

}  // namespace bonafide::analyzers::voice

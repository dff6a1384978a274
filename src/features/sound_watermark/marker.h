#pragma once

#include "features/sound_watermark/grid.h"

#include <cstdint>
#include <span>
#include <vector>

namespace bonafide::features::sound_watermark {

/// Runs of samples, one a channel, of equal length.
using Channels = std::vector<std::vector<float>>;

/// How strong the mark is made, one after another until it is found in what was saved: so many dB a band is raised or
/// lowered. With 1 dB three seconds are not found after Opus of 24 kbit/s in four clips of ten (README.md).
inline constexpr double kStrengths_db[] = {1.5, 2.2, 3.2};
/// What has to be found then: what coders take away is left as margin.
inline constexpr double kWantedExponent = 15;

/// Puts the mark into a stream of sound.
class Marker {
  public:
    /// ENSURE: rates of 1,000 Hz and more, at least one channel.
    Marker(int rate_hz, std::size_t channels, double strength_db);
    /// Takes the next samples of every channel and gives those that are finished: as many in all as were given, once
    /// finish() was called, each at its own place. Samples that are not finite become 0.
    Channels add(const std::vector<std::span<const float>>& channels);
    /// The rest.
    Channels finish();
    /// Sums of squares of the sound so far, and of what the mark has changed in it.
    double signal() const { return signal_; }
    double change() const { return change_; }

  private:
    void mark_frame();

    int rate_hz_;
    double strength_db_;
    std::size_t frame_, hop_;
    std::vector<float> window_;
    std::vector<std::size_t> bin_bands_;
    Channels waiting_;  ///< the frame that is being filled, with half of the one before
    Channels sums_;     ///< overlapped frames; the first half is finished next
    Channels finished_;
    std::int64_t frames_ = 0, given_ = 0, handed_out_ = 0;
    double signal_ = 0, change_ = 0;
};

}  // namespace bonafide::features::sound_watermark

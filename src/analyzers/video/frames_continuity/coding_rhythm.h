#pragma once

#include "media/streams.h"

#include <cstdint>
#include <map>
#include <vector>

namespace bonafide::analyzers::video {

/// The rhythm of key frames and of the sizes of predicted pictures.
class CodingRhythm {
  public:
    /// Takes the next frame in display order; `starts_scene`: it shows a new scene.
    void add(media::PictureType type, bool key, int coded_bytes, double time_s, bool starts_scene);

    /// Usual number of frames from key frame to key frame; 0 where no distance clearly prevails.
    std::int64_t usual_key_interval() const;
    /// Key frames that come early although no scene starts there; 0 without a usual interval.
    std::int64_t irregular_key_frames() const;
    std::vector<double> irregular_times_s() const;

    /// A period in the sizes of P pictures that the stream's own key frames do not explain.
    struct Period {
        int frames = 0;    ///< 0: none
        double score = 0;  ///< standard deviations above chance of the best period looked at
    };
    /// The strongest one of the stretches of 2,048 P pictures seen so far.
    Period residual_period() const;

  private:
    struct Size {
        std::int64_t frame = 0;
        float bytes = 0;
    };
    struct EarlyKey {
        std::int64_t interval = 0;
        double time_s = 0;
    };
    void close_stretch();

    std::int64_t frame_ = 0, last_key_ = -1;
    std::map<std::int64_t, std::int64_t> intervals_, quiet_intervals_;  ///< all; those that end without a new scene
    std::vector<EarlyKey> quiet_keys_;
    std::vector<Size> sizes_;
    Period strongest_;
};

/// The period of `outliers` (one value a P picture, at `frames`), by phase averages: the search behind
/// CodingRhythm::residual_period.
CodingRhythm::Period find_period(const std::vector<std::int64_t>& frames, const std::vector<float>& outliers,
                                 std::int64_t own_interval);

}  // namespace bonafide::analyzers::video

#pragma once

#include "features/evenly_spaced.h"
#include "media/streams.h"

#include <opencv2/core.hpp>

#include <cstdint>
#include <vector>

namespace bonafide::features {

/// Frames spread evenly over a film whose length is not known beforehand (evenly_spaced.h): 6 to 12 of them, all of a
/// shorter film.
class FrameKeeper {
  public:
    struct Kept {
        double time_s = 0;
        cv::Mat rgb;  ///< CV_8UC3, red first, longer side at most kLongestSidePx
    };
    static constexpr std::size_t kMostFrames = 12;
    static constexpr int kLongestSidePx = 320;

    /// Converts the frame only if it is kept.
    void add(const media::VideoFrame& frame);
    const std::vector<Kept>& frames() const { return frames_.kept(); }

  private:
    EvenlySpaced<Kept, kMostFrames> frames_;
};

}  // namespace bonafide::features

#pragma once

#include "media/streams.h"

#include <opencv2/core.hpp>

#include <cstdint>
#include <vector>

namespace bonafide::features {

/// Frames spread evenly over a film whose length is not known beforehand: every `spacing`-th frame is kept, and when
/// there are more than the bound, every second one is dropped and the spacing doubled. At the end 6 to 12 frames stand
/// at equal distances (all of a shorter film).
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
    const std::vector<Kept>& frames() const { return frames_; }

  private:
    std::vector<Kept> frames_;
    std::int64_t seen_ = 0;
    std::int64_t spacing_ = 1;
};

}  // namespace bonafide::features

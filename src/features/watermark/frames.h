#pragma once

#include "features/evenly_spaced.h"
#include "features/watermark/watermark.h"
#include "media/streams.h"

#include <opencv2/core.hpp>

namespace bonafide::features::watermark {

/// Frames in which the mark of a film is looked for, spread evenly over it, as small as that needs.
class FrameSampler {
  public:
    static constexpr std::size_t kMostFrames = 12;

    /// Brings the frame to its small size only if it is kept.
    void add(const media::VideoFrame& frame);
    /// Of the frames so far.
    FilmTrace find() const { return find_in_frames(lumas_.kept()); }
    /// Of the film's frames as they came, not upright; 0 before the first that was kept.
    int longer_side_px() const { return longer_side_px_; }

  private:
    EvenlySpaced<cv::Mat, kMostFrames> lumas_;
    int longer_side_px_ = 0;
};

}  // namespace bonafide::features::watermark

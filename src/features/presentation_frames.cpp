#include "features/presentation_frames.h"

#include <cmath>

namespace bonafide::features {

void FrameKeeper::add(const media::VideoFrame& frame) {
    const std::int64_t position = seen_++;
    if (position % spacing_ != 0) return;
    if (frames_.size() == kMostFrames) {
        // Kept frames stand at 0, s, 2s, ...; the even ones among them stand at 0, 2s, 4s, ...
        for (std::size_t i = 0; i * 2 < frames_.size(); ++i) {
            if (i > 0) frames_[i] = std::move(frames_[i * 2]);
        }
        frames_.resize((kMostFrames + 1) / 2);
        spacing_ *= 2;
        if (position % spacing_ != 0) return;
    }
    cv::Mat rgb = frame.rgb(kLongestSidePx);
    if (rgb.empty() || rgb.type() != CV_8UC3) return;
    frames_.push_back({std::isfinite(frame.time_s) ? frame.time_s : 0.0, std::move(rgb)});
}

}  // namespace bonafide::features

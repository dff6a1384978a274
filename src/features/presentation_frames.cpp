#include "features/presentation_frames.h"

#include <cmath>

namespace bonafide::features {

void FrameKeeper::add(const media::VideoFrame& frame) {
    frames_.offer([&]() -> std::optional<Kept> {
        cv::Mat rgb = frame.rgb(kLongestSidePx);
        if (rgb.empty() || rgb.type() != CV_8UC3) return std::nullopt;
        return Kept{std::isfinite(frame.time_s) ? frame.time_s : 0.0, std::move(rgb)};
    });
}

}  // namespace bonafide::features

#pragma once

#include "features/voice/frames.h"

#include <cstddef>
#include <span>
#include <vector>

namespace bonafide::train {

/// What a network sees of a window: how the bands of each frame stand to one another, frame for frame.
struct FrameImage {
    std::size_t frames = 0;
    /// A row a frame: natural logarithms of the linear bank's powers, then of the high bank's, each less that of all of
    /// a loud frame. Emptier than 70 dB below the loud frames is empty.
    std::vector<float> logarithms;
    std::vector<bool> active;  ///< a frame: within 30 dB of the loud ones
};

/// Finite whatever the frames hold; at least one frame is active where there is one. Pure.
FrameImage frame_image(std::span<const features::voice::Frame> frames);

}  // namespace bonafide::train

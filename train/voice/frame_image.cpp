#include "frame_image.h"

#include "features/voice/statistics.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace bonafide::train {
namespace {

using features::voice::Frame;

constexpr float kGate_db = 30;
constexpr float kFloor_db = 70;

}  // namespace

FrameImage frame_image(std::span<const Frame> frames) {
    FrameImage image;
    image.frames = frames.size();
    std::vector<float> levels(frames.size());
    std::transform(frames.begin(), frames.end(), levels.begin(), features::voice::level_db);
    const float loud_db = features::voice::quantile(levels, 0.95);
    const float floor = std::pow(10.0F, 0.1F * (loud_db - kFloor_db)) / static_cast<float>(features::voice::kBins);
    const float loud = loud_db * 0.1F * std::log(10.0F);
    const auto logarithm = [&](float power) { return std::log(power + floor) - loud; };
    for (const Frame& frame : frames) {
        std::transform(frame.linear.begin(), frame.linear.end(), std::back_inserter(image.logarithms), logarithm);
        std::transform(frame.high.begin(), frame.high.end(), std::back_inserter(image.logarithms), logarithm);
    }
    std::transform(levels.begin(), levels.end(), std::back_inserter(image.active),
                   [&](float level) { return level >= loud_db - kGate_db; });
    return image;
}

}  // namespace bonafide::train

#pragma once

#include "features/voice/frames.h"

#include <array>

namespace cv {
class Mat;
}

namespace bonafide::features::voice {

/// The power spectrum of `in`, which is kTransformSamples long, into `power`; `spectrum` is working space.
void power_of(const cv::Mat& in, cv::Mat& spectrum, std::array<float, kBins>& power);

}  // namespace bonafide::features::voice

#include "features/voice/power_spectrum.h"

#include <opencv2/core.hpp>

namespace bonafide::features::voice {

void power_of(const cv::Mat& in, cv::Mat& spectrum, std::array<float, kBins>& power) {
    cv::dft(in, spectrum);
    // OpenCV packs a real transform as Re 0, Re 1, Im 1, ..., Re count / 2.
    const auto* packed = spectrum.ptr<float>();
    power.front() = packed[0] * packed[0];
    for (std::size_t bin = 1; bin + 1 < kBins; ++bin) {
        const float real = packed[2 * bin - 1];
        const float imaginary = packed[2 * bin];
        power[bin] = real * real + imaginary * imaginary;
    }
    power.back() = packed[kTransformSamples - 1] * packed[kTransformSamples - 1];
}

}  // namespace bonafide::features::voice

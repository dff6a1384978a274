#include "forge/voice/short_time.h"

#include "base/ensure.h"

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

namespace bonafide::forge {
namespace {

constexpr float kLeastWeight = 1e-3F;  ///< at the very ends, in the silence that was put there

}  // namespace

ShortTimeTransform::ShortTimeTransform(std::size_t frame, std::size_t hop) : window_(frame), hop_(hop) {
    ENSURE(hop > 0 && frame % 2 == 0 && frame % hop == 0);
    for (std::size_t i = 0; i < frame; ++i) {
        const double phase = 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(frame);
        window_[i] = static_cast<float>(0.5 - 0.5 * std::cos(phase));
    }
}

std::vector<float> ShortTimeTransform::padded(std::span<const float> samples, std::size_t frames) const {
    const std::size_t before = window_.size() / 2;
    std::vector<float> result(padded_length(frames));
    ENSURE(before + samples.size() <= result.size());
    std::copy(samples.begin(), samples.end(), result.begin() + static_cast<std::ptrdiff_t>(before));
    return result;
}

std::vector<float> ShortTimeTransform::unpadded(std::span<const float> padded, std::size_t count) const {
    const auto inside = padded.subspan(window_.size() / 2, count);
    return {inside.begin(), inside.end()};
}

ShortTimeTransform::Spectrum ShortTimeTransform::spectrum_of(std::span<const float> padded, std::size_t frames) const {
    ENSURE(padded.size() == padded_length(frames));
    Spectrum all(frames * bins());
    cv::Mat in(1, static_cast<int>(window_.size()), CV_32F), out;
    for (std::size_t frame = 0; frame < frames; ++frame) {
        std::transform(window_.begin(), window_.end(), padded.begin() + static_cast<std::ptrdiff_t>(frame * hop_),
                       in.ptr<float>(), std::multiplies<>());
        cv::dft(in, out);
        const auto* packed = out.ptr<float>();  // Re 0, Re 1, Im 1, ..., Re count / 2
        std::complex<float>* values = &all[frame * bins()];
        values[0] = packed[0];
        for (std::size_t bin = 1; bin + 1 < bins(); ++bin) {
            values[bin] = {packed[2 * bin - 1], packed[2 * bin]};
        }
        values[bins() - 1] = packed[window_.size() - 1];
    }
    return all;
}

std::vector<float> ShortTimeTransform::sound_of(const Spectrum& spectrum, std::size_t frames) const {
    ENSURE(spectrum.size() == frames * bins());
    std::vector<float> sum(padded_length(frames)), weights(sum.size());
    cv::Mat in(1, static_cast<int>(window_.size()), CV_32F), out;
    for (std::size_t frame = 0; frame < frames; ++frame) {
        auto* packed = in.ptr<float>();
        const std::complex<float>* values = &spectrum[frame * bins()];
        packed[0] = values[0].real();
        for (std::size_t bin = 1; bin + 1 < bins(); ++bin) {
            packed[2 * bin - 1] = values[bin].real();
            packed[2 * bin] = values[bin].imag();
        }
        packed[window_.size() - 1] = values[bins() - 1].real();
        cv::dft(in, out, cv::DFT_INVERSE | cv::DFT_SCALE | cv::DFT_REAL_OUTPUT);
        for (std::size_t i = 0; i < window_.size(); ++i) {
            sum[frame * hop_ + i] += out.ptr<float>()[i] * window_[i];
            weights[frame * hop_ + i] += window_[i] * window_[i];
        }
    }
    std::transform(sum.begin(), sum.end(), weights.begin(), sum.begin(),
                   [](float value, float weight) { return value / std::max(weight, kLeastWeight); });
    return sum;
}

}  // namespace bonafide::forge

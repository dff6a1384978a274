#include "features/sound/short_time.h"

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace bonafide::features::sound {

void Framer::add(std::span<const float> samples, const std::function<void(std::span<const float>)>& take) {
    waiting_.insert(waiting_.end(), samples.begin(), samples.end());
    std::size_t at = 0;
    for (; at + frame_ <= waiting_.size(); at += frame_ / 2) {
        take(std::span(waiting_).subspan(at, frame_));
    }
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(at));
}

std::vector<float> power_spectrum(std::span<const float> frame) {
    const std::size_t count = frame.size();
    cv::Mat in(1, static_cast<int>(count), CV_32F);
    auto* values = in.ptr<float>();
    // The window is cheap beside the transform, and recomputing it keeps the function pure.
    const double step = 2 * std::numbers::pi / static_cast<double>(count);
    double cosine = 1;
    double sine = 0;
    const double turn_cosine = std::cos(step);
    const double turn_sine = std::sin(step);
    for (std::size_t i = 0; i < count; ++i) {
        values[i] = frame[i] * static_cast<float>(0.5 - 0.5 * cosine);
        const double next = cosine * turn_cosine - sine * turn_sine;
        sine = sine * turn_cosine + cosine * turn_sine;
        cosine = next;
    }
    cv::Mat out;
    cv::dft(in, out);
    // OpenCV packs a real transform as Re 0, Re 1, Im 1, ..., Re count/2.
    const auto* packed = out.ptr<float>();
    std::vector<float> power(count / 2 + 1);
    const float scale = 16.0F / (static_cast<float>(count) * static_cast<float>(count));
    power[0] = packed[0] * packed[0] * scale;
    for (std::size_t bin = 1; bin < count / 2; ++bin) {
        const float real = packed[2 * bin - 1];
        const float imaginary = packed[2 * bin];
        power[bin] = (real * real + imaginary * imaginary) * scale;
    }
    power[count / 2] = packed[count - 1] * packed[count - 1] * scale;
    return power;
}

std::size_t frame_samples_at(int rate_hz) {
    constexpr double kLeast_s = 0.032;
    std::size_t samples = 64;
    while (static_cast<double>(samples) < kLeast_s * rate_hz) {
        samples *= 2;
    }
    return samples;
}

double decibels(double power) {
    return 10 * std::log10(std::max(power, 1e-16));
}

}  // namespace bonafide::features::sound

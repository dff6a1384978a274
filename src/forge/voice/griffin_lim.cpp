// Copy synthesis from a mel spectrogram by Griffin and Lim, "Signal estimation from modified short-time Fourier
// transform", IEEE Transactions on Acoustics, Speech and Signal Processing 32(2), 1984, accelerated as by Perraudin,
// Balazs and Sondergaard, "A fast Griffin-Lim algorithm", WASPAA 2013. Frames of 64 ms every 16 ms, 80 bands from 0 to
// 8 kHz, as text-to-speech systems had them. Deviations: magnitudes come back from the bands by interpolation between
// their means instead of a pseudo-inverse, whose negative values would have to be cut off.
#include "forge/voice/griffin_lim.h"

#include "base/ensure.h"
#include "features/voice/mel_scale.h"
#include "forge/random.h"

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

namespace bonafide::forge {
namespace {

constexpr double kRate_hz = 16'000;
constexpr std::size_t kFrame = 1024, kHop = kFrame / 4, kBins = kFrame / 2 + 1;
constexpr std::size_t kBands = 80;
constexpr int kPasses = 60;
constexpr float kMomentum = 0.99F;
constexpr float kLeastWeight = 1e-3F;  ///< at the very ends, in the silence that was put there

using features::voice::hertz_of;
using features::voice::mel_of;
using Spectrum = std::vector<std::complex<float>>;  ///< kBins a frame, one frame after another

const std::vector<float>& window() {
    static const auto made = [] {
        std::vector<float> values(kFrame);
        for (std::size_t i = 0; i < kFrame; ++i) {
            values[i] =
                static_cast<float>(0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i) / kFrame));
        }
        return values;
    }();
    return made;
}

/// With half a frame of silence on both sides, so that the middle of frame n is sample n * kHop.
std::size_t padded_length(std::size_t frames) {
    return (frames - 1) * kHop + kFrame;
}

Spectrum transformed(const std::vector<float>& padded, std::size_t frames) {
    Spectrum all(frames * kBins);
    cv::Mat in(1, kFrame, CV_32F), out;
    for (std::size_t frame = 0; frame < frames; ++frame) {
        std::transform(window().begin(), window().end(), padded.begin() + static_cast<std::ptrdiff_t>(frame * kHop),
                       in.ptr<float>(), std::multiplies<>());
        cv::dft(in, out);
        const auto* packed = out.ptr<float>();  // Re 0, Re 1, Im 1, ..., Re count / 2
        std::complex<float>* bins = &all[frame * kBins];
        bins[0] = packed[0];
        for (std::size_t bin = 1; bin + 1 < kBins; ++bin) {
            bins[bin] = {packed[2 * bin - 1], packed[2 * bin]};
        }
        bins[kBins - 1] = packed[kFrame - 1];
    }
    return all;
}

/// The sound whose transform is nearest to `all`, by least squares.
std::vector<float> sound_of(const Spectrum& all, std::size_t frames) {
    std::vector<float> sum(padded_length(frames)), weights(sum.size());
    cv::Mat in(1, kFrame, CV_32F), out;
    for (std::size_t frame = 0; frame < frames; ++frame) {
        auto* packed = in.ptr<float>();
        const std::complex<float>* bins = &all[frame * kBins];
        packed[0] = bins[0].real();
        for (std::size_t bin = 1; bin + 1 < kBins; ++bin) {
            packed[2 * bin - 1] = bins[bin].real();
            packed[2 * bin] = bins[bin].imag();
        }
        packed[kFrame - 1] = bins[kBins - 1].real();
        cv::dft(in, out, cv::DFT_INVERSE | cv::DFT_SCALE | cv::DFT_REAL_OUTPUT);
        for (std::size_t i = 0; i < kFrame; ++i) {
            sum[frame * kHop + i] += out.ptr<float>()[i] * window()[i];
            weights[frame * kHop + i] += window()[i] * window()[i];
        }
    }
    std::transform(sum.begin(), sum.end(), weights.begin(), sum.begin(),
                   [](float value, float weight) { return value / std::max(weight, kLeastWeight); });
    return sum;
}

/// What is left of the magnitudes of one frame after the bands.
void through_bands(const std::complex<float>* bins, float* magnitudes) {
    static const double step = mel_of(kRate_hz / 2) / (kBands + 1);
    std::vector<double> sums(kBands), weights(kBands);
    for (std::size_t bin = 0; bin < kBins; ++bin) {
        // Triangles that overlap by half: a bin belongs to two bands, by its distance to their middles.
        const double place = mel_of(static_cast<double>(bin) * kRate_hz / kFrame) / step - 1;
        const auto below = static_cast<std::ptrdiff_t>(std::floor(place));
        for (const std::ptrdiff_t band : {below, below + 1}) {
            if (band >= 0 && band < static_cast<std::ptrdiff_t>(kBands)) {
                const double weight = 1 - std::abs(place - static_cast<double>(band));
                sums[static_cast<std::size_t>(band)] += weight * std::abs(bins[bin]);
                weights[static_cast<std::size_t>(band)] += weight;
            }
        }
    }
    // Low bands may be narrower than a bin: those without any take the bin at their middle.
    for (std::size_t band = 0; band < kBands; ++band) {
        const double middle_hz = hertz_of(step * static_cast<double>(band + 1));
        const auto bin = static_cast<std::size_t>(std::lround(middle_hz * kFrame / kRate_hz));
        sums[band] = weights[band] > 0.05 ? sums[band] / weights[band] : std::abs(bins[std::min(bin, kBins - 1)]);
    }
    for (std::size_t bin = 0; bin < kBins; ++bin) {
        const double place = std::clamp(mel_of(static_cast<double>(bin) * kRate_hz / kFrame) / step - 1, 0.0,
                                        static_cast<double>(kBands - 1));
        const auto below = std::min(static_cast<std::size_t>(place), kBands - 2);
        const double share = place - static_cast<double>(below);
        magnitudes[bin] = static_cast<float>((1 - share) * sums[below] + share * sums[below + 1]);
    }
}

}  // namespace

std::vector<float> griffin_lim(std::span<const float> samples, std::uint64_t seed) {
    ENSURE(!samples.empty());
    const std::size_t frames = samples.size() / kHop + 2;
    std::vector<float> padded(padded_length(frames));
    std::copy(samples.begin(), samples.end(), padded.begin() + kFrame / 2);
    const Spectrum given = transformed(padded, frames);
    std::vector<float> magnitudes(given.size());
    for (std::size_t frame = 0; frame < frames; ++frame) {
        through_bands(&given[frame * kBins], &magnitudes[frame * kBins]);
    }
    Random random(seed);
    Spectrum guess(given.size()), before(given.size());
    for (std::size_t i = 0; i < guess.size(); ++i) {
        guess[i] = std::polar(magnitudes[i], static_cast<float>(random.between(-std::numbers::pi, std::numbers::pi)));
    }
    for (int pass = 0; pass < kPasses; ++pass) {
        const Spectrum consistent = transformed(sound_of(guess, frames), frames);
        for (std::size_t i = 0; i < guess.size(); ++i) {
            const std::complex<float> next = consistent[i] + kMomentum * (consistent[i] - before[i]);
            const float length = std::abs(next);
            guess[i] = length > 0 ? next * (magnitudes[i] / length) : std::complex<float>(magnitudes[i]);
        }
        before = consistent;
    }
    const std::vector<float> sound = sound_of(guess, frames);
    return {sound.begin() + kFrame / 2, sound.begin() + static_cast<std::ptrdiff_t>(kFrame / 2 + samples.size())};
}

}  // namespace bonafide::forge

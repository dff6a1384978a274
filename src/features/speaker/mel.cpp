// The front end that the encoder was trained behind: a periodic Hann window of 25 ms, a transform of just that length,
// power, 40 triangles from 0 Hz to 8 kHz on the mel scale of Slaney, "Auditory toolbox" (1998): linear to 1 kHz, then
// logarithmic; each triangle of one area. These are the defaults of librosa 0.7 with which Resemblyzer computes it.
// Deviation: a frame begins where the sound does, and is not centred on it with padding.
#include "features/speaker/mel.h"

#include "base/ensure.h"
#include "features/voice/frames.h"
#include "features/voice/samples.h"

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

namespace bonafide::features::speaker {
namespace {

constexpr std::size_t kSamples = voice::kFrameSamples;
constexpr std::size_t kBins = kSamples / 2 + 1;
constexpr double kBinWidth_hz = static_cast<double>(voice::kRate_hz) / kSamples;

constexpr double kLinearStep_hz = 200.0 / 3, kKnee_hz = 1000, kKnee_mel = 15;
/// 27 steps from 1 kHz to 6.4 kHz.
double logarithmic_step() {
    return std::log(6.4) / 27;
}

double mel_of(double frequency_hz) {
    return frequency_hz < kKnee_hz ? frequency_hz / kLinearStep_hz
                                   : kKnee_mel + std::log(frequency_hz / kKnee_hz) / logarithmic_step();
}

double frequency_of(double mel) {
    return mel < kKnee_mel ? mel * kLinearStep_hz : kKnee_hz * std::exp((mel - kKnee_mel) * logarithmic_step());
}

struct Triangle {
    std::size_t first = 0;
    std::vector<float> weights;
};

/// What does not depend on the sound.
struct Tables {
    std::array<float, kSamples> window{};
    std::array<Triangle, kMelBands> bank;

    Tables() {
        for (std::size_t i = 0; i < kSamples; ++i) {
            const double phase = 2 * std::numbers::pi * static_cast<double>(i) / kSamples;
            window[i] = static_cast<float>(0.5 - 0.5 * std::cos(phase));
        }
        const double step = mel_of(voice::kRate_hz / 2.0) / (kMelBands + 1);
        for (std::size_t band = 0; band < kMelBands; ++band) {
            const auto place = static_cast<double>(band);
            const double low = frequency_of(place * step), middle = frequency_of((place + 1) * step),
                         high = frequency_of((place + 2) * step);
            Triangle& triangle = bank[band];
            for (std::size_t bin = 0; bin < kBins; ++bin) {
                const double frequency = static_cast<double>(bin) * kBinWidth_hz;
                const double height =
                    std::min((frequency - low) / (middle - low), (high - frequency) / (high - middle));
                if (height > 0) {
                    triangle.first = triangle.weights.empty() ? bin : triangle.first;
                    triangle.weights.push_back(static_cast<float>(height * 2 / (high - low)));
                }
            }
        }
    }
};

const Tables& tables() {
    static const Tables made;
    return made;
}

}  // namespace

MelFrame mel_frame(std::span<const float> samples, float gain) {
    ENSURE(samples.size() == kSamples);
    cv::Mat in(1, static_cast<int>(kSamples), CV_32F), spectrum;
    auto* values = in.ptr<float>();
    for (std::size_t i = 0; i < kSamples; ++i) {
        const float value = voice::usable(samples[i]);
        values[i] = value * gain * tables().window[i];
    }
    cv::dft(in, spectrum);
    // OpenCV packs a real transform as Re 0, Re 1, Im 1, ..., Re count / 2.
    const auto* packed = spectrum.ptr<float>();
    std::array<float, kBins> power{};
    power.front() = packed[0] * packed[0];
    for (std::size_t bin = 1; bin + 1 < kBins; ++bin) {
        power[bin] = packed[2 * bin - 1] * packed[2 * bin - 1] + packed[2 * bin] * packed[2 * bin];
    }
    power.back() = packed[kSamples - 1] * packed[kSamples - 1];
    MelFrame mel{};
    for (std::size_t band = 0; band < kMelBands; ++band) {
        const Triangle& triangle = tables().bank[band];
        mel[band] = std::inner_product(triangle.weights.begin(), triangle.weights.end(),
                                       power.begin() + static_cast<std::ptrdiff_t>(triangle.first), 0.0F);
    }
    return mel;
}

}  // namespace bonafide::features::speaker

// A mel spectrogram and the pitch made sound by a network that gives magnitude and phase of a short-time spectrum,
// which an inverse transform turns into samples: Siuzdak, "Vocos: closing the gap between time-domain and Fourier-based
// neural vocoders for high-quality audio synthesis", ICLR 2024. Deviations: phases are turns of those of pulses, and
// some noise is added (excitation.cpp), since where a pulse comes no mel spectrogram says, and periods cannot be
// counted over a vowel from some frames; 16 kHz, frames of 48 ms every 12 ms, 80 bands on the mel scale 2595 log10(1 +
// f / 700), a million weights, trained for minutes (train/vocoder). Limits: one channel; where the pitch is
// followed wrongly the copy has the wrong pitch; what the card says (models/cards/forge.vocoder.md).
#include "forge/voice/neural_vocoder.h"

#include "base/ensure.h"
#include "forge/voice/excitation.h"
#include "forge/voice/mel_bands.h"
#include "forge/voice/pitch.h"
#include "forge/voice/short_time.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>

namespace bonafide::forge {
namespace {

constexpr double kRate_hz = 16'000;
constexpr std::size_t kFrame = 768, kHop = 192, kBands = 80, kGiven = kBands + 2;
constexpr float kLeastLevel = 1e-5F;
/// Of a bin; below it there are no pulses, and the network's phases are those of a click in the frame's middle.
constexpr float kLeastPulse = 1e-3F;
/// Voiced more readily than elsewhere: the network can make noise of pulses that are not wanted, but no pulses where
/// there are none.
constexpr double kVoicelessCost = 0.75;
/// Of a piece, only what is farther from its ends is kept: seven layers look three frames to each side.
constexpr std::size_t kMargin = 24;

const ShortTimeTransform& transform() {
    static const ShortTimeTransform made(kFrame, kHop);
    return made;
}

}  // namespace

std::vector<float> mel_logarithms(std::span<const float> samples) {
    ENSURE(!samples.empty());
    static const MelBands bands(kRate_hz, kFrame, kBands);
    const std::size_t frames = transform().frames_of(samples.size()), bins = transform().bins();
    const auto spectrum = transform().spectrum_of(transform().padded(samples, frames), frames);
    std::vector<float> logarithms;
    logarithms.reserve(frames * kBands);
    for (std::size_t frame = 0; frame < frames; ++frame) {
        for (const float mean : bands.means_of(std::span(spectrum).subspan(frame * bins, bins))) {
            logarithms.push_back(std::log(std::max(mean, kLeastLevel)));
        }
    }
    return logarithms;
}

Result<infer::Session> open_neural_vocoder(const infer::ModelStore& models, int threads) {
    return infer::Session::open(models, "forge.vocoder", {.threads = threads});
}

std::vector<float> given_to_vocoder(std::span<const float> samples, std::span<const double> pitch_hz) {
    const std::vector<float> mel = mel_logarithms(samples);
    std::vector<float> given;
    given.reserve(mel.size() / kBands * kGiven);
    for (std::size_t frame = 0; frame < mel.size() / kBands; ++frame) {
        const auto bands = std::span(mel).subspan(frame * kBands, kBands);
        given.insert(given.end(), bands.begin(), bands.end());
        // Behind the end there is no voice.
        const std::array<float, 2> told =
            frame * kHop < samples.size() ? told_of(pitch_hz, frame * kHop) : std::array{0.0F, 0.0F};
        given.insert(given.end(), told.begin(), told.end());
    }
    return given;
}

Result<std::vector<float>> shapes_of(std::span<const float> given, infer::Session& network) {
    const auto& shape = network.inputs().at(0).shape;
    ENSURE(shape.size() == 3 && shape[1] == kGiven && shape[2] > 2 * kMargin);
    const std::size_t piece = shape[2], core = piece - 2 * kMargin, row = 3 * transform().bins();
    const std::size_t frames = given.size() / kGiven;
    std::vector<float> shapes;
    shapes.reserve(frames * row);
    for (std::size_t first = 0; first < frames; first += core) {
        // Bands outside, frames inside; around the sound there is silence.
        infer::Tensor input{{1, kGiven, piece}, std::vector<float>(kGiven * piece, std::log(kLeastLevel))};
        std::fill(input.values.begin() + kBands * piece, input.values.end(), 0.0F);
        for (std::size_t place = 0; place < piece; ++place) {
            const std::size_t frame = first + place - kMargin;  // wraps below 0 to what is no frame
            for (std::size_t number = 0; frame < frames && number < kGiven; ++number) {
                input.values[number * piece + place] = given[frame * kGiven + number];
            }
        }
        const auto answer = network.run(std::span(&input, 1));
        if (!answer) {
            return answer.error();
        }
        ENSURE(answer->at(0).values.size() == piece * row);
        const std::size_t count = std::min(core, frames - first);
        const auto kept = std::span(answer->at(0).values).subspan(kMargin * row, count * row);
        shapes.insert(shapes.end(), kept.begin(), kept.end());
    }
    return shapes;
}

Result<std::vector<float>> neural_vocoder(std::span<const float> samples, infer::Session& network, std::uint64_t seed) {
    const std::vector<double> pitch = pitch_of(samples, kVoicelessCost);
    const auto shapes = shapes_of(given_to_vocoder(samples, pitch), network);
    if (!shapes) {
        return shapes.error();
    }
    const std::size_t bins = transform().bins(), frames = transform().frames_of(samples.size());
    const auto spectrum_of = [&](const std::vector<float>& driving) {
        return transform().spectrum_of(transform().padded(driving, frames), frames);
    };
    const auto pulses = spectrum_of(pulses_of(pitch, samples.size()));
    const auto noise = spectrum_of(white_noise(samples.size(), seed));
    ShortTimeTransform::Spectrum spectrum(frames * bins);
    for (std::size_t frame = 0; frame < frames; ++frame) {
        const float* shape = &(*shapes)[frame * 3 * bins];
        for (std::size_t bin = 0; bin < bins; ++bin) {
            const std::complex<float> click(bin % 2 == 0 ? 1.0F : -1.0F);
            const auto direction = [](std::complex<float> value, std::complex<float> otherwise) {
                const float magnitude = std::abs(value);
                return magnitude > kLeastPulse ? value / magnitude : otherwise;
            };
            const std::size_t at = frame * bins + bin;
            spectrum[at] = std::complex(shape[bin], shape[bins + bin]) * direction(pulses[at], click) +
                           shape[2 * bins + bin] * direction(noise[at], click);
        }
    }
    return transform().unpadded(transform().sound_of(spectrum, frames), samples.size());
}

}  // namespace bonafide::forge

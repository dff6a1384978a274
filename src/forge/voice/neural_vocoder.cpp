// A mel spectrogram made sound by a network that gives magnitude and phase of a short-time spectrum, which an inverse
// transform turns into samples: Siuzdak, "Vocos: closing the gap between time-domain and Fourier-based neural vocoders
// for high-quality audio synthesis", ICLR 2024. Deviations: 16 kHz, frames of 48 ms every 12 ms, 80 bands on the mel
// scale 2595 log10(1 + f / 700), under a million weights, trained for about an hour (train/vocoder). Limits: one
// channel; what the card says (models/cards/forge.vocoder.md).
#include "forge/voice/neural_vocoder.h"

#include "base/ensure.h"
#include "forge/voice/mel_bands.h"
#include "forge/voice/short_time.h"

#include <algorithm>
#include <cmath>

namespace bonafide::forge {
namespace {

constexpr double kRate_hz = 16'000;
constexpr std::size_t kFrame = 768, kHop = 192, kBands = 80;
constexpr float kLeastLevel = 1e-5F;
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

Result<std::vector<float>> neural_vocoder(std::span<const float> samples, infer::Session& network) {
    const auto& shape = network.inputs().at(0).shape;
    ENSURE(shape.size() == 3 && shape[1] == kBands && shape[2] > 2 * kMargin);
    const std::size_t piece = shape[2], core = piece - 2 * kMargin, bins = transform().bins();
    const std::vector<float> mel = mel_logarithms(samples);
    const std::size_t frames = mel.size() / kBands;
    ShortTimeTransform::Spectrum spectrum(frames * bins);
    for (std::size_t first = 0; first < frames; first += core) {
        // Bands outside, frames inside; around the sound there is silence.
        infer::Tensor input{{1, kBands, piece}, std::vector<float>(kBands * piece, std::log(kLeastLevel))};
        for (std::size_t place = 0; place < piece; ++place) {
            const std::size_t frame = first + place - kMargin;  // wraps below 0 to what is no frame
            for (std::size_t band = 0; frame < frames && band < kBands; ++band) {
                input.values[band * piece + place] = mel[frame * kBands + band];
            }
        }
        const auto answer = network.run(std::span(&input, 1));
        if (!answer) {
            return answer.error();
        }
        const infer::Tensor& made = answer->at(0);
        ENSURE(made.values.size() == piece * 2 * bins);
        for (std::size_t frame = first; frame < std::min(frames, first + core); ++frame) {
            const float* real = &made.values[(frame - first + kMargin) * 2 * bins];
            for (std::size_t bin = 0; bin < bins; ++bin) {
                spectrum[frame * bins + bin] = {real[bin], real[bins + bin]};
            }
        }
    }
    return transform().unpadded(transform().sound_of(spectrum, frames), samples.size());
}

}  // namespace bonafide::forge

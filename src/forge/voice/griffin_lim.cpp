// Copy synthesis from a mel spectrogram by Griffin and Lim, "Signal estimation from modified short-time Fourier
// transform", IEEE Transactions on Acoustics, Speech and Signal Processing 32(2), 1984, accelerated as by Perraudin,
// Balazs and Sondergaard, "A fast Griffin-Lim algorithm", WASPAA 2013. Frames of 64 ms every 16 ms, 80 bands from 0 to
// 8 kHz, as text-to-speech systems had them. Deviations: magnitudes come back from the bands by interpolation between
// their means instead of a pseudo-inverse, whose negative values would have to be cut off.
#include "forge/voice/griffin_lim.h"

#include "base/ensure.h"
#include "forge/random.h"
#include "forge/voice/mel_bands.h"
#include "forge/voice/short_time.h"

#include <complex>
#include <numbers>

namespace bonafide::forge {
namespace {

constexpr double kRate_hz = 16'000;
constexpr std::size_t kFrame = 1024, kHop = kFrame / 4;
constexpr std::size_t kBands = 80;
constexpr int kPasses = 60;
constexpr float kMomentum = 0.99F;

using Spectrum = ShortTimeTransform::Spectrum;

}  // namespace

std::vector<float> griffin_lim(std::span<const float> samples, std::uint64_t seed) {
    ENSURE(!samples.empty());
    const ShortTimeTransform transform(kFrame, kHop);
    const MelBands bands(kRate_hz, kFrame, kBands);
    const std::size_t frames = transform.frames_of(samples.size()), bins = transform.bins();
    const Spectrum given = transform.spectrum_of(transform.padded(samples, frames), frames);
    // What is left of the magnitudes after the bands.
    std::vector<float> magnitudes(given.size());
    for (std::size_t frame = 0; frame < frames; ++frame) {
        bands.spread(bands.means_of(std::span(given).subspan(frame * bins, bins)),
                     std::span(magnitudes).subspan(frame * bins, bins));
    }
    Random random(seed);
    Spectrum guess(given.size()), before(given.size());
    for (std::size_t i = 0; i < guess.size(); ++i) {
        guess[i] = std::polar(magnitudes[i], static_cast<float>(random.between(-std::numbers::pi, std::numbers::pi)));
    }
    for (int pass = 0; pass < kPasses; ++pass) {
        const Spectrum consistent = transform.spectrum_of(transform.sound_of(guess, frames), frames);
        for (std::size_t i = 0; i < guess.size(); ++i) {
            const std::complex<float> next = consistent[i] + kMomentum * (consistent[i] - before[i]);
            const float length = std::abs(next);
            guess[i] = length > 0 ? next * (magnitudes[i] / length) : std::complex<float>(magnitudes[i]);
        }
        before = consistent;
    }
    return transform.unpadded(transform.sound_of(guess, frames), samples.size());
}

}  // namespace bonafide::forge

// Traces of the rate at which a network builds sound.
//
// Vocoders and coding networks turn each frame into samples through layers that raise the rate by whole factors. Such a
// layer treats the samples between two frames unlike one another, so that sound gets periodic at the rate of frames:
// tones at its multiples (Pons et al., "Upsampling artifacts in neural audio synthesis", ICASSP 2021; Afchar et al., "A
// Fourier explanation of AI-music artifacts", ISMIR 2025) and loudness and noise that beat with it, which is
// cyclostationarity (Gardner, IEEE Signal Processing Magazine 8(2), 1991). Voices glide and rooms are not periodic, so
// that recordings have neither. Deviations: bands are first brought to even loudness in time, so that soft moments, in
// which such traces are clearest, count as much as loud ones; what stands out is compared with the spectrum next to it
// and limited, so that a whistle or a hum does not make a rate. Limits: only the listed rates are looked for; mains
// hum, whose multiples are 50 and 100 Hz, coders with such frames and noise suppression in blocks leave the same
// traces.
#include "features/voice/frame_rates.h"

#include "features/voice/frames.h"
#include "features/voice/samples.h"

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>
#include <numeric>
#include <vector>

namespace bonafide::features::voice {
namespace {

constexpr std::size_t kSliceSamples = 64;
constexpr std::size_t kStepSamples = 8;
constexpr double kSteps_hz = static_cast<double>(kRate_hz) / kStepSamples;  // 2 kHz
constexpr std::size_t kTransformSteps = 8192;                               // bins of 0.24 Hz
constexpr double kBin_hz = kSteps_hz / kTransformSteps;
constexpr std::size_t kLeastSteps = 400;
constexpr std::size_t kStepsAtATime = 256;  // what stays in the cache

// Bands 500 Hz apart, a Hann window wide, around 1.5 to 7.5 kHz.
constexpr std::size_t kBands = kFrameRateBands;
constexpr double kBandApart_hz = kFrameRateBandsApart_hz;
constexpr auto kFirstBand = static_cast<std::size_t>(kFirstFrameRateBand_hz / kFrameRateBandsApart_hz);
constexpr std::size_t kSliceBinsABand = 2;

constexpr double kHighestBeat_hz = 990;
constexpr double kLowestTone_hz = 1500, kHighestTone_hz = 7750;

// Loudness is evened out over 20 ms for the beats and 10 ms for the tones.
constexpr std::size_t kBeatSteps = 40, kToneSteps = 20;
constexpr float kMostLoudness = 5;
constexpr float kMostRatio = 8;
constexpr float kLeastPower = 1e-9F;  // so that nothing against nothing is 1
// A bin is compared with the bins between these distances, on both sides.
constexpr int kNearest = 3, kFarthest = 14;
constexpr std::size_t kNeighbours = 2 * (kFarthest - kNearest + 1);

using Complex = std::complex<float>;

/// What runs through one band, a value a step.
struct Band {
    std::vector<Complex> wave;
    std::vector<float> power;
};

std::array<float, kSliceSamples> slice_window() {
    std::array<float, kSliceSamples> window{};
    for (std::size_t i = 0; i < kSliceSamples; ++i) {
        const double phase = 2 * std::numbers::pi * static_cast<double>(i) / kSliceSamples;
        window[i] = static_cast<float>(0.5 - 0.5 * std::cos(phase));
    }
    return window;
}

std::vector<Band> bands_of(std::span<const float> samples) {
    static const std::array<float, kSliceSamples> window = slice_window();
    const std::size_t steps = std::min((samples.size() - kSliceSamples) / kStepSamples + 1, kTransformSteps);
    std::vector<Band> bands(kBands, {std::vector<Complex>(steps), std::vector<float>(steps)});
    std::vector<float> clean((steps - 1) * kStepSamples + kSliceSamples);
    std::transform(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(clean.size()), clean.begin(), usable);
    cv::Mat slices(static_cast<int>(kStepsAtATime), static_cast<int>(kSliceSamples), CV_32F), spectra;
    double sum = 0;
    for (std::size_t first = 0; first < steps; first += kStepsAtATime) {
        const std::size_t count = std::min(kStepsAtATime, steps - first);
        for (std::size_t row = 0; row < count; ++row) {
            auto* slice = slices.ptr<float>(static_cast<int>(row));
            const float* from = &clean[(first + row) * kStepSamples];
            for (std::size_t i = 0; i < kSliceSamples; ++i) {
                slice[i] = from[i] * window[i];
            }
        }
        cv::dft(slices, spectra, cv::DFT_ROWS);
        for (std::size_t row = 0; row < count; ++row) {
            // OpenCV packs a real transform as Re 0, Re 1, Im 1, ..., Re count / 2.
            const auto* packed = spectra.ptr<float>(static_cast<int>(row));
            for (std::size_t band = 0; band < kBands; ++band) {
                const std::size_t bin = kSliceBinsABand * (kFirstBand + band);
                const float real = packed[2 * bin - 1], imaginary = packed[2 * bin];
                bands[band].wave[first + row] = {real, imaginary};
                bands[band].power[first + row] = real * real + imaginary * imaginary;
                sum += bands[band].power[first + row];
            }
        }
    }
    // A floor, so that digital silence is silence and not what rounding left of it.
    const auto floor = static_cast<float>(1e-9 * sum / static_cast<double>(kBands * steps) + 1e-15);
    for (Band& band : bands) {
        for (float& power : band.power) {
            power += floor;
        }
    }
    return bands;
}

/// Mean over `width` values around each, fewer at the ends.
std::vector<float> smoothed(const std::vector<float>& values, std::size_t width) {
    std::vector<double> sums(values.size() + 1, 0);
    for (std::size_t i = 0; i < values.size(); ++i) {
        sums[i + 1] = sums[i] + values[i];
    }
    std::vector<float> means(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t first = i < width / 2 ? 0 : i - width / 2;
        const std::size_t last = std::min(i + (width - width / 2), values.size());
        // The floor keeps each value positive, and so must a difference of long sums.
        means[i] = std::max(static_cast<float>((sums[last] - sums[first]) / static_cast<double>(last - first)),
                            std::numeric_limits<float>::min());
    }
    return means;
}

std::vector<float> hann(std::size_t count) {
    std::vector<float> window(count);
    for (std::size_t i = 0; i < count; ++i) {
        window[i] = static_cast<float>(
            0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(count - 1)));
    }
    return window;
}

/// The band's loudness against that of the 20 ms around, without its mean, under `window`.
std::vector<float> beats_of(const Band& band, const std::vector<float>& window) {
    const std::vector<float> around = smoothed(band.power, kBeatSteps);
    std::vector<float> beats(band.power.size());
    double sum = 0;
    for (std::size_t i = 0; i < beats.size(); ++i) {
        beats[i] = std::min(band.power[i] / around[i], kMostLoudness);
        sum += beats[i];
    }
    const auto mean = static_cast<float>(sum / static_cast<double>(beats.size()));
    for (std::size_t i = 0; i < beats.size(); ++i) {
        beats[i] = (beats[i] - mean) * window[i];
    }
    return beats;
}

using Power = std::vector<float>;

/// Power spectra of two real bands from one transform, bins up to half the rate; `second` may be empty.
std::array<Power, 2> beat_spectra(const std::vector<float>& first, const std::vector<float>& second) {
    cv::Mat both = cv::Mat::zeros(1, static_cast<int>(kTransformSteps), CV_32FC2);
    auto* values = both.ptr<Complex>();
    for (std::size_t i = 0; i < first.size(); ++i) {
        values[i] = {first[i], second.empty() ? 0 : second[i]};
    }
    cv::dft(both, both);
    std::array<Power, 2> power{Power(kTransformSteps / 2 + 1), Power(kTransformSteps / 2 + 1)};
    values = both.ptr<Complex>();
    for (std::size_t bin = 0; bin <= kTransformSteps / 2; ++bin) {
        const Complex there = values[bin], mirrored = std::conj(values[(kTransformSteps - bin) % kTransformSteps]);
        power[0][bin] = std::norm(0.5F * (there + mirrored));
        power[1][bin] = std::norm(0.5F * (there - mirrored));
    }
    return power;
}

/// Power spectrum of the band's wave brought to even loudness; its bins wrap around at kSteps_hz.
Power tone_spectrum(const Band& band, const std::vector<float>& window) {
    const std::vector<float> around = smoothed(band.power, kToneSteps);
    cv::Mat even = cv::Mat::zeros(1, static_cast<int>(kTransformSteps), CV_32FC2);
    auto* values = even.ptr<Complex>();
    for (std::size_t i = 0; i < band.wave.size(); ++i) {
        values[i] = band.wave[i] * (window[i] / std::sqrt(around[i]));
    }
    cv::dft(even, even);
    Power power(kTransformSteps);
    std::transform(even.ptr<Complex>(), even.ptr<Complex>() + kTransformSteps, power.begin(),
                   [](const Complex& value) { return std::norm(value); });
    return power;
}

/// Mean of the two middle ones. Counts for each how many are less, which is faster than sorting so few.
float median_of(const std::array<float, kNeighbours>& values) {
    float lower = 0, upper = 0;
    for (const float value : values) {
        int less = 0, equal = 0;
        for (const float other : values) {
            less += other < value ? 1 : 0;
            equal += other == value ? 1 : 0;
        }
        // In order, the value stands at `less` and at what follows as often as it occurs.
        constexpr int kLower = kNeighbours / 2 - 1, kUpper = kNeighbours / 2;
        lower = less <= kLower && kLower < less + equal ? value : lower;
        upper = less <= kUpper && kUpper < less + equal ? value : upper;
    }
    return (lower + upper) / 2;
}

/// A bin against the median of those around it, where `at` gives the power of any bin.
template <typename At>
float ratio_at(int bin, At at) {
    std::array<float, kNeighbours> neighbours;
    std::size_t count = 0;
    for (int distance = kNearest; distance <= kFarthest; ++distance) {
        neighbours[count++] = at(bin - distance);
        neighbours[count++] = at(bin + distance);
    }
    return std::min((at(bin) + kLeastPower) / (median_of(neighbours) + kLeastPower), kMostRatio);
}

/// Weighted means of what stands out, in each band and in all.
class Means {
  public:
    void add(std::size_t band, double weight, float ratio) {
        sums_[band] += weight * static_cast<double>(ratio);
        weights_[band] += weight;
    }
    float of(std::size_t band) const {
        return weights_[band] > 0 ? static_cast<float>(sums_[band] / weights_[band]) : 0;
    }
    float all() const {
        return static_cast<float>(std::accumulate(sums_.begin(), sums_.end(), 0.0) /
                                  std::accumulate(weights_.begin(), weights_.end(), 0.0));
    }

  private:
    std::array<double, kBands> sums_{}, weights_{};
};

/// Low multiples weigh more: a network's frames end more softly than clicks do, so that beats fade with their order.
Means beats_at(double rate_hz, const std::vector<Power>& spectra) {
    Means means;
    const int multiples = static_cast<int>(kHighestBeat_hz / rate_hz);
    for (std::size_t band = 0; band < kBands; ++band) {
        // The neighbours of 40 and of 990 Hz lie inside.
        const auto at = [&](int bin) { return spectra[band][static_cast<std::size_t>(bin)]; };
        for (int multiple = 1; multiple <= multiples; ++multiple) {
            means.add(band, 1 / std::sqrt(static_cast<double>(multiple)),
                      ratio_at(static_cast<int>(std::lround(multiple * rate_hz / kBin_hz)), at));
        }
    }
    return means;
}

/// Each tone is looked for in the band nearest to it. High tones weigh more: the voice covers them less, and hum and
/// interference, which ring at multiples too, fade upwards.
Means tones_at(double rate_hz, const std::vector<Power>& spectra) {
    Means means;
    const int first = static_cast<int>(std::ceil(kLowestTone_hz / rate_hz));
    const int last = static_cast<int>(kHighestTone_hz / rate_hz);
    for (int multiple = first; multiple <= last; ++multiple) {
        const double tone_hz = multiple * rate_hz;
        const auto nearest = static_cast<std::size_t>(std::lround(tone_hz / kBandApart_hz));
        const std::size_t band = std::clamp(nearest, kFirstBand, kFirstBand + kBands - 1) - kFirstBand;
        const Power& spectrum = spectra[band];
        const int size = static_cast<int>(spectrum.size());
        const int bin = static_cast<int>(std::lround(std::fmod(tone_hz, kSteps_hz) / kBin_hz)) % size;
        means.add(band, std::sqrt(tone_hz),
                  ratio_at(bin, [&](int each) { return spectrum[static_cast<std::size_t>((each + size) % size)]; }));
    }
    return means;
}

}  // namespace

FrameRateTraces frame_rate_traces(std::span<const float> samples) {
    FrameRateTraces traces;
    if (samples.size() < kSliceSamples + kStepSamples * kLeastSteps) {
        return traces;
    }
    const std::vector<Band> bands = bands_of(samples);
    const std::vector<float> window = hann(bands.front().power.size());
    std::vector<Power> beats, tones;
    for (std::size_t band = 0; band < kBands; band += 2) {
        const bool pair = band + 1 < kBands;
        const std::vector<float> second = pair ? beats_of(bands[band + 1], window) : std::vector<float>{};
        std::array<Power, 2> spectra = beat_spectra(beats_of(bands[band], window), second);
        beats.push_back(std::move(spectra[0]));
        if (pair) {
            beats.push_back(std::move(spectra[1]));
        }
    }
    for (const Band& band : bands) {
        tones.push_back(tone_spectrum(band, window));
    }
    for (std::size_t rate = 0; rate < kFrameRates; ++rate) {
        const Means beating = beats_at(kFrameRates_hz[rate], beats), ringing = tones_at(kFrameRates_hz[rate], tones);
        traces.beats[rate] = beating.all();
        traces.tones[rate] = ringing.all();
        for (std::size_t band = 0; band < kBands; ++band) {
            traces.bands[rate][band] = (beating.of(band) + ringing.of(band)) / 2;
        }
    }
    return traces;
}

}  // namespace bonafide::features::voice

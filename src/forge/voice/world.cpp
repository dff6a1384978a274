// Pitch, envelope and breath, and a voice made of them: after Morise, Yokomori and Ozawa, "WORLD: a vocoder-based
// high-quality speech synthesis system for real-time applications", IEICE Transactions E99-D(7), 2016. Envelope:
// Morise, "CheapTrick, a spectral envelope estimator for high-quality speech synthesis", Speech Communication 67, 2015.
// Deviations: the pitch is another's (pitch.cpp); breath is what two periods next to each other do not have in common,
// by bands, in place of D4C. Limits: a creaking voice has no steady period, and becomes noise.
#include "forge/voice/world.h"

#include "forge/random.h"

#include <opencv2/core.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>

namespace bonafide::forge {
namespace {

constexpr double kRate_hz = 16'000;
constexpr double kUnvoicedPitch_hz = 500;  ///< decides on the window where there is none
constexpr double kLeastPower = 1e-12;
/// Bands in which breath is measured, Hz; within the first a voiced sound has little.
constexpr std::array<double, 6> kBandEdges_hz = {0, 1000, 2000, 4000, 6000, 8000};
constexpr double kLeastBreath = 0.001;
constexpr double kTau = 2 * std::numbers::pi;

using Complex = std::complex<double>;

double hertz(std::size_t bin) {
    return static_cast<double>(bin) * kRate_hz / kWorldTransform;
}

std::vector<Complex> spectrum_of(const std::vector<double>& samples) {
    cv::Mat in(1, kWorldTransform, CV_64F, cv::Scalar(0)), out;
    std::copy_n(samples.begin(), std::min(samples.size(), kWorldTransform), in.ptr<double>());
    cv::dft(in, out);
    const auto* packed = out.ptr<double>();  // Re 0, Re 1, Im 1, ..., Re count / 2
    std::vector<Complex> spectrum(kWorldBins);
    spectrum.front() = packed[0];
    for (std::size_t bin = 1; bin + 1 < kWorldBins; ++bin) {
        spectrum[bin] = {packed[2 * bin - 1], packed[2 * bin]};
    }
    spectrum.back() = packed[kWorldTransform - 1];
    return spectrum;
}

std::vector<double> samples_of(const std::vector<Complex>& spectrum) {
    cv::Mat in(1, kWorldTransform, CV_64F), out;
    auto* packed = in.ptr<double>();
    packed[0] = spectrum.front().real();
    for (std::size_t bin = 1; bin + 1 < kWorldBins; ++bin) {
        packed[2 * bin - 1] = spectrum[bin].real();
        packed[2 * bin] = spectrum[bin].imag();
    }
    packed[kWorldTransform - 1] = spectrum.back().real();
    cv::dft(in, out, cv::DFT_INVERSE | cv::DFT_SCALE | cv::DFT_REAL_OUTPUT);
    return {out.ptr<double>(), out.ptr<double>() + kWorldTransform};
}

/// `length` samples around `middle` under a Hann window whose squares add up to one.
std::vector<double> windowed(std::span<const float> samples, double middle, std::size_t length) {
    std::vector<double> result(length), shape(length);
    double squares = 0, weights = 0, sum = 0;
    const auto start = static_cast<std::ptrdiff_t>(std::lround(middle)) - static_cast<std::ptrdiff_t>(length / 2);
    for (std::size_t i = 0; i < length; ++i) {
        shape[i] = 0.5 - 0.5 * std::cos(kTau * (static_cast<double>(i) + 0.5) / static_cast<double>(length));
        const std::ptrdiff_t at = start + static_cast<std::ptrdiff_t>(i);
        const bool inside = at >= 0 && at < static_cast<std::ptrdiff_t>(samples.size());
        result[i] = inside ? shape[i] * samples[static_cast<std::size_t>(at)] : 0;
        squares += shape[i] * shape[i];
        weights += shape[i];
        sum += result[i];
    }
    for (std::size_t i = 0; i < length; ++i) {
        result[i] = (result[i] - shape[i] * sum / weights) / std::sqrt(squares);
    }
    return result;
}

/// CheapTrick: three periods, whose power is smoothed over two thirds of the pitch and freed of its harmonics.
std::vector<float> envelope_at(std::span<const float> samples, double middle, double pitch_hz) {
    const auto length = static_cast<std::size_t>(std::lround(3 * kRate_hz / pitch_hz));
    const std::vector<Complex> spectrum = spectrum_of(windowed(samples, middle, std::min(length, kWorldTransform)));
    std::vector<double> power(kWorldBins);
    std::transform(spectrum.begin(), spectrum.end(), power.begin(), [](const Complex& bin) { return std::norm(bin); });
    // Below the pitch there is nothing but the window's own slope: what lies as far above it is put there.
    const double pitch_bins = pitch_hz * kWorldTransform / kRate_hz;
    for (std::size_t bin = 0; static_cast<double>(bin) < pitch_bins / 2; ++bin) {
        power[bin] = std::max(power[bin],
                              power[std::min(kWorldBins - 1, static_cast<std::size_t>(std::lround(pitch_bins)) - bin)]);
    }
    const auto half = static_cast<std::ptrdiff_t>(std::max(1.0, std::round(pitch_bins / 3)));
    std::vector<Complex> logarithm(kWorldBins);
    for (std::ptrdiff_t bin = 0; bin < static_cast<std::ptrdiff_t>(kWorldBins); ++bin) {
        double sum = 0;
        for (std::ptrdiff_t other = bin - half; other <= bin + half; ++other) {
            std::ptrdiff_t mirrored = std::abs(other);
            if (mirrored >= static_cast<std::ptrdiff_t>(kWorldBins)) {
                mirrored = 2 * static_cast<std::ptrdiff_t>(kWorldBins - 1) - mirrored;
            }
            sum += power[static_cast<std::size_t>(mirrored)];
        }
        logarithm[static_cast<std::size_t>(bin)] = std::log(sum / static_cast<double>(2 * half + 1) + kLeastPower);
    }
    std::vector<double> cepstrum = samples_of(logarithm);
    for (std::size_t i = 0; i < cepstrum.size(); ++i) {
        const double quefrency_s = static_cast<double>(std::min(i, cepstrum.size() - i)) / kRate_hz;
        const double turn = std::numbers::pi * pitch_hz * quefrency_s;
        const double smoothing = i == 0 ? 1 : std::sin(turn) / turn;
        cepstrum[i] *= smoothing * (1.18 - 2 * 0.09 * std::cos(2 * turn));
    }
    const std::vector<Complex> smooth = spectrum_of(cepstrum);
    std::vector<float> envelope(kWorldBins);
    std::transform(smooth.begin(), smooth.end(), envelope.begin(),
                   [](const Complex& bin) { return static_cast<float>(std::exp(bin.real())); });
    return envelope;
}

/// What the period around `middle` and the next one do not have in common, by band.
std::vector<float> breath_at(std::span<const float> samples, double middle, double pitch_hz) {
    const double period = kRate_hz / pitch_hz;
    const auto length = std::min(kWorldTransform, static_cast<std::size_t>(std::lround(2 * period)));
    const double before = middle - period / 2, after = middle + period / 2;
    const std::vector<Complex> one = spectrum_of(windowed(samples, before, length));
    const std::vector<Complex> other = spectrum_of(windowed(samples, after, length));
    // Windows stand at whole samples: the rest of the period turns the phases.
    const double rest = period - static_cast<double>(std::lround(after) - std::lround(before));
    std::array<double, kBandEdges_hz.size() - 1> shares{};
    for (std::size_t band = 0; band < shares.size(); ++band) {
        double both = 0, first = 0, second = 0;
        for (std::size_t bin = 0; bin < kWorldBins; ++bin) {
            if (hertz(bin) >= kBandEdges_hz[band] && hertz(bin) <= kBandEdges_hz[band + 1]) {
                const Complex turned =
                    other[bin] * std::polar(1.0, kTau * static_cast<double>(bin) * rest / kWorldTransform);
                both += (one[bin] * std::conj(turned)).real();
                first += std::norm(one[bin]);
                second += std::norm(other[bin]);
            }
        }
        shares[band] = std::clamp(1 - both / std::sqrt(first * second + kLeastPower * kLeastPower), kLeastBreath, 1.0);
    }
    std::vector<float> breath(kWorldBins);
    for (std::size_t bin = 0; bin < kWorldBins; ++bin) {
        // Straight lines between the middles of the bands.
        const auto middle_of = [](std::size_t band) { return (kBandEdges_hz[band] + kBandEdges_hz[band + 1]) / 2; };
        std::size_t band = 0;
        while (band + 2 < shares.size() && hertz(bin) > middle_of(band + 1)) {
            ++band;
        }
        const double share =
            std::clamp((hertz(bin) - middle_of(band)) / (middle_of(band + 1) - middle_of(band)), 0.0, 1.0);
        breath[bin] = static_cast<float>((1 - share) * shares[band] + share * shares[band + 1]);
    }
    return breath;
}

/// The spectrum of minimum phase whose power is `power`, by its cepstrum.
std::vector<Complex> minimum_phase(const std::vector<double>& power) {
    std::vector<Complex> logarithm(power.size());
    std::transform(power.begin(), power.end(), logarithm.begin(),
                   [](double value) { return Complex(std::log(value + kLeastPower) / 2); });
    std::vector<double> cepstrum = samples_of(logarithm);
    for (std::size_t i = 1; i < kWorldTransform / 2; ++i) {
        cepstrum[i] *= 2;
        cepstrum[kWorldTransform - i] = 0;
    }
    std::vector<Complex> spectrum = spectrum_of(cepstrum);
    std::transform(spectrum.begin(), spectrum.end(), spectrum.begin(),
                   [](const Complex& bin) { return std::exp(bin); });
    return spectrum;
}

/// Gaussian noise of power 1 over `length` samples, without a mean.
std::vector<double> noise_of(std::size_t length, Random& random) {
    std::vector<double> noise(length);
    double sum = 0;
    for (double& value : noise) {
        value = std::sqrt(-2 * std::log(1 - random.unit())) * std::cos(kTau * random.unit());
        sum += value;
    }
    for (double& value : noise) {
        value -= sum / static_cast<double>(length);
    }
    return noise;
}

}  // namespace

VoiceModel voice_model(std::span<const float> samples) {
    VoiceModel model;
    model.pitch_hz = pitch_of(samples);
    for (std::size_t frame = 0; frame < model.pitch_hz.size(); ++frame) {
        const auto middle = static_cast<double>(frame * kPitchHop);
        const double pitch_hz = model.pitch_hz[frame];
        model.envelope.push_back(envelope_at(samples, middle, pitch_hz > 0 ? pitch_hz : kUnvoicedPitch_hz));
        model.breath.push_back(pitch_hz > 0 ? breath_at(samples, middle, pitch_hz)
                                            : std::vector<float>(kWorldBins, 1.0F));
    }
    return model;
}

std::vector<float> voice_of(const VoiceModel& model, std::size_t samples, std::uint64_t seed) {
    Random random(seed);
    std::vector<float> result(samples);
    for (double place = 0; place < static_cast<double>(samples);) {
        const auto frame =
            std::min(model.pitch_hz.size() - 1, static_cast<std::size_t>(std::lround(place / kPitchHop)));
        const double pitch_hz = model.pitch_hz[frame] > 0 ? model.pitch_hz[frame] : kUnvoicedPitch_hz;
        const double period = kRate_hz / pitch_hz;
        const auto start = static_cast<std::size_t>(place);
        const auto onward = static_cast<std::size_t>(place + period) - start;
        const double rest = place - static_cast<double>(start);
        std::vector<double> tone(kWorldBins), breath(kWorldBins);
        for (std::size_t bin = 0; bin < kWorldBins; ++bin) {
            const double power = model.envelope[frame][bin], share = model.breath[frame][bin];
            tone[bin] = power * (1 - share) * period;  // one pulse a period
            breath[bin] = power * share;
        }
        std::vector<Complex> sum = minimum_phase(breath);
        const std::vector<Complex> noise = spectrum_of(noise_of(std::max<std::size_t>(1, onward), random));
        std::transform(sum.begin(), sum.end(), noise.begin(), sum.begin(), std::multiplies<>());
        if (model.pitch_hz[frame] > 0) {
            const std::vector<Complex> pulse = minimum_phase(tone);
            for (std::size_t bin = 0; bin < kWorldBins; ++bin) {
                sum[bin] += pulse[bin] * std::polar(1.0, -kTau * static_cast<double>(bin) * rest / kWorldTransform);
            }
        }
        const std::vector<double> wave = samples_of(sum);
        for (std::size_t i = 0; i < wave.size() && start + i < samples; ++i) {
            result[start + i] += static_cast<float>(wave[i]);
        }
        place += period;
    }
    return result;
}

}  // namespace bonafide::forge

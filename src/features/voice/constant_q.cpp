// The constant-Q transform of speech.
//
// J. C. Brown: Calculation of a constant Q spectral transform. JASA 89(1), 1991; with the kernels of Brown and Puckette
// (JASA 92(5), 1992): each band's windowed tone is kept as its Fourier transform, of which few bins are not nearly 0,
// and multiplied with the Fourier transform of the sound. For synthetic speech: Todisco, Delgado and Evans, "Constant Q
// cepstral coefficients" (Computer Speech & Language 45, 2017). Deviations: bands from 250 Hz alone, since lower ones
// look at longer sound than syllables last; the low half of the bands is computed at a quarter of the rate (a crude
// form of the octave by octave computation by Schörkhuber and Klapuri, 2010). A tone's window has an odd number of
// samples, so that it is symmetric around the frame's centre and its kernel is real.
#include "features/voice/constant_q.h"

#include "features/voice/samples.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>
#include <numeric>

namespace bonafide::features::voice {
namespace {

using Complex = std::complex<float>;
using TwoSpectra = ConstantQ::TwoSpectra;

constexpr std::size_t kTransform = 512;
constexpr std::size_t kReduction = 4;
constexpr std::size_t kFilterTaps = 33;  // of the filter before every fourth sample is taken
constexpr double kFilterCut_hz = 2000;
// What a row looks at on each side of its frame's centre.
constexpr std::size_t kReach = kReduction * kTransform / 2 + kFilterTaps / 2;
static_assert(kConstantQMargin * kHopSamples + kFrameSamples / 2 >= kReach);
// From here on 34 periods fit into 512 samples as they are.
constexpr std::size_t kLowBins = 51;
constexpr float kLeastWeight = 0.003F;  // of the largest

double centre_of(std::size_t bin) {
    return kLowestConstantQ_hz * std::exp2(static_cast<double>(bin) / kConstantQBinsAnOctave);
}

std::array<float, kFilterTaps> low_pass() {
    std::array<float, kFilterTaps> taps{};
    double sum = 0;
    std::array<double, kFilterTaps> exact{};
    for (std::size_t i = 0; i < kFilterTaps; ++i) {
        const double distance = static_cast<double>(i) - static_cast<double>(kFilterTaps - 1) / 2;
        const double x = 2 * kFilterCut_hz / kRate_hz * distance;
        const double sinc = x == 0 ? 1 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
        exact[i] = sinc * (0.5 + 0.5 * std::cos(2 * std::numbers::pi * distance / (kFilterTaps + 1)));
        sum += exact[i];
    }
    std::transform(exact.begin(), exact.end(), taps.begin(),
                   [sum](double tap) { return static_cast<float>(tap / sum); });
    return taps;
}

/// Every fourth sample of `samples` after the filter; the first is centred half a filter behind the first sample.
std::vector<float> reduced(const std::vector<float>& samples) {
    static const std::array<float, kFilterTaps> taps = low_pass();
    std::vector<float> few((samples.size() - kFilterTaps) / kReduction + 1);
    for (std::size_t i = 0; i < few.size(); ++i) {
        few[i] = std::inner_product(taps.begin(), taps.end(),
                                    samples.begin() + static_cast<std::ptrdiff_t>(i * kReduction), 0.0F);
    }
    return few;
}

/// Two sounds into the two parts of a complex one, wrapped so that the frames' centres come first.
void place(const float* first, const float* second, Complex* into) {
    constexpr std::size_t kHalf = kTransform / 2;
    for (std::size_t i = 0; i < kHalf; ++i) {
        into[i] = {first[kHalf + i], second[kHalf + i]};
        into[kHalf + i] = {first[i], second[i]};
    }
}

/// The spectra of two real sounds from that of the complex one.
void part(const Complex* spectrum, std::vector<TwoSpectra>& spectra) {
    for (std::size_t bin = 0; bin < spectra.size(); ++bin) {
        const Complex there = spectrum[bin], mirrored = spectrum[(kTransform - bin) % kTransform];
        spectra[bin] = {0.5F * (there.real() + mirrored.real()), 0.5F * (there.imag() - mirrored.imag()),
                        0.5F * (there.imag() + mirrored.imag()), 0.5F * (mirrored.real() - there.real())};
    }
}

}  // namespace

std::array<float, 2> ConstantQ::Kernel::powers(const std::vector<TwoSpectra>& spectra) const {
    TwoSpectra sum{};
    const TwoSpectra* values = &spectra[first];
    for (const float weight : weights) {
        for (std::size_t i = 0; i < sum.size(); ++i) {
            sum[i] += weight * (*values)[i];
        }
        ++values;
    }
    return {sum[0] * sum[0] + sum[1] * sum[1], sum[2] * sum[2] + sum[3] * sum[3]};
}

ConstantQ::Kernel ConstantQ::kernel_of(double centre_hz, double rate_hz) {
    const double periods = 1 / (std::exp2(1.0 / kConstantQBinsAnOctave) - 1);
    const auto half =
        static_cast<std::size_t>(std::min(periods * rate_hz / centre_hz / 2, static_cast<double>(kTransform) / 2 - 1));
    // Around sample 0, wrapped: the transform of a symmetric window is real.
    cv::Mat tone = cv::Mat::zeros(1, static_cast<int>(kTransform), CV_32FC2);
    auto* values = tone.ptr<Complex>();
    for (std::size_t i = 0; i <= half; ++i) {
        const auto n = static_cast<double>(i);
        const auto edge = static_cast<double>(half);
        // Of a Hann window that ends at 0; its sum is half.
        const double window = (0.5 + 0.5 * std::cos(std::numbers::pi * n / edge)) / (2 * edge + 1);
        const double phase = 2 * std::numbers::pi * centre_hz * n / rate_hz;
        values[i] = {static_cast<float>(window * std::cos(phase)), static_cast<float>(window * std::sin(phase))};
        values[(kTransform - i) % kTransform] = std::conj(values[i]);
    }
    cv::dft(tone, tone);
    values = tone.ptr<Complex>();
    float largest = 0;
    for (std::size_t bin = 0; bin <= kTransform / 2; ++bin) {
        largest = std::max(largest, std::abs(values[bin].real()));
    }
    Kernel kernel;
    std::size_t last = 0;
    kernel.first = kTransform;
    for (std::size_t bin = 0; bin <= kTransform / 2; ++bin) {
        if (std::abs(values[bin].real()) >= kLeastWeight * largest) {
            kernel.first = std::min(kernel.first, bin);
            last = bin;
        }
    }
    for (std::size_t bin = kernel.first; bin <= last; ++bin) {
        kernel.weights.push_back(values[bin].real() / static_cast<float>(kTransform));
    }
    return kernel;
}

ConstantQ::ConstantQ() {
    for (std::size_t bin = 0; bin < kConstantQBins; ++bin) {
        const bool low = bin < kLowBins;
        (low ? low_ : high_).push_back(kernel_of(centre_of(bin), low ? kRate_hz / kReduction : kRate_hz));
    }
}

const cv::Mat& ConstantQ::of(const Window& window) {
    const std::size_t count =
        window.frames.size() > 2 * kConstantQMargin ? window.frames.size() - 2 * kConstantQMargin : 0;
    const std::int64_t start = std::llround(window.start_s / kHop_s);
    const std::int64_t moved = start - start_frame_;
    spare_.create(static_cast<int>(count), static_cast<int>(kConstantQBins), CV_32F);
    std::swap(rows_, spare_);  // the latest window's are in spare_ now
    std::size_t known = 0;
    if (moved >= 0 && moved < spare_.rows) {
        known = std::min(count, static_cast<std::size_t>(spare_.rows - moved));
        const cv::Range shared(static_cast<int>(moved), static_cast<int>(moved) + static_cast<int>(known));
        spare_.rowRange(shared).copyTo(rows_.rowRange(0, static_cast<int>(known)));
    }
    start_frame_ = start;
    if (known < count) {
        transform(window.samples, known, count);
    }
    return rows_;
}

void ConstantQ::transform(std::span<const float> samples, std::size_t first, std::size_t last) {
    // What the rows look at, from half a transform and half a filter before the centre of the first one on.
    const auto centre = [](std::size_t row) { return (row + kConstantQMargin) * kHopSamples + kFrameSamples / 2; };
    const std::size_t begin = centre(first) - kReach, end = std::min(centre(last - 1) + kReach + 1, samples.size());
    std::vector<float> heard(end - begin);
    std::transform(samples.begin() + static_cast<std::ptrdiff_t>(begin),
                   samples.begin() + static_cast<std::ptrdiff_t>(end), heard.begin(), usable);
    const std::vector<float> few = reduced(heard);

    // Two rows at a time: one complex transform of two real sounds.
    cv::Mat both(1, static_cast<int>(kTransform), CV_32FC2), spectrum;
    const std::vector<float> nothing(kTransform, 0.0F);
    std::vector<TwoSpectra> spectra(kTransform / 2 + 1);
    for (std::size_t row = first; row < last; row += 2) {
        const auto from = [&](std::size_t each, bool low) {
            const std::size_t at = centre(each) - begin;
            if (each >= last) {
                return nothing.data();
            }
            // few[i] is centred half a filter behind heard[4 i].
            return low ? &few[(at - kFilterTaps / 2) / kReduction - kTransform / 2] : &heard[at - kTransform / 2];
        };
        for (const bool low : {true, false}) {
            place(from(row, low), from(row + 1, low), both.ptr<Complex>());
            cv::dft(both, spectrum);
            part(spectrum.ptr<Complex>(), spectra);
            const std::vector<Kernel>& kernels = low ? low_ : high_;
            for (std::size_t i = 0; i < kernels.size(); ++i) {
                const std::array<float, 2> powers = kernels[i].powers(spectra);
                const int column = static_cast<int>(low ? i : kLowBins + i);
                rows_.at<float>(static_cast<int>(row), column) = powers[0];
                if (row + 1 < last) {
                    rows_.at<float>(static_cast<int>(row) + 1, column) = powers[1];
                }
            }
        }
    }
}

}  // namespace bonafide::features::voice

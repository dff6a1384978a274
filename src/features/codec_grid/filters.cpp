// Basis functions of the transforms of MP3 and AAC.
//
// Standards: ISO/IEC 11172-3 (Layer III: a bank of 32 polyphase filters, MDCT of 36 of its samples in each band) and
// ISO/IEC 13818-7 (AAC: MDCT of 2048 samples). The transforms are orthogonal, or nearly so, so that what synthesises a
// coefficient also analyses it. Layer III's low-pass is narrow enough to be the sum of eight cosines: their weights
// were fitted to the impulse response of a decoder (greatest deviation 0.002 % of the peak). Only the two middle
// coefficients of a band are taken, which the standard's reduction of aliasing leaves alone. Limits: long blocks alone;
// blocks before and at sudden onsets are others.
#include "features/codec_grid/filters.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

namespace bonafide::features::codec_grid {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr double kLowest_hz = 1200;
constexpr double kHighest_hz = 9000;
constexpr double kHighestShare = 0.8;  // of half the rate

constexpr std::size_t kPolyphaseTaps = 512;
constexpr std::size_t kBands = 32;
constexpr std::size_t kBlockSlots = 36;  // samples of a band in a long block
constexpr std::array<double, 8> kLowPass = {1,        -2.000062, 1.992551, -1.878712,
                                            1.414304, -0.685909, 0.173152, -0.015461};

constexpr std::size_t kAacHop = 1024;
constexpr double kKaiserAlpha = 4;

void normalise(std::vector<double>& values) {
    const double energy = std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
    const double scale = 1 / std::sqrt(energy);
    std::transform(values.begin(), values.end(), values.begin(), [scale](double value) { return value * scale; });
}

std::vector<double> mp3_function(std::size_t band, std::size_t coefficient) {
    std::array<double, kPolyphaseTaps> filter{};
    const auto odd = static_cast<double>(2 * band + 1);
    for (std::size_t n = 0; n < kPolyphaseTaps; ++n) {
        double low_pass = 0;
        for (std::size_t k = 0; k < kLowPass.size(); ++k) {
            low_pass += kLowPass[k] * std::cos(2 * kPi * static_cast<double>(k * n) / kPolyphaseTaps);
        }
        filter[n] = low_pass * std::cos(odd * (static_cast<double>(n) + 16) * kPi / 64);
    }
    std::vector<double> function(kPolyphaseTaps + kBands * (kBlockSlots - 1), 0.0);
    for (std::size_t slot = 0; slot < kBlockSlots; ++slot) {
        const double window = std::sin(kPi / kBlockSlots * (static_cast<double>(slot) + 0.5));
        const double wave =
            std::cos(kPi / (2 * kBlockSlots) * static_cast<double>((2 * slot + 19) * (2 * coefficient + 1)));
        // Every other sample of every other band is turned over: the polyphase filters mirror those bands.
        const double sign = band % 2 == 1 && slot % 2 == 1 ? -1 : 1;
        for (std::size_t n = 0; n < kPolyphaseTaps; ++n) {
            function[kBands * slot + n] += sign * window * wave * filter[n];
        }
    }
    normalise(function);
    return function;
}

/// Modified Bessel function of order 0.
double bessel(double x) {
    double term = 1, sum = 1;
    for (int k = 1; k < 60; ++k) {
        term *= (x / (2 * k)) * (x / (2 * k));
        sum += term;
    }
    return sum;
}

std::vector<double> aac_window(bool kaiser) {
    std::vector<double> window(2 * kAacHop);
    std::vector<double> sums(kAacHop + 1);
    for (std::size_t i = 0; i <= kAacHop; ++i) {
        const double place = 2 * static_cast<double>(i) / kAacHop - 1;
        sums[i] = bessel(kPi * kKaiserAlpha * std::sqrt(std::max(0.0, 1 - place * place)));
    }
    std::partial_sum(sums.begin(), sums.end(), sums.begin());
    for (std::size_t i = 0; i < kAacHop; ++i) {
        const double value = kaiser ? std::sqrt(sums[i] / sums[kAacHop])
                                    : std::sin(kPi * (static_cast<double>(i) + 0.5) / (2 * kAacHop));
        window[i] = window[2 * kAacHop - 1 - i] = value;
    }
    return window;
}

std::vector<double> aac_function(const std::vector<double>& window, std::size_t coefficient) {
    std::vector<double> function(window);
    for (std::size_t n = 0; n < function.size(); ++n) {
        function[n] *= std::cos(kPi / kAacHop * (static_cast<double>(n) + 0.5 + kAacHop / 2.0) *
                                (static_cast<double>(coefficient) + 0.5));
    }
    normalise(function);
    return function;
}

}  // namespace

const char* name_of(Transform transform) {
    return transform == Transform::kMp3 ? "MP3" : "AAC";
}

std::size_t hop_samples(Transform transform) {
    return transform == Transform::kMp3 ? 576 : kAacHop;
}

std::vector<std::vector<double>> basis_functions(Transform transform, int rate_hz) {
    const double half_hz = rate_hz / 2.0;
    const double highest_hz = std::min(kHighest_hz, kHighestShare * half_hz);
    std::vector<std::vector<double>> functions;
    if (transform == Transform::kMp3) {
        // The bands in question, evenly thinned to what is wanted.
        std::vector<std::size_t> bands;
        for (std::size_t band = 0; band < kBands; ++band) {
            const double middle_hz = (static_cast<double>(band) + 0.5) * half_hz / kBands;
            if (middle_hz > kLowest_hz && middle_hz < highest_hz) {
                bands.push_back(band);
            }
        }
        const std::size_t wanted = std::min(bands.size(), kMostFilters / 2);
        for (std::size_t i = 0; i < wanted; ++i) {
            const std::size_t band = bands[i * bands.size() / wanted];
            functions.push_back(mp3_function(band, 8));
            functions.push_back(mp3_function(band, 9));
        }
        return functions;
    }
    const std::vector<double> window = aac_window(transform == Transform::kAac);
    for (std::size_t i = 0; i < kMostFilters; ++i) {
        const double place_hz = kLowest_hz + (highest_hz - kLowest_hz) * static_cast<double>(i) / (kMostFilters - 1);
        functions.push_back(aac_function(window, static_cast<std::size_t>(std::lround(place_hz / half_hz * kAacHop))));
    }
    return functions;
}

}  // namespace bonafide::features::codec_grid

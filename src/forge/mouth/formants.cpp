// Formants as the roots of a linear predictor: Atal and Hanauer, "Speech analysis and synthesis by linear prediction of
// the speech wave" (JASA 50(2B), 1971), of the band below 4 kHz alone by selective prediction: Makhoul, "Spectral
// linear prediction: properties and applications" (IEEE TASSP 23(3), 1975). Roots by Durand and Kerner's iteration.
// Limits: formants of high voices are drawn to the nearest harmonic; nasals and breathy voices may lose one.
#include "forge/mouth/formants.h"

#include "base/ensure.h"
#include "features/voice/frames.h"

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

namespace bonafide::forge {
namespace {

namespace voice = features::voice;

constexpr std::size_t kOrder = 10;  // four formants, and two poles for the source
constexpr std::size_t kBandBins = voice::kBins / 2 + 1;
constexpr double kBand_hz = voice::kRate_hz / 4.0;
constexpr double kLowest_hz = 180, kHighest_hz = 3700, kWidest_hz = 450;
constexpr int kMostTurns = 80;
constexpr double kPreEmphasis = 0.97;

using Predictor = std::array<double, kOrder + 1>;  ///< begins with 1

/// Power spectrum of the band below 4 kHz.
std::array<double, kBandBins> spectrum_of(std::span<const float> samples) {
    cv::Mat_<float> padded(1, static_cast<int>(voice::kTransformSamples), 0.0F);
    float last = samples.front();
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const double phase = 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(samples.size() - 1);
        padded(static_cast<int>(i)) =
            static_cast<float>((0.54 - 0.46 * std::cos(phase)) * (samples[i] - kPreEmphasis * last));
        last = samples[i];
    }
    cv::Mat transformed;
    cv::dft(padded, transformed, cv::DFT_COMPLEX_OUTPUT);
    std::array<double, kBandBins> power{};
    for (std::size_t bin = 0; bin < kBandBins; ++bin) {
        const cv::Vec2f value = transformed.at<cv::Vec2f>(static_cast<int>(bin));
        power[bin] = static_cast<double>(value.dot(value));
    }
    return power;
}

/// Levinson's recursion; false where there is nothing to predict.
bool predict(const std::array<double, kBandBins>& power, Predictor& predictor) {
    std::array<double, kOrder + 1> correlation{};
    for (std::size_t lag = 0; lag <= kOrder; ++lag) {
        for (std::size_t bin = 0; bin < kBandBins; ++bin) {
            const double phase = std::numbers::pi * static_cast<double>(lag * bin) / (kBandBins - 1);
            const bool edge = bin == 0 || bin + 1 == kBandBins;
            correlation[lag] += power[bin] * std::cos(phase) * (edge ? 0.5 : 1);
        }
    }
    double error = correlation[0] * (1 + 1e-9);
    predictor = {};
    predictor[0] = 1;
    for (std::size_t order = 1; order <= kOrder; ++order) {
        if (!(error > 1e-12)) {
            return false;
        }
        double sum = 0;
        for (std::size_t k = 0; k < order; ++k) {
            sum += predictor[k] * correlation[order - k];
        }
        const double reflection = -sum / error;
        Predictor next = predictor;
        for (std::size_t k = 1; k <= order; ++k) {
            next[k] += reflection * predictor[order - k];
        }
        predictor = next;
        error *= 1 - reflection * reflection;
    }
    return true;
}

std::array<std::complex<double>, kOrder> roots_of(const Predictor& predictor) {
    std::array<std::complex<double>, kOrder> roots;
    for (std::size_t k = 0; k < kOrder; ++k) {
        roots[k] = std::pow(std::complex<double>(0.4, 0.9), static_cast<double>(k));
    }
    for (int turn = 0; turn < kMostTurns; ++turn) {
        double moved = 0;
        for (std::size_t k = 0; k < kOrder; ++k) {
            std::complex<double> value = 1, others = 1;
            for (std::size_t i = 1; i <= kOrder; ++i) {
                value = value * roots[k] + predictor[i];
            }
            for (std::size_t i = 0; i < kOrder; ++i) {
                others *= i == k ? 1.0 : roots[k] - roots[i];
            }
            const std::complex<double> step = std::abs(others) > 1e-30 ? value / others : 1e-6;
            roots[k] -= step;
            moved = std::max(moved, std::abs(step));
        }
        if (moved < 1e-9) {
            break;
        }
    }
    return roots;
}

}  // namespace

Formants formants_of(std::span<const float> samples) {
    ENSURE(samples.size() == voice::kFrameSamples);
    Predictor predictor{};
    Formants formants{};
    if (!predict(spectrum_of(samples), predictor)) {
        return formants;
    }
    std::vector<double> found;
    for (const std::complex<double>& root : roots_of(predictor)) {
        const double frequency = std::arg(root) * kBand_hz / std::numbers::pi;
        const double width = -std::log(std::max(1e-9, std::abs(root))) * 2 * kBand_hz / std::numbers::pi;
        if (frequency > kLowest_hz && frequency < kHighest_hz && width > 0 && width < kWidest_hz) {
            found.push_back(frequency);
        }
    }
    std::sort(found.begin(), found.end());
    std::copy_n(found.begin(), std::min(found.size(), formants.size()), formants.begin());
    return formants;
}

}  // namespace bonafide::forge

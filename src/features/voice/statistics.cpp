// Second-order statistics of cepstra and their modulation spectrum.
//
// Cepstra: Davis and Mermelstein (1980), linear-frequency cepstra for spoofed speech: Sahidullah, Kinnunen and Hanilci,
// "A comparison of features for synthetic speech detection" (Interspeech 2015). Modulation spectrum of synthetic
// speech: Takamichi, Toda, Neubig, Sakti and Nakamura, "A postfilter to modify the modulation spectrum in HMM-based
// speech synthesis" (ICASSP 2014): generated speech moves less than natural speech, more so the faster the movement.
// Constant-Q cepstra: Todisco, Delgado and Evans (Computer Speech & Language 45, 2017), here of the bands as they lie,
// evenly on a scale of octaves, and not resampled to even steps in Hz: so coefficients from about 20 on follow the
// voice's harmonics, which the other banks do not resolve.
// Deviations: means are left out, since they say which microphone and which voice it was; standard deviations stand in
// for whole distributions; deltas are plain differences; band powers get a floor that follows the loudness. Limits:
// noise fills the valleys of the spectrum and moves from frame to frame like natural speech.
#include "features/voice/statistics.h"

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace bonafide::features::voice {
namespace {

constexpr float kGate_db = 30;
constexpr float kFloor_db = 70;  // below the loud frames: emptier than that is empty, whatever the loudness
constexpr float kLeastDeviation = 1e-6F;
constexpr float kLeastPower = 1e-15F;  // in digital silence
constexpr float kLeastMovement = 1e-9F;
constexpr std::size_t kModulationTransform = 512;
constexpr std::array<double, kModulationBands + 1> kModulationEdges_hz = {0.5, 2, 4, 8, 16, 32, 50};

/// The first rows of the orthonormal cosine transform (type II), of which even ones are symmetric and odd ones
/// antisymmetric: half of each suffices, which halves the time.
struct Cosines {
    cv::Mat even, odd;  // a column a coefficient, a row each of the first half of the bands

    /// Both numbers are even.
    Cosines(std::size_t coefficients, std::size_t bands)
        : even(static_cast<int>(bands / 2), static_cast<int>(coefficients / 2), CV_32F), odd(even.size(), CV_32F) {
        for (int k = 0; k < static_cast<int>(coefficients); ++k) {
            const double scale = std::sqrt((k == 0 ? 1.0 : 2.0) / static_cast<double>(bands));
            for (int n = 0; n < even.rows; ++n) {
                (k % 2 == 0 ? even : odd).at<float>(n, k / 2) = static_cast<float>(
                    scale * std::cos(std::numbers::pi * k * (2 * n + 1) / (2.0 * static_cast<double>(bands))));
            }
        }
    }

    /// A row a frame, a column a coefficient.
    cv::Mat of(const cv::Mat& bands) const {
        const int half = bands.cols / 2;
        cv::Mat sums(bands.rows, half, CV_32F), differences(bands.rows, half, CV_32F);
        for (int row = 0; row < bands.rows; ++row) {
            const auto* values = bands.ptr<float>(row);
            auto *sum = sums.ptr<float>(row), *difference = differences.ptr<float>(row);
            for (int n = 0; n < half; ++n) {
                sum[n] = values[n] + values[bands.cols - 1 - n];
                difference[n] = values[n] - values[bands.cols - 1 - n];
            }
        }
        const cv::Mat evens = sums * even, odds = differences * odd;
        cv::Mat both(bands.rows, 2 * even.cols, CV_32F);
        for (int row = 0; row < bands.rows; ++row) {
            const auto *first = evens.ptr<float>(row), *second = odds.ptr<float>(row);
            auto* out = both.ptr<float>(row);
            for (int k = 0; k < even.cols; ++k) {
                out[2 * k] = first[k];
                out[2 * k + 1] = second[k];
            }
        }
        return both;
    }
};

/// Logarithms of one bank, a row a frame.
template <std::size_t bands>
cv::Mat logarithms(std::span<const Frame> frames, const std::array<float, bands> Frame::*bank, float floor) {
    cv::Mat rows(static_cast<int>(frames.size()), static_cast<int>(bands), CV_32F);
    for (int row = 0; row < rows.rows; ++row) {
        const std::array<float, bands>& powers = frames[static_cast<std::size_t>(row)].*bank;
        std::transform(powers.begin(), powers.end(), rows.ptr<float>(row),
                       [floor](float power) { return power + floor; });
    }
    cv::log(rows, rows);
    return rows;
}

/// Differences from row to row; the first row is 0.
cv::Mat differences(const cv::Mat& rows) {
    cv::Mat result = cv::Mat::zeros(rows.size(), CV_32F);
    if (rows.rows > 1) {
        cv::subtract(rows.rowRange(1, rows.rows), rows.rowRange(0, rows.rows - 1), result.rowRange(1, rows.rows));
    }
    return result;
}

/// Logarithm of the standard deviation of every column over the rows in `kept`.
void deviations(const cv::Mat& rows, const std::vector<int>& kept, float* out) {
    std::vector<double> sum(static_cast<std::size_t>(rows.cols)), squares(sum.size());
    const auto* shift = rows.ptr<float>(kept.front());  // keeps the difference of squares exact enough
    for (const int row : kept) {
        const auto* values = rows.ptr<float>(row);
        for (std::size_t column = 0; column < sum.size(); ++column) {
            const double value = static_cast<double>(values[column]) - static_cast<double>(shift[column]);
            sum[column] += value;
            squares[column] += value * value;
        }
    }
    const auto count = static_cast<double>(kept.size());
    for (std::size_t column = 0; column < sum.size(); ++column) {
        const double mean = sum[column] / count;
        const double variance = std::max(0.0, squares[column] / count - mean * mean);
        out[column] = static_cast<float>(std::log(std::sqrt(variance) + kLeastDeviation));
    }
}

/// Writes 3 x `coefficients` numbers and returns where the next ones go.
float* cepstral_deviations(const cv::Mat& logarithms_of_bands, const Cosines& cosines, const std::vector<int>& kept,
                           float* out) {
    cv::Mat rows = cosines.of(logarithms_of_bands);
    for (int order = 0; order < 3; ++order) {
        deviations(rows, kept, out);
        out += rows.cols;
        rows = differences(rows);
    }
    return out;
}

/// `kept`: frames of the window. Writes nothing where none of them has a row.
void constant_q_deviations(const cv::Mat& powers, const std::vector<int>& kept, float* out) {
    static const Cosines cosines(kConstantQCoefficients, kConstantQBins);
    std::vector<int> rows;
    for (const int frame : kept) {
        const int row = frame - static_cast<int>(kConstantQMargin);
        if (row >= 0 && row < powers.rows) {
            rows.push_back(row);
        }
    }
    if (rows.empty()) {
        return;
    }
    std::vector<float> levels(static_cast<std::size_t>(powers.rows));
    for (int row = 0; row < powers.rows; ++row) {
        levels[static_cast<std::size_t>(row)] = static_cast<float>(cv::sum(powers.row(row))[0]);
    }
    const float floor =
        quantile(std::move(levels), 0.95) * std::pow(10.0F, -0.1F * kFloor_db) / static_cast<float>(kConstantQBins) +
        kLeastPower;
    cv::Mat logarithms;
    cv::log(powers + floor, logarithms);
    cepstral_deviations(logarithms, cosines, rows, out);
}

void modulation_shares(const cv::Mat& mel_logarithms, float* out) {
    const int frames = mel_logarithms.rows;
    cv::Mat movement =
        cv::Mat::zeros(static_cast<int>(kModulationChannels), static_cast<int>(kModulationTransform), CV_32F);
    for (int channel = 0; channel < movement.rows; ++channel) {
        auto* values = movement.ptr<float>(channel);
        double sum = 0;
        for (int frame = 0; frame < frames; ++frame) {
            const auto* bands = mel_logarithms.ptr<float>(frame);
            values[frame] = 0.5F * (bands[2 * channel] + bands[2 * channel + 1]);
            sum += values[frame];
        }
        const auto mean = static_cast<float>(sum / frames);
        for (int frame = 0; frame < frames; ++frame) {
            const double phase = 2 * std::numbers::pi * frame / (frames - 1.0);
            values[frame] = (values[frame] - mean) * static_cast<float>(0.5 - 0.5 * std::cos(phase));
        }
    }
    cv::Mat spectrum;
    cv::dft(movement, spectrum, cv::DFT_ROWS);
    for (int channel = 0; channel < movement.rows; ++channel) {
        const auto* packed = spectrum.ptr<float>(channel);
        std::array<double, kModulationBands> bands{};
        double all = 0;
        for (std::size_t bin = 1; bin < kModulationTransform / 2; ++bin) {
            const double frequency = static_cast<double>(bin) / kHop_s / kModulationTransform;
            const auto edge = std::upper_bound(kModulationEdges_hz.begin(), kModulationEdges_hz.end(), frequency);
            if (edge == kModulationEdges_hz.begin() || edge == kModulationEdges_hz.end()) {
                continue;
            }
            bands[static_cast<std::size_t>(edge - kModulationEdges_hz.begin()) - 1] +=
                static_cast<double>(packed[2 * bin - 1] * packed[2 * bin - 1] + packed[2 * bin] * packed[2 * bin]);
        }
        for (double& band : bands) {
            band += kLeastMovement;
            all += band;
        }
        for (std::size_t band = 0; band < kModulationBands; ++band) {
            out[band * kModulationChannels + static_cast<std::size_t>(channel)] =
                static_cast<float>(std::log(bands[band] / all));
        }
    }
}

}  // namespace

float level_db(const Frame& frame) {
    return 10 * std::log10(frame.power + 1e-12F);
}

float quantile(std::vector<float> values, double share) {
    if (values.empty()) {
        return 0;
    }
    const double place = share * static_cast<double>(values.size() - 1);
    const auto low = values.begin() + static_cast<std::ptrdiff_t>(place);
    std::nth_element(values.begin(), low, values.end());
    // What comes after it is not less; the least of that is the next one.
    const auto high = low + 1 == values.end() ? low : std::min_element(low + 1, values.end());
    return *low + static_cast<float>(place - std::floor(place)) * (*high - *low);
}

Statistics window_statistics(const Window& window, ConstantQ& transform) {
    const std::span<const Frame> frames = window.frames;
    Statistics result{};
    if (frames.size() < 3 || frames.size() > kLongestWindowFrames) {
        return result;
    }
    static const Cosines linear_cosines(kLinearCoefficients, kLinearBands);
    static const Cosines high_cosines(kHighCoefficients, kHighBands);
    static const Cosines mel_cosines(kMelCoefficients, kMelBands);
    std::vector<float> levels(frames.size());
    std::transform(frames.begin(), frames.end(), levels.begin(), level_db);
    const float loud_db = quantile(levels, 0.95);
    const float gate = loud_db - kGate_db;
    const float floor = std::pow(10.0F, 0.1F * (loud_db - kFloor_db)) / static_cast<float>(kBins);
    std::vector<int> kept;
    for (std::size_t i = 0; i < levels.size(); ++i) {
        if (levels[i] >= gate) {
            kept.push_back(static_cast<int>(i));
        }
    }
    const cv::Mat mel = logarithms(frames, &Frame::mel, floor);
    float* out = result.data();
    out = cepstral_deviations(logarithms(frames, &Frame::linear, floor), linear_cosines, kept, out);
    out = cepstral_deviations(logarithms(frames, &Frame::high, floor), high_cosines, kept, out);
    out = cepstral_deviations(mel, mel_cosines, kept, out);
    modulation_shares(mel, out);
    constant_q_deviations(transform.of(window), kept, out + kModulationBands * kModulationChannels);
    return result;
}

StatisticKind statistic_kind(std::size_t number) {
    using Family = StatisticKind::Family;
    StatisticKind kind;
    for (const auto& [family, coefficients] :
         {std::pair(Family::kLinear, kLinearCoefficients), std::pair(Family::kHigh, kHighCoefficients),
          std::pair(Family::kMel, kMelCoefficients)}) {
        if (number < 3 * coefficients) {
            kind.family = family;
            kind.order = number / coefficients;
            kind.index = number % coefficients;
            return kind;
        }
        number -= 3 * coefficients;
    }
    if (number >= kModulationBands * kModulationChannels) {
        number -= kModulationBands * kModulationChannels;
        kind.family = Family::kConstantQ;
        kind.order = number / kConstantQCoefficients;
        kind.index = number % kConstantQCoefficients;
        return kind;
    }
    kind.family = Family::kModulation;
    kind.band = number / kModulationChannels;
    kind.index = number % kModulationChannels;
    return kind;
}

}  // namespace bonafide::features::voice

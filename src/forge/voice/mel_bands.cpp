#include "forge/voice/mel_bands.h"

#include "base/ensure.h"
#include "features/voice/mel_scale.h"

#include <algorithm>
#include <cmath>

namespace bonafide::forge {
namespace {

/// Calls `take(band, weight)` for the two bands that a bin at `place` belongs to, by its distance to their middles.
template <class Take>
void both_bands(double place, std::size_t count, const Take& take) {
    const auto below = static_cast<std::ptrdiff_t>(std::floor(place));
    for (const std::ptrdiff_t band : {below, below + 1}) {
        if (band >= 0 && band < static_cast<std::ptrdiff_t>(count)) {
            take(static_cast<std::size_t>(band), 1 - std::abs(place - static_cast<double>(band)));
        }
    }
}

}  // namespace

MelBands::MelBands(double rate_hz, std::size_t transform, std::size_t count)
    : places_(transform / 2 + 1), weights_(count) {
    const double step = features::voice::mel_of(rate_hz / 2) / static_cast<double>(count + 1);
    for (std::size_t bin = 0; bin < places_.size(); ++bin) {
        const double frequency_hz = static_cast<double>(bin) * rate_hz / static_cast<double>(transform);
        places_[bin] = features::voice::mel_of(frequency_hz) / step - 1;
        both_bands(places_[bin], count, [this](std::size_t band, double weight) { weights_[band] += weight; });
    }
    ENSURE(std::all_of(weights_.begin(), weights_.end(), [](double weight) { return weight > 0.05; }));
}

std::vector<float> MelBands::means_of(std::span<const std::complex<float>> bins) const {
    ENSURE(bins.size() == places_.size());
    std::vector<double> sums(weights_.size());
    for (std::size_t bin = 0; bin < bins.size(); ++bin) {
        const double magnitude = std::abs(bins[bin]);
        both_bands(places_[bin], sums.size(),
                   [&](std::size_t band, double weight) { sums[band] += weight * magnitude; });
    }
    std::vector<float> means(sums.size());
    std::transform(sums.begin(), sums.end(), weights_.begin(), means.begin(),
                   [](double sum, double weight) { return static_cast<float>(sum / weight); });
    return means;
}

void MelBands::spread(std::span<const float> means, std::span<float> magnitudes) const {
    ENSURE(means.size() == weights_.size() && magnitudes.size() == places_.size());
    for (std::size_t bin = 0; bin < magnitudes.size(); ++bin) {
        const double place = std::clamp(places_[bin], 0.0, static_cast<double>(means.size() - 1));
        const auto below = std::min(static_cast<std::size_t>(place), means.size() - 2);
        const double share = place - static_cast<double>(below);
        magnitudes[bin] = static_cast<float>((1 - share) * means[below] + share * means[below + 1]);
    }
}

}  // namespace bonafide::forge

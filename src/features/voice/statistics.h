#pragma once

#include "features/voice/constant_q.h"
#include "features/voice/frames.h"
#include "features/voice/windows.h"

#include <array>
#include <span>
#include <string>

namespace bonafide::features::voice {

inline constexpr std::size_t kLinearCoefficients = 30;
inline constexpr std::size_t kHighCoefficients = 20;
inline constexpr std::size_t kMelCoefficients = 24;
inline constexpr std::size_t kCoefficients = kLinearCoefficients + kHighCoefficients + kMelCoefficients;
inline constexpr std::size_t kModulationBands = 6;      ///< 0.5, 2, 4, 8, 16, 32, 50 Hz
inline constexpr std::size_t kModulationChannels = 20;  ///< pairs of mel bands
inline constexpr std::size_t kConstantQCoefficients = 48;
inline constexpr std::size_t kStatistics =
    3 * (kCoefficients + kConstantQCoefficients) + kModulationBands * kModulationChannels;
static_assert(kStatistics == 486);

/// Second-order statistics of a window of speech, in this order: for the linear, the high-band and the mel cepstrum in
/// turn, the natural logarithm of the standard deviation of each coefficient, of its change and of the change's change
/// from frame to frame; then, for each modulation band, the logarithm of its share in the movement of each channel;
/// then the same as of the other cepstra of the constant-Q cepstrum.
using Statistics = std::array<float, kStatistics>;

/// Statistics of a window of at least 3 and at most kLongestWindowFrames frames, 0 beyond that; those of the constant-Q
/// cepstrum are 0 where no loud frame lies far enough inside. Only frames within 30 dB of the loud ones count for the
/// cepstra. Finite whatever the window holds. What `transform` remembers makes no difference.
Statistics window_statistics(const Window& window, ConstantQ& transform);
inline constexpr std::size_t kLongestWindowFrames = 512;

/// What a statistic is about, for words and groups.
struct StatisticKind {
    enum class Family { kLinear, kHigh, kMel, kModulation, kConstantQ } family = Family::kLinear;
    std::size_t order = 0;  ///< of a cepstrum: 0 the coefficient, 1 its change, 2 the change's change
    std::size_t index = 0;  ///< coefficient, or channel of the modulation spectrum
    std::size_t band = 0;   ///< modulation band
};
StatisticKind statistic_kind(std::size_t number);

/// Sum over all bins, in dB, with a floor of -120.
float level_db(const Frame& frame);
/// The value below which `share` of `values` lie, interpolated; 0 where there are none.
float quantile(std::vector<float> values, double share);

}  // namespace bonafide::features::voice

#pragma once

#include "analyzers/image/jpeg_ghost/ghost_samples.h"

#include <array>

namespace bonafide::analyzers::ghost {

/// A trial step for each of kFrequencies; 0: not to be tried.
using Steps = std::array<int, kCount>;

/// Steps that are tried: pixels are rounded after decoding, and smaller ones drown in it.
inline constexpr int kSmallestStep = 2, kLargestStep = 80;

/// 1 - 12 e^2 / step^2, where e is the distance of `value` to the nearest multiple of `step`: 1 on a multiple, -2 half
/// way between two, 0 in the mean, with variance 0.8, for values that know nothing of `step`.
inline float closeness(float value, float inverse_step) {
    const float ratio = value * inverse_step;
    // Rounds to the nearest whole number (binary32 keeps none of a fraction at this size).
    constexpr float kRounder = 12582912.0F;
    const float rest = ratio - ((ratio + kRounder) - kRounder);
    return 1 - 12 * rest * rest;
}
inline constexpr double kClosenessVariance = 0.8;

/// Sum of the closeness of the values beyond half a step, and their number.
struct Closeness {
    double sum = 0, count = 0;
};
Closeness closeness_of(const float* values, int count, int step);

/// Mean closeness to be expected of values beyond half a step without any ghost: multiples of `spacing` (the file's own
/// step), whose density falls by e every `decay`.
double expected_closeness(int step, double spacing, double decay);

/// The steps, coarser than the file's own, on whose multiples the coefficients of the whole picture lie.
Steps estimate_steps(const Samples& samples);

/// The standard luminance table at `quality`, where it is notably coarser than the file's own steps.
Steps standard_steps(int quality, const Samples& samples);

/// The quality whose standard table is nearest to `steps`.
double nearest_quality(const Steps& steps);

}  // namespace bonafide::analyzers::ghost

#pragma once

#include <cstddef>
#include <vector>

namespace bonafide::features::codec_grid {

/// Transforms of lossy coders, by which their quantisation can be seen again in decoded sound.
enum class Transform {
    kMp3,      ///< Layer III: polyphase filters, then long MDCT blocks, every 576 samples
    kAac,      ///< MDCT of 2048 samples under a Kaiser-Bessel-derived window, every 1024 samples
    kAacSine,  ///< the same under a sine window
};
inline constexpr std::size_t kTransforms = 3;
const char* name_of(Transform transform);
/// Samples from one block to the next.
std::size_t hop_samples(Transform transform);

/// Length of the longest basis function.
inline constexpr std::size_t kLongestFilter = 2048;
/// How many coefficients of each transform are looked at, at most.
inline constexpr std::size_t kMostFilters = 24;

/// Basis functions (of length 1 each) of a choice of coefficients between 1.2 kHz and 9 kHz or 80 % of half the rate.
/// Correlated with decoded sound at the places where a coder's blocks began, they give back its coefficients. Pure.
std::vector<std::vector<double>> basis_functions(Transform transform, int rate_hz);

}  // namespace bonafide::features::codec_grid

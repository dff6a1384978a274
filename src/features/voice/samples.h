#pragma once

#include <algorithm>
#include <cmath>

namespace bonafide::features::voice {

/// A sample that can be reckoned with: floating-point files may hold anything.
inline float usable(float sample) {
    return std::isfinite(sample) ? std::clamp(sample, -100.0F, 100.0F) : 0;
}

}  // namespace bonafide::features::voice

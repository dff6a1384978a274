#pragma once

namespace bonafide {

/// Eight floats side by side, at any address that floats may have; the compiler makes of it what the processor has.
/// Sums of such lanes are taken in the same order on every machine. Never returned or taken by value: how that is done
/// depends on the processor that is compiled for.
using EightFloats = float __attribute__((vector_size(32), aligned(4), may_alias));

inline EightFloats& eight_at(float* place) {
    return *reinterpret_cast<EightFloats*>(place);
}
inline const EightFloats& eight_at(const float* place) {
    return *reinterpret_cast<const EightFloats*>(place);
}

}  // namespace bonafide

/// Before a function: it is compiled for AVX2 as well, and the better one taken when the program starts.
#if defined(__x86_64__)
#define BONAFIDE_ALSO_FOR_AVX2 __attribute__((target_clones("avx2", "default")))
#else
#define BONAFIDE_ALSO_FOR_AVX2
#endif

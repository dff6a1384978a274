#pragma once

#include <cstdint>

namespace bonafide {

/// What one input may cost. Every limit has its default here and nowhere else, and an option of the same name on the
/// command line.
struct Limits {
    std::uint64_t size_bytes = 16ULL << 30;   ///< --max-size
    std::uint64_t pixels = 200'000'000;       ///< --max-pixels, of one picture or video frame
    double duration_s = 6 * 3600.0;           ///< --max-duration
    std::uint32_t streams = 64;               ///< --max-streams
    double time_s = 900.0;                    ///< --timeout, wall clock an input
    std::uint64_t memory_bytes = 3ULL << 30;  ///< --max-memory, resident in the worker
};

}  // namespace bonafide

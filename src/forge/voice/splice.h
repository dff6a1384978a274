#pragma once

#include "base/result.h"

#include <cstdint>
#include <vector>

namespace bonafide::forge {

/// Joined pieces fade into each other over so long.
inline constexpr double kFade_s = 0.012;

/// A piece of a recording, in samples of it.
struct Piece {
    std::size_t start = 0, end = 0;
};

struct Spliced {
    std::vector<std::vector<float>> channels;
    std::vector<Piece> pieces;        ///< of the recording as it was given, in the order in which they stand now
    std::vector<std::size_t> joints;  ///< samples of the result where two pieces meet that did not before
};

/// Where the sound (channels averaged) is quietest, between words or within them: pieces of 0.25 s and more. Pure.
std::vector<Piece> pieces_of(const std::vector<std::vector<float>>& channels, int rate_hz);

/// Takes `moves` pieces out of their places, drawn from `seed`, and puts them between others. Length and samples stay,
/// apart from kFade_s around the joints. Pure; kUsage where there are fewer than three pieces, or no moves.
Result<Spliced> splice(const std::vector<std::vector<float>>& channels, int rate_hz, int moves, std::uint64_t seed);

}  // namespace bonafide::forge

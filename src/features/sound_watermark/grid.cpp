#include "features/sound_watermark/grid.h"

#include <cstdint>

namespace bonafide::features::sound_watermark {
namespace {

/// Public, and never to be changed, or old marks are no longer found.
constexpr std::uint64_t kSeed = 0x626F'6E61'766F'6365;  // "bonavoce"

/// SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
std::uint64_t next_random(std::uint64_t& state) {
    state += 0x9E37'79B9'7F4A'7C15;
    std::uint64_t value = state;
    value = (value ^ (value >> 30)) * 0xBF58'476D'1CE4'E5B9;
    value = (value ^ (value >> 27)) * 0x94D0'49BB'1331'11EB;
    return value ^ (value >> 31);
}

std::array<CellKey, kCells> make_key() {
    std::array<CellKey, kCells> made{};
    std::uint64_t state = kSeed;
    for (CellKey& cell : made) {
        for (float& coin : cell) {
            coin = (next_random(state) >> 63) == 0 ? 1.0F : -1.0F;
        }
    }
    return made;
}

}  // namespace

const std::array<CellKey, kCells>& key() {
    static const std::array<CellKey, kCells> made = make_key();
    return made;
}

std::size_t band_of(double frequency_hz) {
    const double band = (frequency_hz - kLowest_hz) / kBand_hz;
    return band >= 0 && band < static_cast<double>(kBands) ? static_cast<std::size_t>(band) : kBands;
}

}  // namespace bonafide::features::sound_watermark

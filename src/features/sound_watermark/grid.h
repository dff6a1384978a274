#pragma once

#include <array>
#include <cstddef>

namespace bonafide::features::sound_watermark {

/// The mark lies in a grid over time and frequency that begins anew every kPeriod_s.
inline constexpr double kCell_s = 0.064;
inline constexpr std::size_t kCells = 32;
inline constexpr double kPeriod_s = kCells * kCell_s;
inline constexpr double kLowest_hz = 300, kBand_hz = 200;
inline constexpr std::size_t kBands = 33;  ///< up to 6,900 Hz

/// Of one cell in time, the key of every band: 1 or -1.
using CellKey = std::array<float, kBands>;

/// The key: a coin for every cell of the grid, tossed once and for all.
const std::array<CellKey, kCells>& key();

/// The band in which `frequency_hz` lies; kBands where it lies in none.
std::size_t band_of(double frequency_hz);

}  // namespace bonafide::features::sound_watermark

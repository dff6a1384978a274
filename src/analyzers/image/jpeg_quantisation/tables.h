#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bonafide::analyzers::quantisation {

/// 64 steps in natural (row-major) order.
using Table = std::array<std::uint16_t, 64>;

enum class Kind { kLuminance, kChrominance };

/// The example table of ITU-T T.81, annex K.1, scaled as the Independent JPEG Group's software does for `quality`, 1 to
/// 100.
Table standard_table(Kind kind, int quality);

struct Estimate {
    double quality = 0;  ///< 1 to 100: of the nearest standard table, which libjpeg would need for about these steps
    double distance_percent = 0;  ///< mean relative difference of the steps to that table; 0: the very table
    bool exact() const { return distance_percent == 0; }
};

/// The standard table nearest to `table`.
Estimate nearest_standard(const Table& table, Kind kind);

/// The quality at which `table` is a scaled version of the table that mozjpeg uses unless told otherwise, or nothing.
std::optional<int> mozjpeg_quality(const Table& table);

}  // namespace bonafide::analyzers::quantisation

// Quantisation tables: the standard's examples, their scaling, and the nearest of them.
//
// ITU-T T.81 (1992), annex K.1, tables K.1 and K.2; scaling as in the Independent JPEG Group's library: S = 5000 / q
// below 50, 200 - 2 q from there; steps (S t + 50) / 100, from 1 to 255. mozjpeg's own table is the one that N.
// Robidoux proposed for ImageMagick. Limits: qualities that scale to the same table (in truth only at the coarse end)
// count as the higher one; Photoshop, Apple and many cameras use tables of their own, for which "quality" is a
// comparison only.
#include "analyzers/image/jpeg_quantisation/tables.h"

#include <algorithm>
#include <cmath>

namespace bonafide::analyzers::quantisation {
namespace {

constexpr Table kLuminance = {16, 11, 10, 16, 24,  40,  51,  61,  12, 12, 14, 19, 26,  58,  60,  55,
                              14, 13, 16, 24, 40,  57,  69,  56,  14, 17, 22, 29, 51,  87,  80,  62,
                              18, 22, 37, 56, 68,  109, 103, 77,  24, 35, 55, 64, 81,  104, 113, 92,
                              49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99};
constexpr Table kChrominance = {17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99,
                                99, 99, 47, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
                                99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99};
constexpr Table kMozjpeg = {16, 16, 16, 18,  25,  37,  56,  85,  16, 17, 20,  27,  34,  40,  53,  75,
                            16, 20, 24, 31,  43,  62,  91,  135, 18, 27, 31,  40,  53,  74,  106, 156,
                            25, 34, 43, 53,  69,  94,  131, 189, 37, 40, 62,  74,  94,  124, 169, 238,
                            56, 53, 91, 106, 131, 169, 226, 311, 85, 75, 135, 156, 189, 238, 311, 418};

Table scaled(const Table& base, int quality) {
    const int scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;
    Table table{};
    std::transform(base.begin(), base.end(), table.begin(), [scale](std::uint16_t step) {
        return static_cast<std::uint16_t>(std::clamp((step * scale + 50) / 100, 1, 255));
    });
    return table;
}

double distance_percent(const Table& table, const Table& other) {
    double sum = 0;
    for (std::size_t index = 0; index < 64; ++index) {
        const double step = table[index], reference = other[index];
        sum += std::abs(step - reference) / reference;
    }
    return 100 * sum / 64;
}

}  // namespace

Table standard_table(Kind kind, int quality) {
    return scaled(kind == Kind::kLuminance ? kLuminance : kChrominance, std::clamp(quality, 1, 100));
}

Estimate nearest_standard(const Table& table, Kind kind) {
    Estimate best{100, distance_percent(table, standard_table(kind, 100))};
    for (int quality = 99; quality >= 1; --quality) {
        const double distance = distance_percent(table, standard_table(kind, quality));
        if (distance < best.distance_percent) {
            best = {static_cast<double>(quality), distance};
        }
    }
    return best;
}

std::optional<int> mozjpeg_quality(const Table& table) {
    // At 100 every table is all ones.
    for (int quality = 99; quality >= 1; --quality) {
        if (table == scaled(kMozjpeg, quality)) {
            return quality;
        }
    }
    return std::nullopt;
}

}  // namespace bonafide::analyzers::quantisation

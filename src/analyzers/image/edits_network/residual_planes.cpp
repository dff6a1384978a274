// The planes that are measured on pixels: a fixed bank of high-pass residuals, summed over blocks of 8 x 8 px.
//
// Fridrich and Kodovsky, "Rich models for steganalysis of digital images", IEEE TIFS 2012, for the bank; Cozzolino,
// Poggi and Verdoliva, "Splicebuster", WIFS 2015, for what the correlation of neighbouring residuals tells; Popescu and
// Farid, "Exposing digital forgeries in color filter array interpolated images", IEEE TSP 2005, for the lattice of
// green; Li, Yuan and Yu, "Passive detection of doctored JPEG image via block artifact grid extraction", Signal
// Processing 2009, for differences by their place in the coding grid. Deviation: no co-occurrence of quantised
// residuals, but their second moments, which a block has enough pixels for; the network that follows pools them.
#include "analyzers/image/edits_network/planes.h"
#include "base/lanes.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#if defined(__GNUC__) && !defined(__clang__)
// Vectors are returned by functions that are always inlined: there is no call whose convention could differ.
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

#ifdef __clang__
#pragma clang diagnostic ignored "-Wpsabi"  // vectors stay within this file
#endif

namespace bonafide::analyzers::edits {
namespace {

// Rows of blocks that are prepared together.
constexpr int kStripBlocks = 8;
// Pixels around a strip that the filters reach.
constexpr int kRim = 3;
constexpr int kPixels = kBlockPx * kBlockPx;
constexpr float kLeastResidual = 0.1F;

// Channels, in order. Sums from kPooled on are taken over 3 x 3 blocks before they become ratios.
enum Channel {
    kLuma,
    kDeviation,
    kClipped,
    kColour,
    kHorizontal,
    kVertical,
    kDiagonal,
    kCross,
    kDiagonalPeak,
    kCrossPeak,
    kStill,
    kGreenDiagonal,
    kRedGreen,
    kBlueGreen,
    kCoarse,
    kCoarser,
    kPooled,
    kLagRight = kPooled,
    kLagDown,
    kLagRight2,
    kLagDown2,
    kLagBoth,
    kLattice,
    kEvenColumns,
    kEvenRows,
    kColumnPhase,
    kRowPhase = kColumnPhase + 8,
    kChannelsEnd = kRowPhase + 8
};
static_assert(kChannelsEnd - 0 + 2 == kResidualPlanes);
// Two more: the residual of the picture's own second derivative against its first, and the share of equal neighbours.
constexpr int kSlope = kChannelsEnd, kEqual = kChannelsEnd + 1;

// What divides the pooled sums: kept beside the planes until they have been pooled.
enum Divisor { kEnergy, kLatticeOther, kOddColumns, kOddRows, kDivisors };

struct Strip {
    cv::Mat luma, green, red_green, blue_green;  // CV_32FC1, with kRim more rows and columns on every side
};

// Weights of ITU-R BT.601, over a row of `count` values.
BONAFIDE_ALSO_FOR_AVX2
void luma_of_row(const float* red, const float* green, const float* blue, int count, float* luma) {
    int x = 0;
    for (; x + kBlockPx <= count; x += kBlockPx) {
        eight_at(luma + x) = 0.299F * eight_at(red + x) + 0.587F * eight_at(green + x) + 0.114F * eight_at(blue + x);
    }
    for (; x < count; ++x) {
        luma[x] = 0.299F * red[x] + 0.587F * green[x] + 0.114F * blue[x];
    }
}

Strip strip_of(const cv::Mat& rgb, int first_row, int rows) {
    // The rows around are those of the picture, where it has some.
    cv::Mat padded;
    cv::copyMakeBorder(rgb.rowRange(first_row, first_row + rows), padded, kRim, kRim, kRim, kRim,
                       cv::BORDER_REFLECT_101);
    std::array<cv::Mat, 3> channels;
    cv::split(padded, channels.data());
    for (cv::Mat& channel : channels) {
        channel.convertTo(channel, CV_32F);
    }
    Strip strip;
    strip.luma.create(padded.size(), CV_32FC1);
    for (int row = 0; row < padded.rows; ++row) {
        luma_of_row(channels[0].ptr<float>(row), channels[1].ptr<float>(row), channels[2].ptr<float>(row), padded.cols,
                    strip.luma.ptr<float>(row));
    }
    strip.red_green = channels[0] - channels[1];
    strip.blue_green = channels[2] - channels[1];
    strip.green = channels[1];
    return strip;
}

BONAFIDE_ALSO_FOR_AVX2
void diagonal_row(const float* row, const float* below, int count, float* to) {
    int x = 0;
    for (; x + kBlockPx <= count; x += kBlockPx) {
        eight_at(to + x) =
            0.5F * (eight_at(row + x) - eight_at(row + x + 1) - eight_at(below + x) + eight_at(below + x + 1));
    }
    for (; x < count; ++x) {
        to[x] = 0.5F * (row[x] - row[x + 1] - below[x] + below[x + 1]);
    }
}

float log_mean(float sum, float count) {
    return std::log(sum / count + kLeastResidual);
}

// How much heavier than normal the tails are: log of mean square over squared mean size.
float peakedness(float squares, float sizes) {
    const float size = sizes / kPixels + kLeastResidual;
    return std::log((squares / kPixels + kLeastResidual * kLeastResidual) / (size * size));
}

inline __attribute__((always_inline)) EightFloats least(const EightFloats& a, const EightFloats& b) {
    return a < b ? a : b;
}
inline __attribute__((always_inline)) EightFloats size_of(const EightFloats& value) {
    return value < 0 ? -value : value;
}
inline __attribute__((always_inline)) EightFloats one_where(const EightFloats& value, float below) {
    const EightFloats none = {};
    return value < below ? none + 1 : none;
}
inline __attribute__((always_inline)) float sum_of(const EightFloats& value) {
    float sum = 0;
    for (int k = 0; k < kBlockPx; ++k) {
        sum += value[k];
    }
    return sum;
}
// Sum of the lanes that are even (0) or odd (1) with the first.
inline __attribute__((always_inline)) float sum_of(const EightFloats& value, int parity) {
    return value[parity] + value[2 + parity] + value[4 + parity] + value[6 + parity];
}
inline __attribute__((always_inline)) EightFloats diagonals(const float* row, const float* below) {
    return size_of(0.5F * (eight_at(row) - eight_at(row + 1) - eight_at(below) + eight_at(below + 1)));
}

// One block whose first pixel is column `x` of the strip's padded rows, row `top` within the rim.
#if defined(__x86_64__)
#ifndef __clang__  // which lets no clone for AVX2 call lambdas that return vectors
__attribute__((target_clones("avx2", "default")))
#endif
#endif
void measure_block(const Strip& strip, const cv::Mat& residual, int x, int top, float* out, float* divisors) {
    // Sums of squares lose their last digits where a block is bright and even; so they are taken from its first pixel.
    const float origin = strip.luma.ptr<float>(top + kRim)[x];
    EightFloats lumas = {}, squares_8 = {}, clipped_8 = {}, colours = {}, slopes = {}, equals = {}, stills = {};
    EightFloats horizontals = {}, crosses = {}, cross_squares_8 = {}, sizes = {}, energies = {};
    EightFloats greens = {}, reds = {}, blues = {}, columns_8 = {}, column_phase = {};
    EightFloats lags[5] = {};
    std::array<float, 2> lattice{}, rows{};
    std::array<float, 8> row_phase{};
    for (int y = 0; y < kBlockPx; ++y) {
        const float* above = strip.luma.ptr<float>(top + y + kRim - 1) + x;
        const float* row = strip.luma.ptr<float>(top + y + kRim) + x;
        const float* below = strip.luma.ptr<float>(top + y + kRim + 1) + x;
        const float* green_row = strip.green.ptr<float>(top + y + kRim) + x;
        const float* red_row = strip.red_green.ptr<float>(top + y + kRim) + x;
        const float* blue_row = strip.blue_green.ptr<float>(top + y + kRim) + x;
        const float* green_below = strip.green.ptr<float>(top + y + kRim + 1) + x;
        const float* r0 = residual.ptr<float>(top + y) + x;
        const float* r1 = residual.ptr<float>(top + y + 1) + x;
        const float* r2 = residual.ptr<float>(top + y + 2) + x;
        const EightFloats value = eight_at(row), right = eight_at(row + 1), left = eight_at(row - 1),
                          up = eight_at(above), down = eight_at(below);
        const EightFloats centred = value - origin;
        lumas += centred;
        squares_8 += centred * centred;
        clipped_8 += one_where(value, 3) + one_where(-value, -252);
        colours += size_of(eight_at(red_row)) + size_of(eight_at(blue_row));
        const EightFloats h = 2 * value - left - right, v = 2 * value - up - down;
        const EightFloats both = 2 * (h + v) - (4 * value - eight_at(above - 1) - eight_at(above + 1) -
                                                eight_at(below - 1) - eight_at(below + 1));
        const EightFloats h_size = size_of(h), both_size = size_of(both), d = eight_at(r0), d_size = size_of(d);
        horizontals += h_size;
        rows[static_cast<std::size_t>(y & 1)] += sum_of(size_of(v));
        columns_8 += h_size;
        crosses += both_size;
        cross_squares_8 += both * both;
        stills += one_where(both_size, 1);
        slopes += size_of(right - left) + size_of(down - up);
        equals += one_where(size_of(right - value), 0.5F);
        sizes += d_size;
        energies += d * d;
        lags[0] += d * eight_at(r0 + 1);
        lags[1] += d * eight_at(r1);
        lags[2] += d * eight_at(r0 + 2);
        lags[3] += d * eight_at(r2);
        lags[4] += d * eight_at(r1 + 1);
        const EightFloats none = {};
        const EightFloats step = least(d_size, none + 8);
        column_phase += step;
        row_phase[static_cast<std::size_t>(y)] = sum_of(step);
        greens += diagonals(green_row, green_below);
        reds += diagonals(red_row, strip.red_green.ptr<float>(top + y + kRim + 1) + x);
        blues += diagonals(blue_row, strip.blue_green.ptr<float>(top + y + kRim + 1) + x);
        const EightFloats around = eight_at(green_row - 1) + eight_at(green_row + 1) +
                                   eight_at(strip.green.ptr<float>(top + y + kRim - 1) + x) + eight_at(green_below);
        const EightFloats lone = least(size_of(eight_at(green_row) - 0.25F * around), none + 16);
        for (int parity = 0; parity < 2; ++parity) {
            lattice[static_cast<std::size_t>((x + parity + y) & 1)] += sum_of(lone, parity);
        }
    }
    std::array<float, 5> lag{};
    for (std::size_t k = 0; k < lag.size(); ++k) {
        lag[k] = sum_of(lags[k]);
    }
    std::array<float, 2> columns{};
    for (int parity = 0; parity < 2; ++parity) {
        columns[static_cast<std::size_t>((x + parity) & 1)] = sum_of(columns_8, parity);
    }
    const float luma = sum_of(lumas), squares = sum_of(squares_8), clipped = sum_of(clipped_8),
                colour = sum_of(colours);
    const float slope = sum_of(slopes), equal = sum_of(equals), still = sum_of(stills);
    const float horizontal = sum_of(horizontals), vertical = rows[0] + rows[1], cross = sum_of(crosses);
    const float cross_squares = sum_of(cross_squares_8), size = sum_of(sizes), energy = sum_of(energies);
    const float green = sum_of(greens), red_green = sum_of(reds), blue_green = sum_of(blues);
    const float mean = luma / kPixels;
    out[kLuma] = (mean + origin) / 128 - 1;
    out[kDeviation] = 0.5F * std::log(std::max(squares / kPixels - mean * mean, 0.0F) + 0.25F);
    out[kClipped] = clipped / kPixels;
    out[kColour] = std::log(colour / kPixels + 1);
    out[kHorizontal] = log_mean(horizontal, kPixels);
    out[kVertical] = log_mean(vertical, kPixels);
    out[kDiagonal] = log_mean(size, kPixels);
    out[kCross] = log_mean(cross, kPixels);
    out[kDiagonalPeak] = peakedness(energy, size);
    out[kCrossPeak] = peakedness(cross_squares, cross);
    out[kStill] = still / kPixels;
    out[kGreenDiagonal] = log_mean(green, kPixels);
    out[kRedGreen] = log_mean(red_green, kPixels);
    out[kBlueGreen] = log_mean(blue_green, kPixels);
    out[kSlope] = log_mean(slope, kPixels) - log_mean(horizontal + vertical, kPixels);
    out[kEqual] = equal / kPixels;
    std::array<float, 16> quads{};
    for (int y = 0; y < kBlockPx; ++y) {
        const float* row = strip.luma.ptr<float>(top + y + kRim) + x;
        for (int k = 0; k < kBlockPx; ++k) {
            quads.data()[(y / 2) * 4 + k / 2] += 0.25F * row[k];
        }
    }
    float coarse = 0;
    std::array<float, 4> octets{};
    for (int y = 0; y < 2; ++y) {
        for (int k = 0; k < 2; ++k) {
            const float* quad = quads.data() + y * 8 + k * 2;
            coarse += std::abs(0.5F * (quad[0] - quad[1] - quad[4] + quad[5]));
            octets.data()[y * 2 + k] = 0.25F * (quad[0] + quad[1] + quad[4] + quad[5]);
        }
    }
    out[kCoarse] = log_mean(coarse, 4) - out[kDiagonal];
    out[kCoarser] = log_mean(std::abs(0.5F * (octets[0] - octets[1] - octets[2] + octets[3])), 1) - out[kDiagonal];
    std::copy(lag.begin(), lag.end(), out + kLagRight);
    out[kLattice] = lattice[0];
    out[kEvenColumns] = columns[0];
    out[kEvenRows] = rows[0];
    for (int k = 0; k < kBlockPx; ++k) {
        out[kColumnPhase + k] = column_phase[k];
    }
    std::copy(row_phase.begin(), row_phase.end(), out + kRowPhase);
    divisors[kEnergy] = energy;
    divisors[kLatticeOther] = lattice[1];
    divisors[kOddColumns] = columns[1];
    divisors[kOddRows] = rows[1];
}

float log_ratio(float above, float below) {
    return std::log((above + 1) / (below + 1));
}

void phases_to_ratios(float* phase) {
    float mean = 0;
    for (int k = 0; k < kBlockPx; ++k) {
        mean += phase[k] / kBlockPx;
    }
    for (int k = 0; k < kBlockPx; ++k) {
        phase[k] = log_ratio(phase[k], mean);
    }
}

// The row of blocks at `top` of a strip: planes of single blocks go to `out`, sums that are pooled later to `sum` and
// `divisor`.
void measure_row(const Strip& strip, const cv::Mat& residual, int top, int blocks, float* out, float* sum,
                 float* divisor) {
    std::array<float, kChannelsEnd + 2> measured{};
    for (int column = 0; column < blocks; ++column) {
        measure_block(strip, residual, column * kBlockPx + kRim, top, measured.data(), divisor);
        std::copy(measured.begin(), measured.begin() + kPooled, out);
        out[kSlope] = measured[kSlope];
        out[kEqual] = measured[kEqual];
        std::copy(measured.begin() + kPooled, measured.begin() + kChannelsEnd, sum);
        out += kPlanes;
        sum += kChannelsEnd - kPooled;
        divisor += kDivisors;
    }
}

// Diagonal differences of the strip's luma; two rows more than the strip has blocks for.
cv::Mat residual_of(const Strip& strip) {
    cv::Mat residual(strip.luma.rows - 2 * kRim + 2, strip.luma.cols, CV_32FC1, cv::Scalar(0));
    for (int y = 0; y < residual.rows; ++y) {
        const float* from = strip.luma.ptr<float>(y + kRim);
        const float* below = strip.luma.ptr<float>(y + kRim + 1);
        float* to = residual.ptr<float>(y);
        diagonal_row(from, below, residual.cols - 1, to);
    }
    return residual;
}

}  // namespace

void measure_residuals(const cv::Mat& rgb, cv::Mat& planes) {
    const cv::Size blocks = planes.size();
    cv::Mat sums(blocks, CV_32FC(kRowPhase + 8 - kPooled)), divisors(blocks, CV_32FC(kDivisors));
    const int strips = (blocks.height + kStripBlocks - 1) / kStripBlocks;
    cv::parallel_for_(cv::Range(0, strips), [&](const cv::Range& range) {
        for (int index = range.start; index < range.end; ++index) {
            const int first = index * kStripBlocks, rows = std::min(kStripBlocks, blocks.height - first);
            const Strip strip = strip_of(rgb, first * kBlockPx, rows * kBlockPx);
            const cv::Mat residual = residual_of(strip);
            for (int row = 0; row < rows; ++row) {
                measure_row(strip, residual, row * kBlockPx, blocks.width, planes.ptr<float>(first + row),
                            sums.ptr<float>(first + row), divisors.ptr<float>(first + row));
            }
        }
    });
    cv::blur(sums, sums, {3, 3}, {-1, -1}, cv::BORDER_REPLICATE);
    cv::blur(divisors, divisors, {3, 3}, {-1, -1}, cv::BORDER_REPLICATE);
    cv::parallel_for_(cv::Range(0, blocks.height), [&](const cv::Range& rows) {
        for (int row = rows.start; row < rows.end; ++row) {
            float* out = planes.ptr<float>(row) + kPooled;
            float* sum = sums.ptr<float>(row);
            const float* divisor = divisors.ptr<float>(row);
            for (int column = 0; column < blocks.width; ++column) {
                for (int lag = kLagRight; lag <= kLagBoth; ++lag) {
                    sum[lag - kPooled] /= divisor[kEnergy] + 1;
                }
                sum[kLattice - kPooled] = log_ratio(sum[kLattice - kPooled], divisor[kLatticeOther]);
                sum[kEvenColumns - kPooled] = log_ratio(sum[kEvenColumns - kPooled], divisor[kOddColumns]);
                sum[kEvenRows - kPooled] = log_ratio(sum[kEvenRows - kPooled], divisor[kOddRows]);
                phases_to_ratios(sum + kColumnPhase - kPooled);
                phases_to_ratios(sum + kRowPhase - kPooled);
                std::copy(sum, sum + sums.channels(), out);
                out += kPlanes;
                sum += sums.channels();
                divisor += kDivisors;
            }
        }
    });
}

}  // namespace bonafide::analyzers::edits

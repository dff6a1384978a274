// The planes that are measured on pixels: a fixed bank of high-pass residuals, summed over blocks of 8 x 8 px.
//
// Fridrich and Kodovsky, "Rich models for steganalysis of digital images", IEEE TIFS 2012, for the bank; Cozzolino,
// Poggi and Verdoliva, "Splicebuster", WIFS 2015, for what the correlation of neighbouring residuals tells; Popescu and
// Farid, "Exposing digital forgeries in color filter array interpolated images", IEEE TSP 2005, for the lattice of
// green; Li, Yuan and Yu, "Passive detection of doctored JPEG image via block artifact grid extraction", Signal
// Processing 2009, for differences by their place in the coding grid. Deviation: no co-occurrence of quantised
// residuals, but their second moments, which a block has enough pixels for; the network that follows pools them.
#include "analyzers/image/edits_network/planes.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace bonafide::analyzers::edits {
namespace {

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
    cv::Mat luma, green, red_green, blue_green;  // CV_32FC1, kBlockPx + 2 kRim rows and kRim more columns either side
};

Strip strip_of(const cv::Mat& rgb, int first_row) {
    const int height = kBlockPx + 2 * kRim, width = rgb.cols + 2 * kRim;
    Strip strip;
    for (cv::Mat* plane : {&strip.luma, &strip.green, &strip.red_green, &strip.blue_green}) {
        plane->create(height, width, CV_32FC1);
    }
    for (int row = 0; row < height; ++row) {
        const auto* source =
            rgb.ptr<cv::Vec3b>(cv::borderInterpolate(first_row + row - kRim, rgb.rows, cv::BORDER_REFLECT_101));
        float* luma = strip.luma.ptr<float>(row);
        float* green = strip.green.ptr<float>(row);
        float* red_green = strip.red_green.ptr<float>(row);
        float* blue_green = strip.blue_green.ptr<float>(row);
        const auto put = [&](int to, const cv::Vec3b& pixel) {
            luma[to] = 0.299F * pixel[0] + 0.587F * pixel[1] + 0.114F * pixel[2];
            green[to] = pixel[1];
            red_green[to] = static_cast<float>(pixel[0]) - pixel[1];
            blue_green[to] = static_cast<float>(pixel[2]) - pixel[1];
        };
        for (int column = 0; column < rgb.cols; ++column) {
            put(column + kRim, source[column]);
        }
        for (int column = 0; column < kRim; ++column) {
            put(column, source[kRim - column]);
            put(rgb.cols + kRim + column, source[rgb.cols - 2 - column]);
        }
    }
    return strip;
}

float diagonal(const float* row, const float* below, int x) {
    return 0.5F * (row[x] - row[x + 1] - below[x] + below[x + 1]);
}

float log_mean(float sum, float count) {
    return std::log(sum / count + kLeastResidual);
}

// How much heavier than normal the tails are: log of mean square over squared mean size.
float peakedness(float squares, float sizes) {
    const float size = sizes / kPixels + kLeastResidual;
    return std::log((squares / kPixels + kLeastResidual * kLeastResidual) / (size * size));
}

// One block whose first pixel is column `x` of the strip's padded rows.
void measure_block(const Strip& strip, const cv::Mat& residual, int x, float* out, float* divisors) {
    float luma = 0, squares = 0, clipped = 0, colour = 0, slope = 0, equal = 0, still = 0;
    float horizontal = 0, vertical = 0, cross = 0, cross_squares = 0, size = 0, energy = 0;
    float green = 0, red_green = 0, blue_green = 0;
    std::array<float, 5> lag{};
    std::array<float, 2> lattice{}, columns{}, rows{};
    std::array<float, 8> column_phase{}, row_phase{};
    for (int y = 0; y < kBlockPx; ++y) {
        const float* above = strip.luma.ptr<float>(y + kRim - 1);
        const float* row = strip.luma.ptr<float>(y + kRim);
        const float* below = strip.luma.ptr<float>(y + kRim + 1);
        const float* green_above = strip.green.ptr<float>(y + kRim - 1);
        const float* green_row = strip.green.ptr<float>(y + kRim);
        const float* green_below = strip.green.ptr<float>(y + kRim + 1);
        const float* red_row = strip.red_green.ptr<float>(y + kRim);
        const float* red_below = strip.red_green.ptr<float>(y + kRim + 1);
        const float* blue_row = strip.blue_green.ptr<float>(y + kRim);
        const float* blue_below = strip.blue_green.ptr<float>(y + kRim + 1);
        const float* r0 = residual.ptr<float>(y);
        const float* r1 = residual.ptr<float>(y + 1);
        const float* r2 = residual.ptr<float>(y + 2);
        for (int k = 0; k < kBlockPx; ++k) {
            const int c = x + k;
            const float value = row[c];
            luma += value;
            squares += value * value;
            clipped += value < 3 || value > 252 ? 1.0F : 0.0F;
            colour += std::abs(red_row[c]) + std::abs(blue_row[c]);
            const float h = 2 * value - row[c - 1] - row[c + 1], v = 2 * value - above[c] - below[c];
            const float both = 2 * (h + v) - (4 * value - above[c - 1] - above[c + 1] - below[c - 1] - below[c + 1]);
            const float d = r0[c];
            horizontal += std::abs(h);
            vertical += std::abs(v);
            columns[c & 1] += std::abs(h);
            rows[y & 1] += std::abs(v);
            cross += std::abs(both);
            cross_squares += both * both;
            still += std::abs(both) < 1 ? 1.0F : 0.0F;
            slope += std::abs(row[c + 1] - row[c - 1]) + std::abs(below[c] - above[c]);
            equal += std::abs(row[c + 1] - value) < 0.5F ? 1.0F : 0.0F;
            size += std::abs(d);
            energy += d * d;
            lag[0] += d * r0[c + 1];
            lag[1] += d * r1[c];
            lag[2] += d * r0[c + 2];
            lag[3] += d * r2[c];
            lag[4] += d * r1[c + 1];
            const float step = std::min(std::abs(d), 8.0F);
            column_phase[k] += step;
            row_phase[y] += step;
            green += std::abs(diagonal(green_row, green_below, c));
            red_green += std::abs(diagonal(red_row, red_below, c));
            blue_green += std::abs(diagonal(blue_row, blue_below, c));
            const float lone =
                green_row[c] - 0.25F * (green_row[c - 1] + green_row[c + 1] + green_above[c] + green_below[c]);
            lattice[(c + y) & 1] += std::min(std::abs(lone), 16.0F);
        }
    }
    const float mean = luma / kPixels;
    out[kLuma] = mean / 128 - 1;
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
        const float* row = strip.luma.ptr<float>(y + kRim) + x;
        for (int k = 0; k < kBlockPx; ++k) {
            quads[(y / 2) * 4 + k / 2] += 0.25F * row[k];
        }
    }
    float coarse = 0;
    std::array<float, 4> octets{};
    for (int y = 0; y < 2; ++y) {
        for (int k = 0; k < 2; ++k) {
            const float* quad = &quads[static_cast<std::size_t>(y * 8 + k * 2)];
            coarse += std::abs(0.5F * (quad[0] - quad[1] - quad[4] + quad[5]));
            octets[static_cast<std::size_t>(y * 2 + k)] = 0.25F * (quad[0] + quad[1] + quad[4] + quad[5]);
        }
    }
    out[kCoarse] = log_mean(coarse, 4) - out[kDiagonal];
    out[kCoarser] = log_mean(std::abs(0.5F * (octets[0] - octets[1] - octets[2] + octets[3])), 1) - out[kDiagonal];
    std::copy(lag.begin(), lag.end(), out + kLagRight);
    out[kLattice] = lattice[0];
    out[kEvenColumns] = columns[0];
    out[kEvenRows] = rows[0];
    std::copy(column_phase.begin(), column_phase.end(), out + kColumnPhase);
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

}  // namespace

void measure_residuals(const cv::Mat& rgb, cv::Mat& planes) {
    const cv::Size blocks = planes.size();
    cv::Mat sums(blocks, CV_32FC(kRowPhase + 8 - kPooled)), divisors(blocks, CV_32FC(kDivisors));
    std::array<float, kChannelsEnd + 2> measured{};
    cv::Mat residual(kBlockPx + 2, rgb.cols + 2 * kRim, CV_32FC1, cv::Scalar(0));
    for (int row = 0; row < blocks.height; ++row) {
        const Strip strip = strip_of(rgb, row * kBlockPx);
        for (int y = 0; y < residual.rows; ++y) {
            const float* from = strip.luma.ptr<float>(y + kRim);
            const float* below = strip.luma.ptr<float>(y + kRim + 1);
            float* to = residual.ptr<float>(y);
            for (int x = 0; x + 1 < residual.cols; ++x) {
                to[x] = diagonal(from, below, x);
            }
        }
        float* out = planes.ptr<float>(row);
        float* sum = sums.ptr<float>(row);
        float* divisor = divisors.ptr<float>(row);
        for (int column = 0; column < blocks.width; ++column) {
            measure_block(strip, residual, column * kBlockPx + kRim, measured.data(), divisor);
            std::copy(measured.begin(), measured.begin() + kPooled, out);
            out[kSlope] = measured[kSlope];
            out[kEqual] = measured[kEqual];
            std::copy(measured.begin() + kPooled, measured.begin() + kChannelsEnd, sum);
            out += kPlanes;
            sum += sums.channels();
            divisor += kDivisors;
        }
    }
    cv::blur(sums, sums, {3, 3}, {-1, -1}, cv::BORDER_REPLICATE);
    cv::blur(divisors, divisors, {3, 3}, {-1, -1}, cv::BORDER_REPLICATE);
    for (int row = 0; row < blocks.height; ++row) {
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
}

}  // namespace bonafide::analyzers::edits

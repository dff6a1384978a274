// The planes that are measured on the JPEG's own quantised coefficients.
//
// Kwon, Yu, Nam and Lee, "CAT-Net: Compression artifact tracing network for detection and localization of image
// splicing", WACV 2021, feed a network with one-hot coefficients; Bianchi and Piva, "Image forgery localization via
// block-grained analysis of JPEG artifacts", IEEE TIFS 2012, judge each block by the histograms of the whole picture.
// Here is the second idea in the shape of the first: how much more, or less, often a block's coefficients occur in this
// picture than the values next to them do. Where the picture was compressed twice, its histograms have a comb, and a
// place that was not compressed with the rest does not follow it. Deviation: no first quantisation step is estimated.
#include "analyzers/image/edits_network/planes.h"

#include <opencv2/core/utility.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <numbers>
#include <vector>

namespace bonafide::analyzers::edits {
namespace {

constexpr int kFrequencies = 36;  // in zigzag order, the mean first
constexpr int kCombed = 16;       // of them those whose histogram is looked at
constexpr int kBins = 1024;
constexpr float kMostComb = 2.0F;
constexpr float kFewCounts = 2.0F;

constexpr std::array<int, kFrequencies> kZigzag = {0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25,
                                                   18, 11, 4,  5,  12, 19, 26, 33, 40, 48, 41, 34,
                                                   27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56};

enum Channel {
    kIsJpeg,
    kStepLow,
    kStepHigh,
    kNotZero,
    kSizeLow,
    kSizeMiddle,
    kSizeHigh,
    kNotZeroHigh,
    kCombMean,
    kCombLow,
    kCombMiddle,
    kCombHigh,
    kCombStrength,
    kOnes,
    kChannelsEnd
};
static_assert(kChannelsEnd == kCoefficientPlanes);

using Block = std::array<std::int16_t, kFrequencies>;

// Orthonormal DCT of the luma of one block, rounded to whole numbers.
Block transformed(const cv::Mat& rgb, int column, int row) {
    static const std::array<float, 64> basis = [] {
        std::array<float, 64> made{};
        auto next = made.begin();
        for (int k = 0; k < 8; ++k) {
            for (int n = 0; n < 8; ++n) {
                *next++ = static_cast<float>((k == 0 ? std::sqrt(0.125) : 0.5) *
                                             std::cos((2 * n + 1) * k * std::numbers::pi / 16));
            }
        }
        return made;
    }();
    std::array<float, 64> luma{}, half{};
    auto next = luma.begin();
    for (int y = 0; y < 8; ++y) {
        const auto* pixel = rgb.ptr<cv::Vec3b>(row * kBlockPx + y) + column * kBlockPx;
        for (int x = 0; x < 8; ++x) {
            *next++ = std::round(0.299F * pixel[x][0] + 0.587F * pixel[x][1] + 0.114F * pixel[x][2]) - 128;
        }
    }
    for (std::size_t y = 0; y < 8; ++y) {
        for (std::size_t k = 0; k < 8; ++k) {
            float sum = 0;
            for (std::size_t x = 0; x < 8; ++x) {
                sum += luma[y * 8 + x] * basis[k * 8 + x];
            }
            half[y * 8 + k] = sum;
        }
    }
    Block block{};
    for (std::size_t index = 0; index < kFrequencies; ++index) {
        const auto k = static_cast<std::size_t>(kZigzag[index] % 8), l = static_cast<std::size_t>(kZigzag[index] / 8);
        float sum = 0;
        for (std::size_t y = 0; y < 8; ++y) {
            sum += half[y * 8 + k] * basis[l * 8 + y];
        }
        block[index] = static_cast<std::int16_t>(std::lround(sum));
    }
    return block;
}

// The mean's histogram is signed, the others' are folded: their sign says nothing.
std::size_t bin_of(std::int16_t value, std::size_t frequency) {
    const int bin = frequency == 0 ? value + kBins / 2 : std::abs(static_cast<int>(value));
    return static_cast<std::size_t>(std::clamp(bin, 0, kBins - 1));
}

// Log of each bin's count over the mean count of the five around it; nothing for zero, which most blocks share.
std::vector<float> comb_of(const std::vector<float>& counts, bool folded) {
    std::vector<float> comb(kBins, 0.0F);
    for (int bin = folded ? 1 : 2; bin + 2 < kBins; ++bin) {
        float sum = 0;
        int used = 0;
        for (int near = std::max(bin - 2, folded ? 1 : 0); near <= bin + 2; ++near, ++used) {
            sum += counts[static_cast<std::size_t>(near)];
        }
        const float mean = sum / static_cast<float>(used);
        comb[static_cast<std::size_t>(bin)] =
            std::clamp(std::log((counts[static_cast<std::size_t>(bin)] + kFewCounts) / (mean + kFewCounts)), -kMostComb,
                       kMostComb);
    }
    return comb;
}

float mean_log_step(const media::JpegPlane* plane, std::size_t first, std::size_t last) {
    if (plane == nullptr) {
        return 0;
    }
    float sum = 0;
    for (std::size_t index = first; index < last; ++index) {
        sum += std::log2(std::max<float>(plane->quantisation[static_cast<std::size_t>(kZigzag[index])], 1.0F));
    }
    return sum / static_cast<float>(last - first);
}

void describe(const Block& block, const std::vector<std::vector<float>>& combs, float* out) {
    float not_zero = 0, not_zero_high = 0, ones = 0;
    std::array<float, 3> size{}, comb{};
    float strength = 0;
    for (std::size_t index = 1; index < kFrequencies; ++index) {
        const float magnitude = std::abs(static_cast<float>(block[index]));
        const std::size_t band = index < 6 ? 0 : index < 15 ? 1 : 2;
        size[band] += magnitude;
        not_zero += magnitude > 0 ? 1.0F : 0.0F;
        not_zero_high += magnitude > 0 && band == 2 ? 1.0F : 0.0F;
        ones += magnitude == 1 ? 1.0F : 0.0F;
        if (index < kCombed) {
            const float value = combs[index][bin_of(block[index], index)];
            comb[index < 4 ? 0 : index < 9 ? 1 : 2] += value;
            strength += std::abs(value);
        }
    }
    out[kNotZero] = not_zero / 35;
    out[kNotZeroHigh] = not_zero_high / 21;
    out[kSizeLow] = std::log(size[0] / 5 + 0.2F);
    out[kSizeMiddle] = std::log(size[1] / 9 + 0.1F);
    out[kSizeHigh] = std::log(size[2] / 21 + 0.1F);
    out[kOnes] = ones / (not_zero + 1);
    out[kCombMean] = combs[0][bin_of(block[0], 0)];
    out[kCombLow] = comb[0];
    out[kCombMiddle] = comb[1];
    out[kCombHigh] = comb[2];
    out[kCombStrength] = strength;
}

}  // namespace

void measure_coefficients(const cv::Mat& rgb, const media::JpegPlane* luma_coefficients, cv::Mat& planes) {
    const cv::Size size = planes.size();
    if (luma_coefficients != nullptr &&
        (luma_coefficients->blocks_wide < size.width || luma_coefficients->blocks_high < size.height)) {
        luma_coefficients = nullptr;  // a picture whose luma is stored smaller than its chroma
    }
    std::vector<Block> blocks(static_cast<std::size_t>(size.area()));
    std::vector<std::vector<float>> counts(kCombed, std::vector<float>(kBins, 0.0F));
    std::mutex adding;
    cv::parallel_for_(cv::Range(0, size.height), [&](const cv::Range& rows) {
        std::vector<std::uint32_t> counted(std::size_t{kCombed} * kBins, 0);
        for (int row = rows.start; row < rows.end; ++row) {
            for (int column = 0; column < size.width; ++column) {
                Block& block = blocks[static_cast<std::size_t>(row) * size.width + column];
                if (luma_coefficients != nullptr) {
                    const auto stored = luma_coefficients->block(column, row);
                    for (std::size_t index = 0; index < kFrequencies; ++index) {
                        block[index] = stored[static_cast<std::size_t>(kZigzag[index])];
                    }
                } else {
                    block = transformed(rgb, column, row);
                }
                for (std::size_t index = 0; index < kCombed; ++index) {
                    counted[index * kBins + bin_of(block[index], index)] += 1;
                }
            }
        }
        // Whole numbers: the order in which they come does not matter.
        const std::lock_guard lock(adding);
        for (std::size_t index = 0; index < kCombed; ++index) {
            for (std::size_t bin = 0; bin < kBins; ++bin) {
                counts[index][bin] += static_cast<float>(counted[index * kBins + bin]);
            }
        }
    });
    std::vector<std::vector<float>> combs;
    for (std::size_t index = 0; index < kCombed; ++index) {
        combs.push_back(comb_of(counts[index], index > 0));
    }
    const float low = mean_log_step(luma_coefficients, 1, 6), high = mean_log_step(luma_coefficients, 6, kFrequencies);
    cv::parallel_for_(cv::Range(0, size.height), [&](const cv::Range& rows) {
        for (int row = rows.start; row < rows.end; ++row) {
            float* out = planes.ptr<float>(row) + kResidualPlanes;
            for (int column = 0; column < size.width; ++column, out += kPlanes) {
                out[kIsJpeg] = luma_coefficients != nullptr ? 1.0F : 0.0F;
                out[kStepLow] = low;
                out[kStepHigh] = high;
                describe(blocks[static_cast<std::size_t>(row) * size.width + column], combs, out);
            }
        }
    });
}

}  // namespace bonafide::analyzers::edits

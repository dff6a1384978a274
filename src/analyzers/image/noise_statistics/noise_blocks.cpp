// Blocks in which noise can be told from content, ranked among their like.
//
// Gardella, Musé, Morel and Colom, "Noisesniffer: a fully automatic image forgery detector based on noise analysis",
// IWBF 2021, after Ponomarenko's estimator: bins of intensity; in each bin the blocks of least low-frequency DCT
// energy, and of these the ones of least noise. Deviations: noise is the energy of the high frequencies and not the
// block's standard deviation; ranks are taken among blocks of like content, too, which keeps fabric from looking noisy;
// the noisiest are kept as well as the quietest; one grid of blocks, half a block off the corner, so that a JPEG's own
// grid is met at the same place everywhere. Limits: where compression has zeroed the high frequencies ranks are
// arbitrary.
#include "analyzers/image/noise_statistics/noise_blocks.h"

#include "base/ensure.h"
#include "base/median.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace bonafide::analyzers::statistics {
namespace {

// Sensors and tone curves clip at both ends, where noise is cut off and says nothing.
constexpr float kDarkest = 4, kBrightest = 250;
constexpr int kMostClipped = 2;  // of 64 px
// Frequencies u + v up to here are content, from there noise.
constexpr int kLastContent = 4, kFirstNoise = 7;
constexpr std::size_t kBlocksPerBand = 2500;
// Noise makes content, too: what is below this multiple of the typical noise is none, and does not choose.
constexpr float kContentPerNoise = 3;
constexpr int kMostBands = 16, kContentGroups = 4;

using Square = std::array<float, kBlockPx * kBlockPx>;

// A row of eight, side by side.
using Row = float __attribute__((vector_size(32)));
using Rows = std::array<Row, kBlockPx>;

// `along`: rows are the orthonormal cosine functions of 8 points; `across`: columns are.
struct Basis {
    Square along{}, across{};
};

Basis cosines() {
    Basis basis;
    for (int u = 0; u < kBlockPx; ++u) {
        const double scale = std::sqrt((u == 0 ? 1.0 : 2.0) / kBlockPx);
        for (int x = 0; x < kBlockPx; ++x) {
            const double value = scale * std::cos((2 * x + 1) * u * CV_PI / (2 * kBlockPx));
            basis.along[u * kBlockPx + x] = basis.across[x * kBlockPx + u] = static_cast<float>(value);
        }
    }
    return basis;
}

// block = basis * block * basis^T, as two passes of which the inner loops run along rows.
__attribute__((target_clones("avx2", "default"))) void transform(Square& block, const Basis& basis) {
    static_assert(sizeof(Rows) == sizeof(Square));
    Rows pixels, functions, half{};
    std::memcpy(&pixels, &block, sizeof pixels);
    std::memcpy(&functions, &basis.across, sizeof functions);
    for (int u = 0; u < kBlockPx; ++u) {
        for (int y = 0; y < kBlockPx; ++y) {
            half[u] += basis.along[u * kBlockPx + y] * pixels[y];
        }
    }
    for (int u = 0; u < kBlockPx; ++u) {
        Row row{};
        for (int x = 0; x < kBlockPx; ++x) {
            row += half[u][x] * functions[x];
        }
        std::memcpy(block.data() + static_cast<std::ptrdiff_t>(u) * kBlockPx, &row, sizeof row);
    }
}

// Median noise of the blocks at `members`.
float typical_noise(const Blocks& blocks, const std::vector<std::size_t>& members) {
    std::vector<float> noise;
    noise.reserve(members.size());
    for (const std::size_t index : members) {
        noise.push_back(blocks.list[index].noise);
    }
    return median_of(std::move(noise));
}

}  // namespace

Blocks measure_blocks(const cv::Mat& luma) {
    ENSURE(luma.type() == CV_32FC1);
    ENSURE(luma.cols >= kBlockPx + Blocks::kOffsetPx && luma.rows >= kBlockPx + Blocks::kOffsetPx);
    static const Basis kBasis = cosines();
    Blocks blocks;
    blocks.grid = {(luma.cols - Blocks::kOffsetPx) / kBlockPx, (luma.rows - Blocks::kOffsetPx) / kBlockPx};
    Square block_px{};
    for (int row = 0; row < blocks.grid.height; ++row) {
        for (int column = 0; column < blocks.grid.width; ++column) {
            int clipped = 0;
            float sum = 0;
            for (int y = 0; y < kBlockPx; ++y) {
                const float* from =
                    luma.ptr<float>(Blocks::kOffsetPx + row * kBlockPx + y) + Blocks::kOffsetPx + column * kBlockPx;
                for (int x = 0; x < kBlockPx; ++x) {
                    block_px[y * kBlockPx + x] = from[x];
                    clipped += static_cast<int>(!(from[x] > kDarkest && from[x] < kBrightest));
                    sum += from[x];
                }
            }
            if (clipped > kMostClipped) {
                continue;
            }
            transform(block_px, kBasis);
            Block block{column, row, sum / (kBlockPx * kBlockPx), 0, 0};
            int content = 0, noise = 0;
            for (int u = 0; u < kBlockPx; ++u) {
                for (int v = 0; v < kBlockPx; ++v) {
                    const float energy = block_px[u * kBlockPx + v] * block_px[u * kBlockPx + v];
                    if (u + v > 0 && u + v <= kLastContent) {
                        block.content += energy;
                        ++content;
                    } else if (u + v >= kFirstNoise) {
                        block.noise += energy;
                        ++noise;
                    }
                }
            }
            block.content /= static_cast<float>(content);
            block.noise /= static_cast<float>(noise);
            if (std::isfinite(block.content) && std::isfinite(block.noise) && std::isfinite(block.brightness)) {
                blocks.list.push_back(block);
            }
        }
    }
    return blocks;
}

namespace {

// What blocks are ordered by, in one place: a comparison that looked every value up would take thrice as long.
struct Keyed {
    float value = 0;
    std::uint32_t tie = 0;
    std::size_t index = 0;
    bool operator<(const Keyed& other) const { return value != other.value ? value < other.value : tie < other.tie; }
};

// Among equals a scrambled number decides: the picture's order would prefer its top.
std::uint32_t scrambled(std::size_t index) {
    return static_cast<std::uint32_t>(index * 2654435761U);
}

}  // namespace

std::vector<Selected> select_blocks(const Blocks& blocks, const SelectionOptions& options) {
    ENSURE(options.tail_share > 0 && options.tail_share <= 0.5 && options.least_content_share > 0);
    const std::size_t count = blocks.list.size();
    std::vector<Selected> selected;
    if (count == 0) {
        return selected;
    }
    const double share = std::clamp(static_cast<double>(options.fewest_selected) / static_cast<double>(count),
                                    options.least_content_share, 0.6);
    std::vector<std::size_t> order(count);
    for (std::size_t index = 0; index < count; ++index) {
        order[index] = index;
    }
    const auto sort_by = [&blocks](float Block::*member, float least, std::vector<std::size_t>& indices) {
        std::vector<Keyed> keyed;
        keyed.reserve(indices.size());
        for (const std::size_t index : indices) {
            keyed.push_back({std::max(least, blocks.list[index].*member), scrambled(index), index});
        }
        std::sort(keyed.begin(), keyed.end());
        std::transform(keyed.begin(), keyed.end(), indices.begin(), [](const Keyed& key) { return key.index; });
    };
    sort_by(&Block::brightness, 0, order);
    const std::size_t bands = std::clamp<std::size_t>(count / kBlocksPerBand, 1, kMostBands);
    for (std::size_t band = 0; band < bands; ++band) {
        std::vector<std::size_t> members(order.begin() + static_cast<std::ptrdiff_t>(count * band / bands),
                                         order.begin() + static_cast<std::ptrdiff_t>(count * (band + 1) / bands));
        sort_by(&Block::content, kContentPerNoise * typical_noise(blocks, members), members);
        const auto taken = static_cast<std::size_t>(share * static_cast<double>(members.size()));
        for (std::size_t group = 0; group < kContentGroups; ++group) {
            std::vector<std::size_t> alike(
                members.begin() + static_cast<std::ptrdiff_t>(taken * group / kContentGroups),
                members.begin() + static_cast<std::ptrdiff_t>(taken * (group + 1) / kContentGroups));
            sort_by(&Block::noise, 0, alike);
            const std::size_t tail = static_cast<std::size_t>(options.tail_share * static_cast<double>(alike.size()));
            // Equal noise on either side of a limit belongs to the middle: ties say nothing.
            const float low = tail > 0 ? blocks.list[alike[tail]].noise : 0;
            const float high = tail > 0 ? blocks.list[alike[alike.size() - 1 - tail]].noise : 0;
            for (const std::size_t index : alike) {
                const Block& block = blocks.list[index];
                const Rank rank = tail == 0            ? Rank::kMiddle
                                  : block.noise < low  ? Rank::kLow
                                  : block.noise > high ? Rank::kHigh
                                                       : Rank::kMiddle;
                selected.push_back({block.column, block.row, rank});
            }
        }
    }
    return selected;
}

}  // namespace bonafide::analyzers::statistics

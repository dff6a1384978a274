#pragma once

#include <opencv2/core.hpp>

#include <vector>

namespace bonafide::analyzers::statistics {

inline constexpr int kBlockPx = 8;

/// One block of 8 x 8 px: what it shows and how noisy it is.
struct Block {
    int column = 0, row = 0;  ///< in the grid of blocks
    float brightness = 0;     ///< mean, 8-bit levels
    float content = 0;        ///< mean square of the low-frequency DCT coefficients
    float noise = 0;          ///< mean square of the high-frequency DCT coefficients
};

/// Blocks of a picture that are neither near black nor near white, in reading order.
struct Blocks {
    cv::Size grid;            ///< blocks side by side and one below the other
    std::vector<Block> list;  ///< the usable ones
    /// Pixels that the upper left block lies away from the picture's corner: half a block, off a JPEG's grid.
    static constexpr int kOffsetPx = kBlockPx / 2;
};

/// `luma`: CV_32FC1 in 8-bit levels, at least 12 px on each side.
Blocks measure_blocks(const cv::Mat& luma);

/// Whether a block's noise is among the lowest or the highest of comparable ones.
enum class Rank : signed char { kLow = -1, kMiddle = 0, kHigh = 1 };

struct SelectionOptions {
    double least_content_share = 0.05;  ///< of blocks of one brightness: those with least content take part
    int fewest_selected = 6000;         ///< the share grows until so many take part
    double tail_share = 0.3;            ///< of comparable blocks: lowest noise, and highest
};

struct Selected {
    int column = 0, row = 0;
    Rank rank = Rank::kMiddle;
};

/// The blocks of least content in every band of brightness, and where their noise stands among others of like
/// brightness and content. Deterministic; ties are split at the middle.
std::vector<Selected> select_blocks(const Blocks& blocks, const SelectionOptions& options);

}  // namespace bonafide::analyzers::statistics

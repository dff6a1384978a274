#pragma once

#include <opencv2/core.hpp>

#include <array>
#include <cstddef>

namespace bonafide::analyzers::video {

/// A picture reduced to 32 x 18 block means, in 8-bit grey levels: enough to follow motion, cheap enough for every
/// frame of a long film.
struct SmallPicture {
    static constexpr int kColumns = 32, kRows = 18;
    static constexpr std::size_t kBlocks = static_cast<std::size_t>(kColumns) * kRows;
    std::array<float, kBlocks> means{};
    bool operator==(const SmallPicture&) const = default;
};

/// Reduces `luma` (CV_8UC1 or CV_16UC1 with `bits` in use, at least 1 x 1). A block's mean is taken over at most 16 of
/// its rows.
SmallPicture reduce(const cv::Mat& luma, int bits);

/// Mean absolute difference, in grey levels.
double difference(const SmallPicture& a, const SmallPicture& b);

/// How alike two pictures are apart from brightness and contrast.
struct Likeness {
    double correlation = 0;        ///< of the block means, -1 to 1; 1 where both are flat
    double unexplained_share = 0;  ///< of the difference that no change of brightness and contrast explains, 0 to 1
};
Likeness compare(const SmallPicture& a, const SmallPicture& b);

}  // namespace bonafide::analyzers::video

#pragma once

#include "media/jpeg.h"

#include <opencv2/core.hpp>

#include <array>
#include <cstdint>
#include <vector>

namespace bonafide::analyzers::double_quantisation {

/// Amounts |k| from 0 to kAmounts - 1 are told apart; larger ones say nothing.
inline constexpr int kAmounts = 64;
/// Blocks are compared with blocks of like activity.
inline constexpr int kClasses = 6;

/// Contrasts that a block may have beside others of its class, in steps of a scale (see coding_history.cpp).
inline constexpr int kContrasts = 8;

/// The blocks of one plane, in the order they are stored in.
struct Blocks {
    cv::Mat activity_class;  ///< CV_8UC1: 0 to kClasses - 1, or kNoClass where a block is flat or not to be judged
    int judged = 0;          ///< blocks that have a class
};
inline constexpr std::uint8_t kNoClass = 255;

/// Sorts blocks into classes of equal size by the activity around them. `unusable`: CV_8UC1, one value a block, not 0
/// where it must not be judged (clipped colours); or empty.
Blocks classify(const media::JpegPlane& plane, const cv::Mat& unusable);

/// What one frequency tells about an earlier quantisation.
struct Frequency {
    int index = 0;         ///< natural (row-major) order, 1 to 63
    int step = 1;          ///< of the file
    int primary_step = 0;  ///< of the save before; 0: no trace of one
    double gain = 0;       ///< of the log likelihood by that save, nats
    double count = 0;      ///< coefficients other than 0 that it rests on
    /// Log likelihood (nats) of each amount, by class: for each contrast of the block, were it saved once, then twice.
    std::array<std::array<std::array<float, 2 * kContrasts>, kAmounts>, kClasses> likelihoods{};
    bool usable = false;  ///< likelihoods are there
};

/// Estimates the primary step of every frequency of `plane` that shows one. `once_share`: share of blocks taken to be
/// saved once, while the distributions are fitted.
std::vector<Frequency> estimate_history(const media::JpegPlane& plane, const Blocks& blocks, double once_share);

/// The log likelihood ratios of all blocks, CV_32FC1 in nats: positive where a block looks saved once.
cv::Mat once_to_twice(const media::JpegPlane& plane, const Blocks& blocks, const std::vector<Frequency>& frequencies);

}  // namespace bonafide::analyzers::double_quantisation

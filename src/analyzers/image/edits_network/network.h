#pragma once

#include "analyzers/image/edits_network/planes.h"
#include "base/result.h"

#include <opencv2/core.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace bonafide::analyzers::edits {

/// Planes that are compared with what the picture itself leads to expect: all but brightness, clipping and what is the
/// same for the whole picture.
inline constexpr std::array<int, 51> kCompared = {1,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18,
                                                  19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35,
                                                  36, 37, 38, 39, 40, 41, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55};
/// Planes that enter as they are, to say what kind of place and of picture it is.
inline constexpr std::array<int, 17> kPlain = {0, 1, 2, 3, 10, 14, 6, 7, 45, 42, 43, 44, 50, 51, 52, 53, 54};
/// Sides of the windows, in blocks, over which the compared planes are averaged.
inline constexpr std::array<int, 3> kWindows = {3, 7, 15};
inline constexpr int kPlainWindow = 7;
inline constexpr int kInputs = static_cast<int>(kCompared.size() * kWindows.size() + kPlain.size());

/// What the network says of a picture, as natural logarithms of odds.
struct NetworkAnswer {
    cv::Mat block_logits;      ///< CV_32FC1, a value for each block
    double picture_logit = 0;  ///< that the picture was edited anywhere
};

/// The weights, and running them; train/edits_network/network.py does the same in PyTorch. Immutable: any number of
/// threads may run it.
class Network {
  public:
    /// Reads what train/edits_network/export.py wrote. kInvalid where the bytes are not that, or of another shape.
    static Result<Network> parse(std::span<const std::uint8_t> bytes);

    /// `planes`: as measure_planes() returns them, at least one block; changed and emptied, since they are large and no
    /// longer needed. The same answer on every machine: sums are taken in one order, without fused operations.
    NetworkAnswer run(cv::Mat& planes) const;

  private:
    void judge_rows(const cv::Mat& planes, const cv::Mat& plain, int begin, int end, cv::Mat& block_logits) const;
    std::vector<float> floor_;               // least deviation of each compared plane
    std::vector<float> centre_, scale_;      // of the sums over windows, with gaps as in network.cpp
    std::vector<float> first_, first_bias_;  // inputs, with the same gaps, x outputs
    std::vector<float> second_, second_bias_;
    std::vector<float> last_;
    float last_bias_ = 0;
    std::vector<float> picture_;
    float picture_bias_ = 0;
};

}  // namespace bonafide::analyzers::edits

#pragma once

#include "infer/session.h"

#include <opencv2/core.hpp>

#include <cstddef>
#include <string_view>
#include <vector>

/// What the networks of train/generated say of crops of a picture or of a frame.
namespace bonafide::features::generated {

/// The networks, in one file that answers with the mean of their logits.
inline constexpr std::string_view kModel = "image.generated";

/// Side of what the networks see, px of the picture at its native resolution: resizing would remove the traces.
inline constexpr int kCropPx = 128;

/// Standard deviation of brightness below which a crop holds nothing that could speak, 8-bit levels.
inline constexpr double kLeastContrast = 3;

/// Places of at most `most` crops, evenly over a picture of `picture` px, in row order; none where it is smaller than
/// a crop on a side. The training looks at its validation pictures in the same places (train/generated/data.py).
std::vector<cv::Rect> crop_places(cv::Size picture, int most);

/// `crop` (CV_8UC3, red first, kCropPx square) as the networks take it: 1 x 3 x 128 x 128, (x - 127) / 128.
infer::Tensor input_of(const cv::Mat& crop);

/// What the networks say of some crops of one picture.
struct Said {
    int judged = 0, empty = 0;                 ///< crops; empty are those even all over, of which nothing is said
    double mean = 0, lowest = 0, highest = 0;  ///< natural log odds for "generated" of the judged ones
    std::size_t strongest = 0;                 ///< index of the crop with the highest
};

/// Asks `network` about `crops` (CV_8UC3, red first, kCropPx square). kInternal: the network failed.
Result<Said> ask(const std::vector<cv::Mat>& crops, infer::Session& network);

}  // namespace bonafide::features::generated

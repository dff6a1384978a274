#pragma once

#include <opencv2/core.hpp>

#include <cstdint>
#include <vector>

namespace bonafide::media {

/// How finely a JPEG keeps colour.
enum class Chroma { kFull, kHalved };  ///< 4:4:4, 4:2:0

/// Baseline JPEG of a CV_8UC3 picture, red first, or a CV_8UC1 one. `quality` 1 to 100 as libjpeg counts.
/// Empty where `picture` is, or where a side exceeds the 65,500 pixels that the format can hold.
std::vector<std::uint8_t> encode_jpeg(const cv::Mat& picture, int quality, Chroma chroma = Chroma::kFull);

/// What the encoder may count on; either way the picture that comes back is the same.
enum class PngContent {
    kAny,
    kPhotograph,  ///< noise, in which nothing repeats
    kSmooth       ///< each row much like the one above, as of a small map that was enlarged
};

/// PNG of a CV_8UC1, CV_8UC3 or CV_16UC1 picture, red first. Empty where `picture` is, or where a side exceeds
/// 1,000,000 pixels.
std::vector<std::uint8_t> encode_png(const cv::Mat& picture, PngContent content = PngContent::kAny);

/// Lossy WebP of a CV_8UC3 picture, red first. `quality` 0 to 100 as libwebp counts. Empty where `picture` is, or where
/// a side exceeds the 16,383 pixels that the format can hold.
std::vector<std::uint8_t> encode_webp(const cv::Mat& picture, int quality);

}  // namespace bonafide::media

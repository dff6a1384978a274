#pragma once

#include <array>
#include <cstdint>
#include <opencv2/core.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/result.h"
#include "ingest/identify.h"

namespace bonafide::media {

/// A decoded still picture (the first one of an animation or a multi-page file).
struct Image {
    cv::Mat rgb;                   ///< CV_8UC3 or CV_16UC3, red first, after EXIF orientation; alpha dropped, not blended
    int stored_width_px = 0;       ///< before orientation
    int stored_height_px = 0;
    int orientation = 1;           ///< EXIF orientation, 1 to 8, already applied to `rgb`
    int bits_per_sample = 8;       ///< as stored
    bool grey = false;             ///< stored with a single luminance channel
    bool has_alpha = false;
    bool lossy = false;            ///< the coding loses information (JPEG, lossy WebP, HEIC, AVIF, lossy JPEG XL)
    std::string colour_space;      ///< "sRGB", "Display P3", "ICC: <description>", "unspecified", ...
    int frame_count = 1;           ///< pictures in the file
    double decoded_fraction = 1.0; ///< rows decoded over rows declared; below 1 where the file is truncated or damaged
    std::string damage;            ///< empty, or what is wrong, in words: "ends 12 kB early; the last 31 % is missing"
};

/// Decodes the still picture `bytes`, identified as `identity`. Truncated or damaged pictures are decoded as far as they go.
/// kLimit before any large allocation where the declared size is over `limits.pixels`; kInvalid or kTruncated where not a row could be decoded.
Result<Image> decode_image(const ingest::Identity& identity, std::span<const std::uint8_t> bytes, const Limits& limits);

}  // namespace bonafide::media

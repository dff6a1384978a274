#pragma once

#include "base/limits.h"
#include "base/result.h"
#include "ingest/identify.h"

#include <opencv2/core.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bonafide::media {

/// A decoded still picture (the first one of an animation or a multi-page file).
struct Image {
    /// CV_8UC3, or CV_16UC3 with the full range 0 to 65,535 for more than 8 bits; red first, after orientation; alpha
    /// dropped, not blended. Always of the declared size: rows that could not be decoded are black.
    cv::Mat rgb;
    int stored_width_px = 0;  ///< before orientation
    int stored_height_px = 0;
    int orientation = 1;      ///< 1 to 8 as EXIF counts, already applied to `rgb`; from irot and imir in HEIF and AVIF,
                              ///< from the codestream in JPEG XL
    int bits_per_sample = 8;  ///< as stored
    bool grey = false;        ///< stored with a single luminance channel
    bool has_alpha = false;
    bool lossy = false;        ///< the coding loses information (JPEG, lossy WebP, HEIC, AVIF, lossy JPEG XL)
    std::string colour_space;  ///< "sRGB", "Display P3", "ICC: <description>", "unspecified", ...
    int frame_count = 1;       ///< pictures in the file
    double decoded_fraction =
        1.0;             ///< rows decoded over rows declared; below 1 where the file is truncated or damaged.
                         ///< Passes count in interlaced and progressive pictures, where every row may be there in part.
    std::string damage;  ///< empty, or what is wrong, in words: "ends 12 kB early; the last 31 % is missing"
};

/// Decodes the still picture `bytes`, identified as `identity`. Truncated or damaged pictures are decoded as far as
/// they go. kLimit before any large allocation where the declared size is over `limits.pixels`; kInvalid or kTruncated
/// where not a row could be decoded.
Result<Image> decode_image(const ingest::Identity& identity, std::span<const std::uint8_t> bytes, const Limits& limits);

}  // namespace bonafide::media

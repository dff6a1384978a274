#pragma once

#include <cstdint>
#include <span>

namespace bonafide::media {

/// What libheif and libavif do not tell of an ISO base media picture (ISO/IEC 23008-12), read from its boxes.
struct HeifProperties {
    int orientation =
        1;  ///< the `irot` and `imir` properties of the primary picture, in their order, as an EXIF orientation
    std::uint32_t width_px = 0;  ///< the primary picture's `ispe`, before turning and cropping; 0 where it has none
    std::uint32_t height_px = 0;
    int channels = 0;  ///< from the primary picture's `pixi`, 0 where it has none
    /// Where the boxes say that the file ends; past `bytes` where it is truncated.
    std::uint64_t declared_bytes = 0;
    std::uint64_t data_offset_bytes = 0;  ///< body of the last box where it is `mdat`, the coded data; else 0
};

/// Reads what is there; defaults stand for what is missing or contradicts itself. Bounded in boxes and associations.
HeifProperties read_heif_properties(std::span<const std::uint8_t> bytes);

}  // namespace bonafide::media

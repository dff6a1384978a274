#pragma once

#include "base/limits.h"
#include "base/result.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bonafide::media {

/// One marker segment of a JPEG file (ITU-T T.81, annex B).
struct JpegMarker {
    std::uint8_t code = 0;           ///< second byte of the marker: 0xD8 SOI, 0xE1 APP1, 0xDB DQT, ...
    std::uint64_t offset_bytes = 0;  ///< of the 0xFF
    std::uint64_t length_bytes = 0;  ///< whole segment with marker; for SOS, with the entropy-coded data that follows
    std::string identifier;  ///< printable prefix of APPn payloads: "JFIF", "Exif", "http://ns.adobe.com/xap/1.0/",
                             ///< "ICC_PROFILE", ...
};

struct JpegComponent {
    int id = 0;
    int horizontal_sampling = 1;
    int vertical_sampling = 1;
    int quantisation_table = 0;
};

/// The structure of a JPEG file, without decoding it.
struct JpegHeader {
    int width_px = 0;
    int height_px = 0;
    int bits_per_sample = 8;
    bool progressive = false;
    bool arithmetic = false;
    std::vector<JpegComponent> components;
    /// Quantisation tables by slot, in natural (row-major) order, not zigzag.
    std::array<std::optional<std::array<std::uint16_t, 64>>, 4> quantisation;
    std::vector<JpegMarker> markers;  ///< in file order, up to the first EOI or the end of the bytes
    bool ended = false;               ///< an EOI was found
    std::uint64_t end_offset_bytes =
        0;  ///< first byte after EOI (or the size where there is none): what follows is trailing data
};

/// Walks the marker segments of `bytes`. kInvalid where it does not start with SOI or holds no frame header.
Result<JpegHeader> read_jpeg_header(std::span<const std::uint8_t> bytes);

/// Quantised DCT coefficients of one component, blocks in raster order, each of 64 values in natural (row-major) order.
struct JpegPlane {
    int blocks_wide = 0;
    int blocks_high = 0;
    std::array<std::uint16_t, 64> quantisation{};
    std::vector<std::int16_t> coefficients;  ///< blocks_wide * blocks_high * 64
    std::span<const std::int16_t, 64> block(int column, int row) const {
        return std::span<const std::int16_t, 64>(
            coefficients.data() + (static_cast<std::size_t>(row) * blocks_wide + column) * 64, 64);
    }
};

/// The raw coefficients of every component, as stored, before dequantisation. Missing blocks of a truncated file are
/// zero.
Result<std::vector<JpegPlane>> read_jpeg_coefficients(std::span<const std::uint8_t> bytes, const Limits& limits);

}  // namespace bonafide::media

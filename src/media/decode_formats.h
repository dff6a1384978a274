#pragma once

#include "base/limits.h"
#include "base/result.h"
#include "media/image.h"

#include <cstdint>
#include <span>
#include <string>

// One decoder a format, one file each; image.cpp lists them in its table. They fill every field of Image and leave
// `rgb` as stored, with the orientation still to be applied, except where they say otherwise.
namespace bonafide::media {

Result<Image> decode_jpeg(std::span<const std::uint8_t> bytes, const Limits& limits);
Result<Image> decode_png(std::span<const std::uint8_t> bytes, const Limits& limits);
Result<Image> decode_webp(std::span<const std::uint8_t> bytes, const Limits& limits);
Result<Image> decode_heif(std::span<const std::uint8_t> bytes, const Limits& limits);  ///< `rgb` is upright already
Result<Image> decode_avif(std::span<const std::uint8_t> bytes, const Limits& limits);
Result<Image> decode_jxl(std::span<const std::uint8_t> bytes, const Limits& limits);
Result<Image> decode_tiff(std::span<const std::uint8_t> bytes, const Limits& limits);
Result<Image> decode_gif(std::span<const std::uint8_t> bytes, const Limits& limits);
Result<Image> decode_bmp(std::span<const std::uint8_t> bytes, const Limits& limits);

/// kInvalid for a picture without pixels, kLimit for one over `limits.pixels`; to be asked before anything is allocated
/// by size.
Result<void> check_picture_size(std::uint64_t width_px, std::uint64_t height_px, const Limits& limits);

/// Notes in `image` that only `rows` of its stored rows were decoded, and why: "ends early; the last 31 % is missing".
void note_missing_rows(Image& image, double rows, const std::string& reason);

/// Appends `words` to the damage already noted.
void note_damage(Image& image, const std::string& words);

/// `text` from a codec library made fit for a message: printable, of bounded length.
std::string library_words(const char* text);

}  // namespace bonafide::media

#include "media/image.h"

#include "media/decode_formats.h"
#include "media/image_orientation.h"

#include <algorithm>
#include <cmath>

namespace bonafide::media {
namespace {

struct Decoder {
    ingest::Container container;
    Result<Image> (*decode)(std::span<const std::uint8_t> bytes, const Limits& limits);
    bool upright;  ///< the decoder has turned the picture itself
};

constexpr Decoder kDecoders[] = {
    {ingest::Container::kJpeg, decode_jpeg, false}, {ingest::Container::kPng, decode_png, false},
    {ingest::Container::kWebp, decode_webp, false}, {ingest::Container::kHeif, decode_heif, true},
    {ingest::Container::kAvif, decode_avif, false}, {ingest::Container::kJxl, decode_jxl, false},
    {ingest::Container::kTiff, decode_tiff, false}, {ingest::Container::kGif, decode_gif, false},
    {ingest::Container::kBmp, decode_bmp, false},
};

Result<Image> decode_with(const Decoder& decoder, std::span<const std::uint8_t> bytes, const Limits& limits) {
    try {
        Result<Image> image = decoder.decode(bytes, limits);
        if (image && !decoder.upright) {
            image->rgb = upright(image->rgb, image->orientation);
        }
        return image;
    } catch (const cv::Exception& exception) {
        const bool memory = exception.code == cv::Error::StsNoMem;
        return Error{memory ? ErrorCode::kLimit : ErrorCode::kInternal,
                     memory ? "not enough memory for the picture"
                            : "the picture could not be converted: " + library_words(exception.err.c_str())};
    }
}

}  // namespace

Result<Image> decode_image(const ingest::Identity& identity, std::span<const std::uint8_t> bytes,
                           const Limits& limits) {
    for (const Decoder& decoder : kDecoders) {
        if (decoder.container == identity.container) {
            return decode_with(decoder, bytes, limits);
        }
    }
    return Error{ErrorCode::kUnsupported, "not a supported picture: " + identity.description};
}

Result<void> check_picture_size(std::uint64_t width_px, std::uint64_t height_px, const Limits& limits) {
    constexpr std::uint64_t kMostSide = 1U << 30;
    const std::string size = std::to_string(width_px) + " x " + std::to_string(height_px) + " pixels";
    if (width_px == 0 || height_px == 0) {
        return Error{ErrorCode::kInvalid, "the picture declares " + size};
    }
    if (width_px > kMostSide || height_px > kMostSide || width_px * height_px > limits.pixels) {
        return Error{ErrorCode::kLimit, "the picture declares " + size + ", more than the limit of " +
                                            std::to_string(limits.pixels) + " pixels"};
    }
    return {};
}

void note_damage(Image& image, const std::string& words) {
    image.damage += (image.damage.empty() ? "" : "; ") + words;
}

void note_missing_rows(Image& image, double rows, const std::string& reason) {
    image.decoded_fraction = std::clamp(rows / std::max(1, image.stored_height_px), 0.0, 1.0);
    const double missing_percent = 100 * (1 - image.decoded_fraction);
    const std::string share = missing_percent < 1 ? "less than 1" : std::to_string(std::lround(missing_percent));
    note_damage(image, reason + "; the last " + share + " % is missing");
}

std::string library_words(const char* text) {
    constexpr std::size_t kMostCharacters = 200;
    std::string words;
    for (; text != nullptr && *text != '\0' && words.size() < kMostCharacters; ++text) {
        words += *text >= ' ' && *text <= '~' ? *text : ' ';
    }
    return words;
}

}  // namespace bonafide::media

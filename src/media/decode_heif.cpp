// HEIC and other HEIF pictures through libheif, which turns, mirrors and crops the picture itself; EXIF orientation has
// no say in HEIF. A file cut in its coded data is decoded twice, with different bytes in place of what is missing: the
// rows in which both agree are those that the file holds.
// Limits: libheif tells no transformations, so they are read from the boxes for the report alone; a picture of tiles
// that is cut is refused, because libheif gives none of it when one tile cannot be decoded.
#include "media/decode_formats.h"
#include "media/decode_heif_properties.h"
#include "media/image_colour.h"
#include "media/image_orientation.h"

#include <libheif/heif.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace bonafide::media {
namespace {

/// Bytes appended to a truncated file at most.
constexpr std::uint64_t kMostPaddingBytes = 64 << 20;

using Context = std::unique_ptr<heif_context, decltype(&heif_context_free)>;
using Handle = std::unique_ptr<const heif_image_handle, decltype(&heif_image_handle_release)>;
using Pixels = std::unique_ptr<const heif_image, decltype(&heif_image_release)>;

Error error_of(const heif_error& failed) {
    const std::string words = library_words(failed.message);
    switch (failed.code) {
        case heif_error_Unsupported_filetype:
        case heif_error_Unsupported_feature:
        case heif_error_Plugin_loading_error:
            return {ErrorCode::kUnsupported, "kind of HEIF that is not supported: " + words};
        case heif_error_Memory_allocation_error:
            return {ErrorCode::kLimit, "HEIF picture over libheif's limits: " + words};
        default:
            return {ErrorCode::kInvalid, "not a valid HEIF picture: " + words};
    }
}

std::string colour_space_of(const heif_image_handle* handle) {
    constexpr std::size_t kMostProfileBytes = 8 << 20;
    const heif_color_profile_type type = heif_image_handle_get_color_profile_type(handle);
    if (type == heif_color_profile_type_nclx) {
        heif_color_profile_nclx* points = nullptr;
        if (heif_image_handle_get_nclx_color_profile(handle, &points).code != heif_error_Ok || points == nullptr) {
            return "unspecified";
        }
        const std::string name = colour_space_of_code_points(points->color_primaries, points->transfer_characteristics);
        heif_nclx_color_profile_free(points);
        return name;
    }
    const std::size_t size =
        type == heif_color_profile_type_not_present ? 0 : heif_image_handle_get_raw_color_profile_size(handle);
    std::vector<std::uint8_t> profile(size <= kMostProfileBytes ? size : 0);
    if (!profile.empty() && heif_image_handle_get_raw_color_profile(handle, profile.data()).code != heif_error_Ok) {
        profile.clear();
    }
    return colour_space_of_icc(profile);
}

/// libheif's interleaved pixels as red, green, blue of 8 bits, or of 16 in their full range.
cv::Mat copy_pixels(const heif_image* pixels, int bits) {
    int stride = 0;
    const std::uint8_t* plane = heif_image_get_plane_readonly(pixels, heif_channel_interleaved, &stride);
    const int width = heif_image_get_primary_width(pixels), height = heif_image_get_primary_height(pixels);
    if (plane == nullptr || width <= 0 || height <= 0) {
        return {};
    }
    const cv::Mat view(height, width, bits > 8 ? CV_16UC3 : CV_8UC3, const_cast<std::uint8_t*>(plane),
                       static_cast<std::size_t>(stride));
    cv::Mat copy;
    if (bits > 8) {
        view.convertTo(copy, CV_16U, 65535.0 / ((1 << bits) - 1));
    } else {
        copy = view.clone();
    }
    return copy;
}

Result<Image> decode_whole(std::span<const std::uint8_t> bytes, const HeifProperties& properties,
                           const Limits& limits) {
    const Context context(heif_context_alloc(), &heif_context_free);
    heif_error status = heif_context_read_from_memory_without_copy(context.get(), bytes.data(), bytes.size(), nullptr);
    heif_image_handle* primary = nullptr;
    if (status.code == heif_error_Ok) {
        status = heif_context_get_primary_image_handle(context.get(), &primary);
    }
    const Handle handle(primary, &heif_image_handle_release);
    if (status.code != heif_error_Ok || handle == nullptr) {
        return error_of(status);
    }
    const int width = heif_image_handle_get_width(handle.get()), height = heif_image_handle_get_height(handle.get());
    const int stored_width = std::max(width, heif_image_handle_get_ispe_width(handle.get()));
    const int stored_height = std::max(height, heif_image_handle_get_ispe_height(handle.get()));
    if (const Result<void> size = check_picture_size(static_cast<std::uint64_t>(std::max(0, stored_width)),
                                                     static_cast<std::uint64_t>(std::max(0, stored_height)), limits);
        !size) {
        return size.error();
    }
    Image image;
    // The library's own answer is turned already; the boxes' is not.
    image.stored_width_px = properties.width_px > 0 ? static_cast<int>(properties.width_px) : width;
    image.stored_height_px = properties.height_px > 0 ? static_cast<int>(properties.height_px) : height;
    image.orientation = properties.orientation;
    image.grey = properties.channels == 1;
    image.bits_per_sample = std::clamp(heif_image_handle_get_luma_bits_per_pixel(handle.get()), 8, 16);
    image.has_alpha = heif_image_handle_has_alpha_channel(handle.get()) != 0;
    image.lossy = true;
    image.colour_space = colour_space_of(handle.get());
    image.frame_count = std::max(1, heif_context_get_number_of_top_level_images(context.get()));

    heif_image* decoded = nullptr;
    const heif_chroma layout =
        image.bits_per_sample > 8 ? heif_chroma_interleaved_RRGGBB_LE : heif_chroma_interleaved_RGB;
    status = heif_decode_image(handle.get(), &decoded, heif_colorspace_RGB, layout, nullptr);
    const Pixels pixels(decoded, &heif_image_release);
    if (status.code != heif_error_Ok || pixels == nullptr) {
        return error_of(status);
    }
    image.rgb = copy_pixels(pixels.get(), image.bits_per_sample);
    if (image.rgb.empty()) {
        return Error{ErrorCode::kInvalid, "libheif gave no pixels"};
    }
    if (image.orientation >= 5 && image.rgb.size() == cv::Size(image.stored_width_px, image.stored_height_px)) {
        std::swap(image.stored_width_px,
                  image.stored_height_px);  // libheif 1.15 itself writes the turned size into `ispe`
    }
    return image;
}

/// Decodes with `filler` in place of the bytes that a truncated file lacks.
Result<Image> decode_filled(std::span<const std::uint8_t> bytes, std::uint8_t filler, const HeifProperties& properties,
                            const Limits& limits) {
    std::vector<std::uint8_t> padded(bytes.begin(), bytes.end());
    padded.resize(static_cast<std::size_t>(properties.declared_bytes), filler);
    return decode_whole(padded, properties, limits);
}

/// Stored rows, from the top, in which two decodings agree.
int rows_in_common(const Image& first, const Image& second) {
    if (first.rgb.size() != second.rgb.size() || first.rgb.type() != second.rgb.type()) {
        return 0;
    }
    const cv::Mat one = upright(first.rgb, inverse_of(first.orientation));
    const cv::Mat other = upright(second.rgb, inverse_of(second.orientation));
    int row = 0;
    while (row < one.rows && cv::norm(one.row(row), other.row(row), cv::NORM_INF) == 0) {
        ++row;
    }
    return row;
}

}  // namespace

Result<Image> decode_heif(std::span<const std::uint8_t> bytes, const Limits& limits) {
    const HeifProperties properties = read_heif_properties(bytes);
    if (properties.width_px > 0 && properties.height_px > 0) {
        if (const Result<void> size = check_picture_size(properties.width_px, properties.height_px, limits); !size) {
            return size.error();
        }
    }
    Result<Image> image = decode_whole(bytes, properties, limits);
    if (properties.declared_bytes <= bytes.size()) {
        return image;
    }
    const std::uint64_t missing_bytes = properties.declared_bytes - bytes.size();
    const std::string words = "ends " + std::to_string(missing_bytes) + " bytes early";
    if (image) {  // what is missing is not of the picture
        note_damage(*image, words);
        return image;
    }
    if (image.error().code == ErrorCode::kLimit || properties.data_offset_bytes == 0 ||
        missing_bytes > kMostPaddingBytes) {
        return Error{image.error().code == ErrorCode::kLimit ? ErrorCode::kLimit : ErrorCode::kTruncated,
                     "the HEIF picture " + words + ": " + image.error().message};
    }
    Result<Image> filled = decode_filled(bytes, 0x00, properties, limits);
    const Result<Image> otherwise = decode_filled(bytes, 0x55, properties, limits);
    const int rows = filled && otherwise ? rows_in_common(*filled, *otherwise) : 0;
    if (rows == 0) {
        return Error{ErrorCode::kTruncated, "the HEIF picture " + words + " and cannot be decoded in part"};
    }
    if (rows == (filled->orientation < 5 ? filled->rgb.rows : filled->rgb.cols)) {
        note_damage(*filled, words);
        return filled;
    }
    cv::Mat stored = upright(filled->rgb, inverse_of(filled->orientation)).clone();
    stored.rowRange(rows, stored.rows).setTo(cv::Scalar::all(0));
    filled->rgb = upright(stored, filled->orientation);
    note_missing_rows(*filled, static_cast<double>(rows) * filled->stored_height_px / stored.rows, words);
    return filled;
}

}  // namespace bonafide::media

// HEIC and other HEIF pictures through libheif, which turns, mirrors and crops the picture itself; EXIF orientation has
// no say in HEIF. A file cut in its coded data is decoded with zeros in place of what is missing; the share of coded
// bytes that are there stands for the share of rows, since tiles and coding units come in reading order. Limits:
// libheif tells no transformations, so they are read from the boxes for the report alone.
#include "media/decode_formats.h"
#include "media/decode_heif_properties.h"
#include "media/image_colour.h"

#include <libheif/heif.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace bonafide::media {
namespace {

/// Zeros appended to a truncated file at most.
constexpr std::uint64_t kMostPaddingBytes = 64 << 20;

using Context = std::unique_ptr<heif_context, decltype(&heif_context_free)>;
using Handle = std::unique_ptr<const heif_image_handle, decltype(&heif_image_handle_release)>;
using Pixels = std::unique_ptr<const heif_image, decltype(&heif_image_release)>;

Error error_of(const heif_error& failed, bool truncated) {
    const std::string words = library_words(failed.message);
    if (truncated) {
        return {ErrorCode::kTruncated, "the HEIF picture ends early and cannot be decoded in part (" + words + ")"};
    }
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

}  // namespace

Result<Image> decode_heif(std::span<const std::uint8_t> bytes, const Limits& limits) {
    const HeifProperties properties = read_heif_properties(bytes);
    if (properties.width_px > 0 && properties.height_px > 0) {
        if (const Result<void> size = check_picture_size(properties.width_px, properties.height_px, limits); !size) {
            return size.error();
        }
    }
    const bool truncated = properties.declared_bytes > bytes.size();
    const std::uint64_t missing_bytes = truncated ? properties.declared_bytes - bytes.size() : 0;
    std::vector<std::uint8_t> padded;
    std::span<const std::uint8_t> whole = bytes;
    if (truncated && missing_bytes <= kMostPaddingBytes) {
        padded.assign(bytes.begin(), bytes.end());
        padded.resize(static_cast<std::size_t>(properties.declared_bytes));
        whole = padded;
    }
    const Context context(heif_context_alloc(), &heif_context_free);
    heif_error status = heif_context_read_from_memory_without_copy(context.get(), whole.data(), whole.size(), nullptr);
    heif_image_handle* primary = nullptr;
    if (status.code == heif_error_Ok) {
        status = heif_context_get_primary_image_handle(context.get(), &primary);
    }
    const Handle handle(primary, &heif_image_handle_release);
    if (status.code != heif_error_Ok || handle == nullptr) {
        return error_of(status, truncated);
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
        return error_of(status, truncated);
    }
    image.rgb = copy_pixels(pixels.get(), image.bits_per_sample);
    if (image.rgb.empty()) {
        return Error{ErrorCode::kInvalid, "libheif gave no pixels"};
    }
    if (image.orientation >= 5 && image.rgb.size() == cv::Size(image.stored_width_px, image.stored_height_px)) {
        std::swap(image.stored_width_px,
                  image.stored_height_px);  // libheif 1.15 itself writes the turned size into `ispe`
    }
    if (missing_bytes > 0) {
        const double coded_bytes = static_cast<double>(properties.declared_bytes - properties.data_offset_bytes);
        const double share = 1 - static_cast<double>(missing_bytes) / std::max(1.0, coded_bytes);
        note_missing_rows(image, share * image.stored_height_px,
                          "ends " + std::to_string(missing_bytes) + " bytes early");
    }
    return image;
}

}  // namespace bonafide::media

// JPEG XL through libjxl. The stored orientation is kept and applied by the caller.
// Limit: a picture that is cut or corrupt is refused. libjxl 0.7 renders at the very end, and what it would give before
// that is the whole picture at an eighth of its detail, without saying where: measurements would take it for the
// picture.
#include "media/decode_formats.h"
#include "media/image_colour.h"

#include <jxl/decode.h>
#include <jxl/thread_parallel_runner.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <vector>

namespace bonafide::media {
namespace {

constexpr int kMostFrames = 10'000;

std::string colour_space_of(const JxlDecoder* decoder, const JxlPixelFormat& format) {
    JxlColorEncoding encoding{};
    if (JxlDecoderGetColorAsEncodedProfile(decoder, &format, JXL_COLOR_PROFILE_TARGET_ORIGINAL, &encoding) ==
            JXL_DEC_SUCCESS &&
        encoding.transfer_function != JXL_TRANSFER_FUNCTION_GAMMA) {
        // libjxl's numbers are those of ITU-T H.273, but for Display P3: 11 with white point D65, where H.273 has 12.
        const bool display_p3 = encoding.primaries == JXL_PRIMARIES_P3 && encoding.white_point == JXL_WHITE_POINT_D65;
        const bool grey = encoding.color_space == JXL_COLOR_SPACE_GRAY;  // has no primaries
        const int primaries = grey ? 1 : display_p3 ? 12 : static_cast<int>(encoding.primaries);
        return colour_space_of_code_points(primaries, static_cast<int>(encoding.transfer_function));
    }
    constexpr std::size_t kMostProfileBytes = 8 << 20;
    std::size_t size = 0;
    std::vector<std::uint8_t> profile;
    if (JxlDecoderGetICCProfileSize(decoder, &format, JXL_COLOR_PROFILE_TARGET_ORIGINAL, &size) == JXL_DEC_SUCCESS &&
        size <= kMostProfileBytes) {
        profile.resize(size);
        if (JxlDecoderGetColorAsICCProfile(decoder, &format, JXL_COLOR_PROFILE_TARGET_ORIGINAL, profile.data(),
                                           profile.size()) != JXL_DEC_SUCCESS) {
            profile.clear();
        }
    }
    return colour_space_of_icc(profile);
}

/// Whether the container holds the data to rebuild a JPEG: the pixels are lossy then, though nothing was lost on the
/// way here.
bool holds_jpeg(std::span<const std::uint8_t> bytes) {
    std::size_t offset = 0;
    for (int boxes = 0; boxes < 256 && bytes.size() - offset >= 8; ++boxes) {
        std::uint64_t size = (std::uint64_t{bytes[offset]} << 24) | (std::uint64_t{bytes[offset + 1]} << 16) |
                             (std::uint64_t{bytes[offset + 2]} << 8) | bytes[offset + 3];
        if (std::string_view(reinterpret_cast<const char*>(bytes.data()) + offset + 4, 4) == "jbrd") {
            return true;
        }
        if (size < 8 || size > bytes.size() - offset) {
            return false;
        }
        offset += static_cast<std::size_t>(size);
    }
    return false;
}

void fill_from(const JxlBasicInfo& info, Image& image) {
    image.stored_width_px = static_cast<int>(info.xsize);
    image.stored_height_px = static_cast<int>(info.ysize);
    image.orientation = info.orientation >= 1 && info.orientation <= 8 ? static_cast<int>(info.orientation) : 1;
    image.bits_per_sample = static_cast<int>(info.bits_per_sample);
    image.grey = info.num_color_channels == 1;
    image.has_alpha = info.alpha_bits > 0;
    image.lossy = info.uses_original_profile == JXL_FALSE;
}

}  // namespace

Result<Image> decode_jxl(std::span<const std::uint8_t> bytes, const Limits& limits) {
    const std::unique_ptr<JxlDecoder, decltype(&JxlDecoderDestroy)> decoder(JxlDecoderCreate(nullptr),
                                                                            &JxlDecoderDestroy);
    const std::unique_ptr<void, decltype(&JxlThreadParallelRunnerDestroy)> runner(
        JxlThreadParallelRunnerCreate(nullptr, JxlThreadParallelRunnerDefaultNumWorkerThreads()),
        &JxlThreadParallelRunnerDestroy);
    if (decoder == nullptr || runner == nullptr ||
        JxlDecoderSetParallelRunner(decoder.get(), JxlThreadParallelRunner, runner.get()) != JXL_DEC_SUCCESS ||
        JxlDecoderSubscribeEvents(decoder.get(), JXL_DEC_BASIC_INFO | JXL_DEC_COLOR_ENCODING | JXL_DEC_FRAME |
                                                     JXL_DEC_FULL_IMAGE) != JXL_DEC_SUCCESS ||
        JxlDecoderSetKeepOrientation(decoder.get(), JXL_TRUE) != JXL_DEC_SUCCESS ||
        JxlDecoderSetInput(decoder.get(), bytes.data(), bytes.size()) != JXL_DEC_SUCCESS) {
        return Error{ErrorCode::kInternal, "libjxl did not start"};
    }
    Image image;
    JxlBasicInfo info{};
    JxlPixelFormat format{3, JXL_TYPE_UINT8, JXL_NATIVE_ENDIAN, 0};
    int frames = 0;
    bool whole = false, more = true;
    JxlDecoderStatus status = JXL_DEC_SUCCESS;
    while (more) {
        status = JxlDecoderProcessInput(decoder.get());
        switch (status) {
            case JXL_DEC_BASIC_INFO: {
                if (JxlDecoderGetBasicInfo(decoder.get(), &info) != JXL_DEC_SUCCESS) {
                    return Error{ErrorCode::kInvalid, "not a valid JPEG XL header"};
                }
                if (const Result<void> size = check_picture_size(info.xsize, info.ysize, limits); !size) {
                    return size.error();
                }
                fill_from(info, image);
                format.data_type = info.bits_per_sample > 8 ? JXL_TYPE_UINT16 : JXL_TYPE_UINT8;
                break;
            }
            case JXL_DEC_COLOR_ENCODING:
                image.colour_space = colour_space_of(decoder.get(), format);
                break;
            case JXL_DEC_FRAME:
                ++frames;
                if (whole && JxlDecoderSkipCurrentFrame(decoder.get()) != JXL_DEC_SUCCESS) {
                    more = false;
                }
                more = more && frames < kMostFrames;
                break;
            case JXL_DEC_NEED_IMAGE_OUT_BUFFER:
                image.rgb = cv::Mat(image.stored_height_px, image.stored_width_px,
                                    format.data_type == JXL_TYPE_UINT16 ? CV_16UC3 : CV_8UC3);
                if (JxlDecoderSetImageOutBuffer(decoder.get(), &format, image.rgb.data,
                                                image.rgb.total() * image.rgb.elemSize()) != JXL_DEC_SUCCESS) {
                    return Error{ErrorCode::kInternal, "libjxl refused the pixel layout"};
                }
                break;
            case JXL_DEC_FULL_IMAGE:
                whole = true;
                more = info.have_animation == JXL_TRUE;  // the further frames are only counted
                break;
            default:  // the end, an error, or more bytes wanted than there are
                more = false;
                break;
        }
    }
    const bool truncated = status == JXL_DEC_NEED_MORE_INPUT;
    if (!whole) {
        return truncated ? Error{ErrorCode::kTruncated, "the JPEG XL ends early and cannot be decoded in part"}
                         : Error{ErrorCode::kInvalid, "not a valid JPEG XL"};
    }
    if (truncated) {
        note_damage(image, "ends early, behind the first picture");
    }
    image.frame_count = std::max(1, frames);
    image.lossy = image.lossy || holds_jpeg(bytes);
    return image;
}

}  // namespace bonafide::media

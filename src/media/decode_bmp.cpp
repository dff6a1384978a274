// BMP (Windows and OS/2) through FFmpeg's decoder, fed from memory. It refuses files that end early, so a truncated one
// is filled up with zeros, and the rows that are not there, at the top of the usual bottom-up picture, are counted as
// missing.
#include "media/decode_formats.h"
#include "media/ffmpeg_handles.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <limits>
#include <optional>
#include <vector>

namespace bonafide::media {
namespace {

/// What the header declares (Windows GDI's BITMAPINFOHEADER and its relatives), for the checks that come before
/// decoding.
struct Header {
    std::uint64_t pixels_offset = 0;
    std::uint64_t width = 0, height = 0;
    bool top_down = false;
    int bits_per_pixel = 0;
    bool run_length = false;
    bool masks = false;
    std::uint64_t row_bytes() const { return (width * static_cast<std::uint64_t>(bits_per_pixel) + 31) / 32 * 4; }
};

std::uint32_t number(std::span<const std::uint8_t> bytes, std::size_t offset, std::size_t width) {
    std::uint32_t value = 0;
    for (std::size_t i = width; i > 0; --i) {
        value = (value << 8) | bytes[offset + i - 1];
    }
    return value;
}

std::optional<Header> read_header(std::span<const std::uint8_t> bytes) {
    constexpr std::size_t kFileHeaderBytes = 14;
    if (bytes.size() < kFileHeaderBytes + 12) {
        return std::nullopt;
    }
    const std::uint32_t header_bytes = number(bytes, 14, 4);
    Header header;
    header.pixels_offset = number(bytes, 10, 4);
    if (header_bytes == 12) {  // OS/2 1.x: sides of 16 bits
        header.width = number(bytes, 18, 2);
        header.height = number(bytes, 20, 2);
        header.bits_per_pixel = static_cast<int>(number(bytes, 24, 2));
        return header;
    }
    if (bytes.size() < kFileHeaderBytes + 20) {
        return std::nullopt;
    }
    const auto width = static_cast<std::int32_t>(number(bytes, 18, 4)),
               height = static_cast<std::int32_t>(number(bytes, 22, 4));
    header.width = static_cast<std::uint64_t>(std::max<std::int64_t>(0, width));
    header.height = static_cast<std::uint64_t>(std::abs(std::int64_t{height}));
    header.top_down = height < 0;
    header.bits_per_pixel = static_cast<int>(number(bytes, 28, 2));
    const std::uint32_t compression = number(bytes, 30, 4);
    header.run_length = compression == 1 || compression == 2;
    header.masks = compression == 3 || compression == 6;
    return header;
}

FfmpegPointer<AVFrame> decode(std::span<const std::uint8_t> bytes, std::uint64_t padded_bytes, const Limits& limits,
                              int& status) {
    prepare_ffmpeg();
    const AVCodec* codec = avcodec_find_decoder(AV_CODEC_ID_BMP);
    const FfmpegPointer<AVCodecContext> context(codec == nullptr ? nullptr : avcodec_alloc_context3(codec));
    const FfmpegPointer<AVPacket> packet(av_packet_alloc());
    FfmpegPointer<AVFrame> frame(av_frame_alloc());
    status = AVERROR(ENOMEM);
    if (context == nullptr || packet == nullptr || frame == nullptr) {
        return nullptr;
    }
    context->max_pixels = static_cast<std::int64_t>(limits.pixels);
    context->thread_count = 1;
    if (av_new_packet(packet.get(), static_cast<int>(padded_bytes)) < 0) {
        return nullptr;
    }
    std::copy(bytes.begin(), bytes.end(), packet->data);
    std::fill(packet->data + bytes.size(), packet->data + padded_bytes, std::uint8_t{0});
    status = avcodec_open2(context.get(), codec, nullptr);
    status = status < 0 ? status : avcodec_send_packet(context.get(), packet.get());
    status = status < 0 ? status : avcodec_receive_frame(context.get(), frame.get());
    return status < 0 ? nullptr : std::move(frame);
}

/// Converts FFmpeg's picture (palette, 15 to 32 bits) to red, green, blue without scaling.
bool convert(const AVFrame& frame, cv::Mat& rgb) {
    const FfmpegPointer<SwsContext> converter(
        sws_getContext(frame.width, frame.height, static_cast<AVPixelFormat>(frame.format), frame.width, frame.height,
                       AV_PIX_FMT_RGB24, SWS_POINT | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT, nullptr, nullptr, nullptr));
    if (converter == nullptr) {
        return false;
    }
    rgb.create(frame.height, frame.width, CV_8UC3);
    std::uint8_t* const planes[] = {rgb.data, nullptr, nullptr, nullptr};
    const int strides[] = {static_cast<int>(rgb.step[0]), 0, 0, 0};
    return sws_scale(converter.get(), frame.data, frame.linesize, 0, frame.height, planes, strides) == frame.height;
}

/// Pixels of 16 or 32 bits whose colours stand under masks of the file's own choice, which FFmpeg takes only in the
/// usual ones.
bool decode_masks(std::span<const std::uint8_t> bytes, const Header& header, cv::Mat& rgb) {
    constexpr std::size_t kMasksOffset = 54;
    const std::size_t pixel_bytes = static_cast<std::size_t>(header.bits_per_pixel) / 8;
    if (!header.masks || (pixel_bytes != 2 && pixel_bytes != 4) || bytes.size() < kMasksOffset + 12) {
        return false;
    }
    std::array<std::uint32_t, 3> masks{};
    for (std::size_t i = 0; i < 3; ++i) {
        masks[i] = number(bytes, kMasksOffset + 4 * i, 4);
        if (masks[i] == 0) {
            return false;
        }
    }
    rgb = cv::Mat::zeros(static_cast<int>(header.height), static_cast<int>(header.width), CV_8UC3);
    for (std::uint64_t row = 0; row < header.height; ++row) {
        const std::uint64_t start = header.pixels_offset + row * header.row_bytes();
        if (start + header.row_bytes() > bytes.size()) {
            break;
        }
        auto* target = rgb.ptr<cv::Vec3b>(static_cast<int>(header.top_down ? row : header.height - 1 - row));
        for (std::uint64_t x = 0; x < header.width; ++x) {
            const std::uint32_t value = number(bytes, static_cast<std::size_t>(start + x * pixel_bytes), pixel_bytes);
            for (std::size_t i = 0; i < 3; ++i) {
                const int shift = std::countr_zero(masks[i]);
                target[x][static_cast<int>(i)] =
                    static_cast<std::uint8_t>(std::uint64_t{(value & masks[i]) >> shift} * 255 / (masks[i] >> shift));
            }
        }
    }
    return true;
}

}  // namespace

Result<Image> decode_bmp(std::span<const std::uint8_t> bytes, const Limits& limits) {
    const std::optional<Header> header = read_header(bytes);
    if (!header) {
        return Error{ErrorCode::kTruncated, "the BMP ends inside its header"};
    }
    if (const Result<void> size = check_picture_size(header->width, header->height, limits); !size) {
        return size.error();
    }
    if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max() / 2)) {
        return Error{ErrorCode::kLimit, "the BMP is larger than its decoder takes"};
    }
    const std::uint64_t present = bytes.size() > header->pixels_offset ? bytes.size() - header->pixels_offset : 0;
    const std::uint64_t needed = header->run_length ? 0 : header->row_bytes() * header->height;
    const std::uint64_t rows =
        header->run_length ? header->height
                           : std::min(header->height, present / std::max<std::uint64_t>(1, header->row_bytes()));
    if (rows == 0 || present == 0) {
        return Error{ErrorCode::kTruncated, "the BMP ends before its first row"};
    }
    const std::uint64_t padded = std::max<std::uint64_t>(bytes.size(), header->pixels_offset + needed);
    int status = 0;
    const FfmpegPointer<AVFrame> frame =
        padded > limits.memory_bytes / 2 ? nullptr : decode(bytes, padded, limits, status);
    Image image;
    image.stored_width_px = static_cast<int>(header->width);
    image.stored_height_px = static_cast<int>(header->height);
    image.colour_space = "unspecified";
    image.has_alpha = header->masks && header->bits_per_pixel == 32;
    if (frame == nullptr) {
        if (status == 0 || status == AVERROR(ENOMEM)) {
            return Error{ErrorCode::kLimit, "the BMP does not fit into the memory limit"};
        }
        if (!decode_masks(bytes, *header, image.rgb)) {
            const bool unsupported = status == AVERROR_PATCHWELCOME;
            return Error{unsupported ? ErrorCode::kUnsupported : ErrorCode::kInvalid,
                         "the BMP could not be decoded: " + ffmpeg_error(status)};
        }
    } else if (!convert(*frame, image.rgb) || image.rgb.cols != image.stored_width_px ||
               image.rgb.rows != image.stored_height_px) {
        return Error{ErrorCode::kUnsupported, "kind of BMP that is not supported"};
    }
    if (rows < header->height) {
        const int missing = image.rgb.rows - static_cast<int>(rows);
        image.rgb.rowRange(header->top_down ? image.rgb.rows - missing : 0, header->top_down ? image.rgb.rows : missing)
            .setTo(cv::Scalar::all(0));
        note_missing_rows(image, static_cast<double>(rows),
                          "ends " + std::to_string(padded - bytes.size()) + " bytes early");
    }
    return image;
}

}  // namespace bonafide::media

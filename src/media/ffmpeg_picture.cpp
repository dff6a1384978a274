#include "media/ffmpeg_picture.h"

#include "media/yuv420_rgb.h"

extern "C" {
#include <libavutil/pixdesc.h>
#include <libavutil/video_enc_params.h>
}

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>

namespace bonafide::media {
namespace {

/// Matrix type of a format whose first plane is luma and nothing else, in native byte order; -1 for every other format.
int luma_plane_type(const AVPixFmtDescriptor& format) {
    constexpr std::uint64_t kNotLuma = AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM |
                                       AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_BAYER | AV_PIX_FMT_FLAG_FLOAT;
    const AVComponentDescriptor& luma = format.comp[0];
    if ((format.flags & kNotLuma) != 0 || luma.plane != 0 || luma.offset != 0) {
        return -1;
    }
    if (luma.depth == 8 && luma.step == 1) {
        return CV_8UC1;
    }
    const bool is_big_endian = (format.flags & AV_PIX_FMT_FLAG_BE) != 0;
    constexpr bool kNativeIsBig = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
    return luma.depth > 8 && luma.depth <= 16 && luma.step == 2 && luma.shift == 0 && is_big_endian == kNativeIsBig
               ? CV_16UC1
               : -1;
}

int colours_of(const AVFrame& frame) {
    return frame.colorspace == AVCOL_SPC_UNSPECIFIED ? SWS_CS_DEFAULT : static_cast<int>(frame.colorspace);
}

bool has_full_range(const AVFrame& frame) {
    return frame.color_range == AVCOL_RANGE_JPEG;
}

/// Nothing where the picture is of another kind, has half a sample of chroma at an edge, or is too low.
std::optional<Yuv420> planes_of(const AVFrame& frame) {
    const bool is_known = frame.format == AV_PIX_FMT_YUV420P || frame.format == AV_PIX_FMT_YUVJ420P;
    if (!is_known || frame.width <= 0 || frame.height < Yuv420::kLeastHeight || frame.width % 2 != 0 ||
        frame.height % 2 != 0) {
        return std::nullopt;
    }
    Yuv420 picture;
    picture.size = {frame.width, frame.height};
    Yuv420::Plane* planes[] = {&picture.luma, &picture.blue, &picture.red};
    for (std::size_t i = 0; i < std::size(planes); ++i) {
        if (frame.data[i] == nullptr) {
            return std::nullopt;
        }
        *planes[i] = {frame.data[i], frame.linesize[i]};
    }
    picture.full_range = has_full_range(frame);
    const int* coefficients = sws_getCoefficients(colours_of(frame));
    std::copy(coefficients, coefficients + picture.coefficients.size(), picture.coefficients.begin());
    return picture;
}

cv::Mat upright(const cv::Mat& picture, int rotation_deg) {
    cv::Mat turned;
    switch (rotation_deg) {
        case 90:
            cv::rotate(picture, turned, cv::ROTATE_90_CLOCKWISE);
            return turned;
        case 180:
            cv::rotate(picture, turned, cv::ROTATE_180);
            return turned;
        case 270:
            cv::rotate(picture, turned, cv::ROTATE_90_COUNTERCLOCKWISE);
            return turned;
        default:
            return picture;
    }
}

}  // namespace

cv::Mat PictureConverter::convert(const AVFrame& frame, AVPixelFormat format, cv::Size size,
                                  FfmpegPointer<SwsContext>& scaler) {
    const auto source = static_cast<AVPixelFormat>(frame.format);
    const bool shrinks = size.width < frame.width || size.height < frame.height;
    // Bit-exact, so that a report replays alike on processors with other vector units.
    const int flags = (shrinks ? SWS_AREA : SWS_BICUBIC) | SWS_ACCURATE_RND | SWS_BITEXACT;
    SwsContext* known = scaler.release();
    scaler.reset(sws_getCachedContext(known, frame.width, frame.height, source, size.width, size.height, format, flags,
                                      nullptr, nullptr, nullptr));
    if (!scaler) {
        return {};
    }
    sws_setColorspaceDetails(scaler.get(), sws_getCoefficients(colours_of(frame)), has_full_range(frame) ? 1 : 0,
                             sws_getCoefficients(SWS_CS_DEFAULT), 1, 0, 1 << 16, 1 << 16);
    // The scaler writes whole vectors: rows get room behind their end, and the matrix handed out is the part that was
    // asked for.
    constexpr int kRowPaddingPx = 64;
    cv::Mat padded(size.height, size.width + kRowPaddingPx, format == AV_PIX_FMT_RGB24 ? CV_8UC3 : CV_8UC1);
    std::uint8_t* planes[4] = {padded.data, nullptr, nullptr, nullptr};
    const int strides[4] = {static_cast<int>(padded.step), 0, 0, 0};
    if (sws_scale(scaler.get(), frame.data, frame.linesize, 0, frame.height, planes, strides) <= 0) {
        return {};
    }
    return padded.colRange(0, size.width);
}

cv::Mat PictureConverter::luma(const AVFrame& frame) {
    const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
    if (format == nullptr || frame.width <= 0 || frame.height <= 0) {
        return {};
    }
    const int type = luma_plane_type(*format);
    const int row_bytes = frame.width * (type == CV_16UC1 ? 2 : 1);
    if (type >= 0 && frame.data[0] != nullptr && frame.linesize[0] >= row_bytes) {
        return {frame.height, frame.width, type, frame.data[0], static_cast<std::size_t>(frame.linesize[0])};
    }
    if (sws_isSupportedInput(static_cast<AVPixelFormat>(frame.format)) == 0) {
        return {};
    }
    const std::lock_guard lock(mutex_);
    return convert(frame, AV_PIX_FMT_GRAY8, {frame.width, frame.height}, luma_scaler_);
}

cv::Mat PictureConverter::rgb(const AVFrame& frame, int longest_px) {
    cv::Size size(frame.width, frame.height);
    if (const int longest = std::max(size.width, size.height); longest_px > 0 && longest > longest_px) {
        const double scale = static_cast<double>(longest_px) / longest;
        size.width = std::max(1, static_cast<int>(std::lround(size.width * scale)));
        size.height = std::max(1, static_cast<int>(std::lround(size.height * scale)));
    }
    if (const auto planes = planes_of(frame); planes && planes->size == size) {
        return upright(rgb_of(*planes), rotation_deg_);
    }
    const std::lock_guard lock(mutex_);
    return upright(convert(frame, AV_PIX_FMT_RGB24, size, rgb_scaler_), rotation_deg_);
}

int luma_bits(const AVFrame& frame) {
    const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
    return format != nullptr ? format->comp[0].depth : 8;
}

double mean_quantiser(const AVFrame& frame) {
    const AVFrameSideData* data = av_frame_get_side_data(&frame, AV_FRAME_DATA_VIDEO_ENC_PARAMS);
    if (data == nullptr) {
        return -1;
    }
    auto* parameters = reinterpret_cast<AVVideoEncParams*>(data->data);
    double weighted = 0;
    double area = 0;
    for (unsigned i = 0; i < parameters->nb_blocks; ++i) {
        const AVVideoBlockParams* block = av_video_enc_params_block(parameters, i);
        const double block_area = static_cast<double>(block->w) * block->h;
        weighted += block_area * block->delta_qp;
        area += block_area;
    }
    return parameters->qp + (area > 0 ? weighted / area : 0.0);
}

}  // namespace bonafide::media

#include "media/write_pictures.h"

#include "base/ensure.h"

#include <algorithm>
#include <cmath>

namespace bonafide::media {
namespace {

constexpr int kTicksOfSecond = 90'000;  // the clock of MPEG systems
constexpr int kSmallestSidePx = 16, kLargestSidePx = 4096;
constexpr int kMostRateFactor = 51;
constexpr std::int64_t kLeastBitRate = 16'000, kMostBitRate = 100'000'000;
constexpr double kLongest_s = 1e6;

/// By name, and in this order: FFmpeg's first H.264 encoder may be one that needs a device.
const AVCodec* find_h264_encoder() {
    for (const char* name : {"libx264", "libopenh264"}) {
        if (const AVCodec* codec = avcodec_find_encoder_by_name(name); codec != nullptr) {
            return codec;
        }
    }
    return nullptr;
}

bool is_x264(const AVCodec& codec) {
    return std::string_view(codec.name) == "libx264";
}

/// Bits that encoders without a constant rate factor get: 0.1 a pixel at factor 23, halved every six steps.
std::int64_t bits_for(const PictureCoding& coding) {
    const double bits = 0.1 * coding.size.area() * coding.rate_hz * std::exp2((23 - coding.constant_rate_factor) / 6.0);
    return std::clamp(static_cast<std::int64_t>(bits), kLeastBitRate, kMostBitRate);
}

}  // namespace

Result<PictureTrack> PictureTrack::open(FfmpegOutput& output, const PictureCoding& coding, int threads) {
    const cv::Size size = coding.size;
    if (std::min(size.width, size.height) < kSmallestSidePx || std::max(size.width, size.height) > kLargestSidePx ||
        size.width % 2 != 0 || size.height % 2 != 0) {
        return Error{ErrorCode::kUsage, "the sides of a film are even and 16 to 4,096 px, not " +
                                            std::to_string(size.width) + " x " + std::to_string(size.height)};
    }
    const bool by_rate = coding.bit_rate_bps != 0;
    if (coding.constant_rate_factor < 0 || coding.constant_rate_factor > kMostRateFactor ||
        (by_rate && (coding.bit_rate_bps < kLeastBitRate || coding.bit_rate_bps > kMostBitRate))) {
        return Error{ErrorCode::kUsage, "H.264 takes a constant rate factor of 0 to 51, or 16 to 100,000 kbit/s"};
    }
    const AVCodec* codec = find_h264_encoder();
    if (codec == nullptr) {
        return Error{ErrorCode::kUnsupported,
                     "films cannot be written: this FFmpeg has no H.264 encoder (libx264 or libopenh264)"};
    }
    FfmpegPointer<AVCodecContext> encoder(avcodec_alloc_context3(codec));
    FfmpegPointer<AVFrame> frame(av_frame_alloc());
    if (!encoder || !frame) {
        return ffmpeg_failed("prepare", AVERROR(ENOMEM));
    }
    encoder->width = size.width;
    encoder->height = size.height;
    encoder->pix_fmt = AV_PIX_FMT_YUV420P;
    encoder->time_base = {1, kTicksOfSecond};
    const double rate_hz =
        std::isfinite(coding.rate_hz) && coding.rate_hz > 0 ? std::clamp(coding.rate_hz, 1.0, 240.0) : 25;
    encoder->framerate = av_d2q(rate_hz, 100'000);
    encoder->gop_size = static_cast<int>(std::lround(10 * rate_hz));
    encoder->colorspace = AVCOL_SPC_BT709;
    encoder->color_primaries = AVCOL_PRI_BT709;
    encoder->color_trc = AVCOL_TRC_BT709;
    encoder->color_range = AVCOL_RANGE_MPEG;
    encoder->thread_count = std::clamp(threads, 1, 16);
    AVDictionary* options = nullptr;
    if (is_x264(*codec)) {
        av_dict_set(&options, "preset", "veryfast", 0);
        if (!by_rate) {
            av_dict_set_int(&options, "crf", coding.constant_rate_factor, 0);
        }
    }
    if (by_rate || !is_x264(*codec)) {
        encoder->bit_rate = by_rate ? coding.bit_rate_bps : bits_for(coding);
    }
    auto track = FfmpegTrack::open(output, *codec, std::move(encoder), &options);
    av_dict_free(&options);
    if (!track) {
        return track.error();
    }
    PictureTrack pictures(std::move(*track));
    frame->width = size.width;
    frame->height = size.height;
    frame->format = AV_PIX_FMT_YUV420P;
    frame->colorspace = AVCOL_SPC_BT709;
    frame->color_range = AVCOL_RANGE_MPEG;
    if (const int code = av_frame_get_buffer(frame.get(), 0); code < 0) {
        return ffmpeg_failed("prepare", code);
    }
    pictures.frame_ = std::move(frame);
    pictures.scaler_.reset(sws_getContext(size.width, size.height, AV_PIX_FMT_RGB24, size.width, size.height,
                                          AV_PIX_FMT_YUV420P, SWS_BICUBIC | SWS_ACCURATE_RND | SWS_BITEXACT, nullptr,
                                          nullptr, nullptr));
    if (!pictures.scaler_) {
        return ffmpeg_failed("prepare", AVERROR(ENOMEM));
    }
    sws_setColorspaceDetails(pictures.scaler_.get(), sws_getCoefficients(SWS_CS_DEFAULT), 1,
                             sws_getCoefficients(SWS_CS_ITU709), 0, 0, 1 << 16, 1 << 16);
    return pictures;
}

Result<void> PictureTrack::add(const cv::Mat& rgb, double time_s) {
    ENSURE(rgb.type() == CV_8UC3 && rgb.cols == frame_->width && rgb.rows == frame_->height);
    if (const int code = av_frame_make_writable(frame_.get()); code < 0) {
        return ffmpeg_failed("copy a picture of", code);
    }
    const std::uint8_t* planes[] = {rgb.data};
    const int strides[] = {static_cast<int>(rgb.step)};
    (void)sws_scale(scaler_.get(), planes, strides, 0, rgb.rows, frame_->data, frame_->linesize);
    const double ticks = std::isfinite(time_s) ? std::clamp(time_s, 0.0, kLongest_s) * kTicksOfSecond : 0;
    last_ = std::max(last_ + 1, static_cast<std::int64_t>(std::llround(ticks)));
    frame_->pts = last_;
    ++pictures_;
    return track_.encode(frame_.get());
}

}  // namespace bonafide::media

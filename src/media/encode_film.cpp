#include "media/encode_film.h"

#include "base/ensure.h"
#include "media/ffmpeg_output.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace bonafide::media {
namespace {

constexpr int kSmallestSidePx = 16, kLargestSidePx = 16'383;
constexpr int kTicksOfSecond = 1000;  // the clock of WebM
constexpr int kFramesBetweenKeys = 120;
constexpr const char* kQuality = "10";  // libvpx: 4 (best) to 63
constexpr std::int64_t kBitsPerPixel = 4, kLeastBitRate = 500'000, kMostBitRate = 20'000'000;

class WebmEncoder final : public FilmEncoder {
  public:
    Result<void> open(cv::Size size, double rate_hz) {
        const AVCodec* codec = avcodec_find_encoder_by_name("libvpx");
        if (codec == nullptr) {
            return Error{ErrorCode::kUnsupported, "films cannot be written: this FFmpeg has no VP8 encoder (libvpx)"};
        }
        auto output = FfmpegOutput::create("webm", kMostBytes);
        if (!output) {
            return output.error();
        }
        output_ = std::move(*output);
        FfmpegPointer<AVCodecContext> encoder(avcodec_alloc_context3(codec));
        frame_.reset(av_frame_alloc());
        if (!encoder || !frame_) {
            return ffmpeg_failed("prepare", AVERROR(ENOMEM));
        }
        encoder->width = size.width;
        encoder->height = size.height;
        encoder->pix_fmt = AV_PIX_FMT_YUV420P;
        encoder->time_base = {1, kTicksOfSecond};
        encoder->framerate = av_d2q(rate_hz, 100'000);
        encoder->gop_size = kFramesBetweenKeys;
        encoder->bit_rate = std::clamp(kBitsPerPixel * size.area(), kLeastBitRate, kMostBitRate);
        encoder->thread_count = 1;  // the same film gives the same bytes
        AVDictionary* options = nullptr;
        av_dict_set(&options, "deadline", "realtime", 0);
        av_dict_set(&options, "cpu-used", "5", 0);
        av_dict_set(&options, "crf", kQuality, 0);
        auto track = FfmpegTrack::open(*output_, *codec, std::move(encoder), &options);
        av_dict_free(&options);
        if (!track) {
            return track.error();
        }
        track_.emplace(std::move(*track));
        if (auto begun = output_->begin(); !begun) {
            return begun;
        }
        frame_->width = size.width;
        frame_->height = size.height;
        frame_->format = AV_PIX_FMT_YUV420P;
        if (const int code = av_frame_get_buffer(frame_.get(), 0); code < 0) {
            return ffmpeg_failed("prepare", code);
        }
        scaler_.reset(sws_getContext(size.width, size.height, AV_PIX_FMT_RGB24, size.width, size.height,
                                     AV_PIX_FMT_YUV420P, SWS_BILINEAR, nullptr, nullptr, nullptr));
        return scaler_ ? Result<void>() : ffmpeg_failed("prepare", AVERROR(ENOMEM));
    }

    Result<void> add(const cv::Mat& rgb, double time_s) override {
        ENSURE(rgb.type() == CV_8UC3 && rgb.cols == frame_->width && rgb.rows == frame_->height);
        if (const int code = av_frame_make_writable(frame_.get()); code < 0) {
            return ffmpeg_failed("copy a picture of", code);
        }
        const std::uint8_t* planes[] = {rgb.data};
        const int strides[] = {static_cast<int>(rgb.step)};
        (void)sws_scale(scaler_.get(), planes, strides, 0, rgb.rows, frame_->data, frame_->linesize);
        const double ticks = std::isfinite(time_s) ? std::clamp(time_s, 0.0, 1e9) * kTicksOfSecond : 0;
        last_ = std::max(last_ + 1, static_cast<std::int64_t>(std::llround(ticks)));
        frame_->pts = last_;
        ++pictures_;
        return track_->encode(frame_.get());
    }

    Result<std::vector<std::uint8_t>> finish() override {
        if (pictures_ == 0) {
            return Error{ErrorCode::kInternal, "a film without a picture cannot be written"};
        }
        if (auto flushed = track_->encode(nullptr); !flushed) {
            return flushed.error();
        }
        return output_->finish();
    }

  private:
    std::unique_ptr<FfmpegOutput> output_;
    std::optional<FfmpegTrack> track_;
    FfmpegPointer<AVFrame> frame_;
    FfmpegPointer<SwsContext> scaler_;
    std::int64_t last_ = -1, pictures_ = 0;
};

}  // namespace

Result<std::unique_ptr<FilmEncoder>> FilmEncoder::create(cv::Size size, double rate_hz) {
    if (std::min(size.width, size.height) < kSmallestSidePx || std::max(size.width, size.height) > kLargestSidePx) {
        return Error{ErrorCode::kUsage, "a film's sides are 16 to 16,383 px"};
    }
    prepare_ffmpeg();
    auto encoder = std::make_unique<WebmEncoder>();
    const double expected_hz = std::isfinite(rate_hz) && rate_hz > 0 ? std::clamp(rate_hz, 1.0, 240.0) : 25;
    if (auto opened = encoder->open(size, expected_hz); !opened) {
        return opened.error();
    }
    return std::unique_ptr<FilmEncoder>(std::move(encoder));
}

}  // namespace bonafide::media

#include "media/encode_film.h"

#include "base/ensure.h"
#include "media/ffmpeg_handles.h"

extern "C" {
#include <libavutil/opt.h>
}

#include <algorithm>
#include <cmath>
#include <cstring>

namespace bonafide::media {
namespace {

constexpr int kBufferBytes = 64 << 10;
constexpr int kSmallestSidePx = 16, kLargestSidePx = 16'383;
constexpr int kTicksOfSecond = 1000;  // the clock of WebM
constexpr int kFramesBetweenKeys = 120;
constexpr const char* kQuality = "10";  // libvpx: 4 (best) to 63
constexpr std::int64_t kBitsPerPixel = 4, kLeastBitRate = 500'000, kMostBitRate = 20'000'000;

class WebmEncoder final : public FilmEncoder {
  public:
    ~WebmEncoder() override {
        encoder_.reset();
        if (muxer_ != nullptr) {
            if (muxer_->pb != nullptr) {
                av_freep(&muxer_->pb->buffer);
                avio_context_free(&muxer_->pb);
            }
            avformat_free_context(muxer_);
        }
    }

    Result<void> open(cv::Size size, double rate_hz) {
        const AVCodec* codec = avcodec_find_encoder_by_name("libvpx");
        if (codec == nullptr) {
            return Error{ErrorCode::kUnsupported, "films cannot be written: this FFmpeg has no VP8 encoder (libvpx)"};
        }
        int code = avformat_alloc_output_context2(&muxer_, nullptr, "webm", nullptr);
        encoder_.reset(avcodec_alloc_context3(codec));
        frame_.reset(av_frame_alloc());
        packet_.reset(av_packet_alloc());
        auto* buffer = static_cast<std::uint8_t*>(av_malloc(kBufferBytes));
        if (code < 0 || !encoder_ || !frame_ || !packet_ || buffer == nullptr) {
            av_free(buffer);
            return failed("prepare", code < 0 ? code : AVERROR(ENOMEM));
        }
        muxer_->pb = avio_alloc_context(buffer, kBufferBytes, 1, this, nullptr, write_some, seek_to);
        if (muxer_->pb == nullptr) {
            av_free(buffer);
            return failed("prepare", AVERROR(ENOMEM));
        }
        muxer_->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
        encoder_->width = size.width;
        encoder_->height = size.height;
        encoder_->pix_fmt = AV_PIX_FMT_YUV420P;
        encoder_->time_base = {1, kTicksOfSecond};
        encoder_->framerate = av_d2q(rate_hz, 100'000);
        encoder_->gop_size = kFramesBetweenKeys;
        encoder_->bit_rate = std::clamp(kBitsPerPixel * size.area(), kLeastBitRate, kMostBitRate);
        encoder_->thread_count = 1;  // the same film gives the same bytes
        encoder_->flags |= AV_CODEC_FLAG_BITEXACT;
        AVDictionary* options = nullptr;
        av_dict_set(&options, "deadline", "realtime", 0);
        av_dict_set(&options, "cpu-used", "5", 0);
        av_dict_set(&options, "crf", kQuality, 0);
        code = avcodec_open2(encoder_.get(), codec, &options);
        av_dict_free(&options);
        stream_ = code < 0 ? nullptr : avformat_new_stream(muxer_, nullptr);
        if (code < 0 || stream_ == nullptr ||
            (code = avcodec_parameters_from_context(stream_->codecpar, encoder_.get())) < 0) {
            return failed("open", code);
        }
        stream_->time_base = encoder_->time_base;
        if ((code = avformat_write_header(muxer_, nullptr)) < 0) {
            return failed("begin", code);
        }
        frame_->width = size.width;
        frame_->height = size.height;
        frame_->format = AV_PIX_FMT_YUV420P;
        if ((code = av_frame_get_buffer(frame_.get(), 0)) < 0) {
            return failed("prepare", code);
        }
        scaler_.reset(sws_getContext(size.width, size.height, AV_PIX_FMT_RGB24, size.width, size.height,
                                     AV_PIX_FMT_YUV420P, SWS_BILINEAR, nullptr, nullptr, nullptr));
        return scaler_ ? Result<void>() : failed("prepare", AVERROR(ENOMEM));
    }

    Result<void> add(const cv::Mat& rgb, double time_s) override {
        ENSURE(rgb.type() == CV_8UC3 && rgb.cols == encoder_->width && rgb.rows == encoder_->height);
        int code = av_frame_make_writable(frame_.get());
        if (code < 0) {
            return failed("copy a picture", code);
        }
        const std::uint8_t* planes[] = {rgb.data};
        const int strides[] = {static_cast<int>(rgb.step)};
        (void)sws_scale(scaler_.get(), planes, strides, 0, rgb.rows, frame_->data, frame_->linesize);
        const double ticks = std::isfinite(time_s) ? std::clamp(time_s, 0.0, 1e9) * kTicksOfSecond : 0;
        last_ = std::max(last_ + 1, static_cast<std::int64_t>(std::llround(ticks)));
        frame_->pts = last_;
        ++pictures_;
        return encode(frame_.get());
    }

    Result<std::vector<std::uint8_t>> finish() override {
        if (pictures_ == 0) {
            return Error{ErrorCode::kInternal, "a film without a picture cannot be written"};
        }
        if (auto flushed = encode(nullptr); !flushed) {
            return flushed.error();
        }
        if (const int code = av_write_trailer(muxer_); code < 0) {
            return failed("finish", code).error();
        }
        return std::move(bytes_);
    }

  private:
    static Result<void> failed(const char* what, int code) {
        return Error{ErrorCode::kInternal, std::string("cannot ") + what + " a film: " + ffmpeg_error(code)};
    }

    Result<void> encode(const AVFrame* frame) {
        int code = avcodec_send_frame(encoder_.get(), frame);
        while (code >= 0) {
            code = avcodec_receive_packet(encoder_.get(), packet_.get());
            if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) {
                break;
            }
            if (code >= 0) {
                av_packet_rescale_ts(packet_.get(), encoder_->time_base, stream_->time_base);
                packet_->stream_index = stream_->index;
                code = av_interleaved_write_frame(muxer_, packet_.get());
            }
        }
        if (full_) {
            return Error{ErrorCode::kLimit,
                         "the drawn film would be larger than " + std::to_string(kMostBytes >> 20) + " MiB"};
        }
        const bool done = code >= 0 || code == AVERROR(EAGAIN) || code == AVERROR_EOF;
        return done ? Result<void>() : failed("encode", code);
    }

    static int write_some(void* opaque, std::uint8_t* data, int size) {
        auto& self = *static_cast<WebmEncoder*>(opaque);
        const auto count = static_cast<std::size_t>(size);
        if (self.position_ + count > kMostBytes) {
            self.full_ = true;
            return AVERROR(ENOSPC);
        }
        self.bytes_.resize(std::max(self.bytes_.size(), self.position_ + count));
        std::memcpy(self.bytes_.data() + self.position_, data, count);
        self.position_ += count;
        return size;
    }
    static std::int64_t seek_to(void* opaque, std::int64_t offset, int whence) {
        auto& self = *static_cast<WebmEncoder*>(opaque);
        const auto size = static_cast<std::int64_t>(self.bytes_.size());
        if (whence == AVSEEK_SIZE) {
            return size;
        }
        const std::int64_t base = whence == SEEK_CUR   ? static_cast<std::int64_t>(self.position_)
                                  : whence == SEEK_END ? size
                                                       : 0;
        if (base + offset < 0 || base + offset > size) {
            return AVERROR(EINVAL);
        }
        self.position_ = static_cast<std::size_t>(base + offset);
        return base + offset;
    }

    AVFormatContext* muxer_ = nullptr;
    FfmpegPointer<AVCodecContext> encoder_;
    FfmpegPointer<AVFrame> frame_;
    FfmpegPointer<AVPacket> packet_;
    FfmpegPointer<SwsContext> scaler_;
    AVStream* stream_ = nullptr;
    std::vector<std::uint8_t> bytes_;
    std::size_t position_ = 0;
    std::int64_t last_ = -1, pictures_ = 0;
    bool full_ = false;
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

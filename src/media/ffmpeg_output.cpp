#include "media/ffmpeg_output.h"

#include <algorithm>
#include <cstring>

namespace bonafide::media {
namespace {

constexpr int kBufferBytes = 64 << 10;

}  // namespace

Error ffmpeg_failed(const char* what, int code) {
    return {ErrorCode::kInternal, std::string("cannot ") + what + " a film: " + ffmpeg_error(code)};
}

Result<std::unique_ptr<FfmpegOutput>> FfmpegOutput::create(const char* format, std::size_t most_bytes) {
    prepare_ffmpeg();
    std::unique_ptr<FfmpegOutput> output(new FfmpegOutput(most_bytes));
    if (const int code = avformat_alloc_output_context2(&output->muxer_, nullptr, format, nullptr); code < 0) {
        return ffmpeg_failed("prepare", code);
    }
    auto* buffer = static_cast<std::uint8_t*>(av_malloc(kBufferBytes));
    output->muxer_->pb = buffer == nullptr
                             ? nullptr
                             : avio_alloc_context(buffer, kBufferBytes, 1, output.get(), nullptr, write_some, seek_to);
    if (output->muxer_->pb == nullptr) {
        av_free(buffer);
        return ffmpeg_failed("prepare", AVERROR(ENOMEM));
    }
    output->muxer_->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
    return output;
}

FfmpegOutput::~FfmpegOutput() {
    if (muxer_ != nullptr) {
        if (muxer_->pb != nullptr) {
            av_freep(&muxer_->pb->buffer);
            avio_context_free(&muxer_->pb);
        }
        avformat_free_context(muxer_);
    }
}

Result<void> FfmpegOutput::checked(const char* what, int code) const {
    if (full_) {
        return Error{ErrorCode::kLimit, "the film would be larger than " + std::to_string(most_bytes_ >> 20) + " MiB"};
    }
    return code < 0 ? Result<void>(ffmpeg_failed(what, code)) : Result<void>();
}

Result<void> FfmpegOutput::begin(AVDictionary** options) {
    return checked("begin", avformat_write_header(muxer_, options));
}

Result<void> FfmpegOutput::write(AVPacket& packet) {
    return checked("write", av_interleaved_write_frame(muxer_, &packet));
}

Result<std::vector<std::uint8_t>> FfmpegOutput::finish() {
    const int code = av_write_trailer(muxer_);
    avio_flush(muxer_->pb);
    if (auto finished = checked("finish", code); !finished) {
        return finished.error();
    }
    return std::move(bytes_);
}

int FfmpegOutput::write_some(void* opaque, std::uint8_t* data, int size) {
    auto& self = *static_cast<FfmpegOutput*>(opaque);
    const auto count = static_cast<std::size_t>(size);
    if (self.position_ + count > self.most_bytes_) {
        self.full_ = true;
        return AVERROR(ENOSPC);
    }
    self.bytes_.resize(std::max(self.bytes_.size(), self.position_ + count));
    std::memcpy(self.bytes_.data() + self.position_, data, count);
    self.position_ += count;
    return size;
}

std::int64_t FfmpegOutput::seek_to(void* opaque, std::int64_t offset, int whence) {
    auto& self = *static_cast<FfmpegOutput*>(opaque);
    const auto size = static_cast<std::int64_t>(self.bytes_.size());
    if ((whence & AVSEEK_SIZE) != 0) {
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

Result<FfmpegTrack> FfmpegTrack::open(FfmpegOutput& output, const AVCodec& codec, FfmpegPointer<AVCodecContext> encoder,
                                      AVDictionary** options) {
    FfmpegTrack track;
    track.output_ = &output;
    track.encoder_ = std::move(encoder);
    track.packet_.reset(av_packet_alloc());
    AVFormatContext& context = output.context();
    if ((context.oformat->flags & AVFMT_GLOBALHEADER) != 0) {
        track.encoder_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    }
    track.encoder_->flags |= AV_CODEC_FLAG_BITEXACT;
    int code = track.packet_ ? avcodec_open2(track.encoder_.get(), &codec, options) : AVERROR(ENOMEM);
    if (code < 0) {
        return ffmpeg_failed("open", code);
    }
    track.stream_ = avformat_new_stream(&context, nullptr);
    code = track.stream_ == nullptr ? AVERROR(ENOMEM)
                                    : avcodec_parameters_from_context(track.stream_->codecpar, track.encoder_.get());
    if (code < 0) {
        return ffmpeg_failed("open", code);
    }
    track.stream_->time_base = track.encoder_->time_base;
    if (track.encoder_->framerate.num > 0) {
        track.usual_duration_ = av_rescale_q(1, av_inv_q(track.encoder_->framerate), track.encoder_->time_base);
    }
    return track;
}

Result<void> FfmpegTrack::encode(const AVFrame* frame) {
    int code = avcodec_send_frame(encoder_.get(), frame);
    while (code >= 0) {
        code = avcodec_receive_packet(encoder_.get(), packet_.get());
        if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) {
            return {};
        }
        if (code < 0) {
            break;
        }
        if (packet_->duration == 0) {
            packet_->duration = usual_duration_;  // counts for the last one alone: the others end where the next begins
        }
        av_packet_rescale_ts(packet_.get(), encoder_->time_base, stream_->time_base);
        packet_->stream_index = stream_->index;
        if (auto written = output_->write(*packet_); !written) {
            return written;
        }
    }
    return ffmpeg_failed("encode", code);
}

}  // namespace bonafide::media

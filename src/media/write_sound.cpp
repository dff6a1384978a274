#include "media/write_sound.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace bonafide::media {
namespace {

constexpr std::int64_t kLeastBitRate = 4'000, kMostBitRate = 512'000;
constexpr int kLeastRateHz = 8'000, kMostRateHz = 192'000;
constexpr int kUsualFrame = 1024;  // of codecs that take frames of any length
constexpr int kMostMixedChannels = 8;
/// Gaps from this length on are filled with silence; shorter ones are rounding of the container's.
constexpr double kLeastGap_s = 0.06;
constexpr double kMostGap_s = 3600;

struct NamedEncoder {
    SoundCodec codec;
    const char *encoder, *fallback, *words;
};
constexpr NamedEncoder kEncoders[] = {
    {SoundCodec::kAac, "aac", nullptr, "AAC"},
    {SoundCodec::kOpus, "libopus", nullptr, "Opus (libopus)"},
    {SoundCodec::kMp3, "libmp3lame", "libshine", "MP3 (libmp3lame or libshine)"},
    {SoundCodec::kFlac, "flac", nullptr, "FLAC"},
    {SoundCodec::kPcm, "pcm_s16le", nullptr, "PCM"},
};

/// The nearest rate of the codec that loses no height, else the highest.
int rate_for(const AVCodec& codec, int wanted_hz) {
    const int wanted = std::clamp(wanted_hz, kLeastRateHz, kMostRateHz);
    if (codec.supported_samplerates == nullptr) {
        return wanted;
    }
    int above = 0, highest = 0;
    for (const int* rate = codec.supported_samplerates; *rate != 0; ++rate) {
        highest = std::max(highest, *rate);
        if (*rate >= wanted && (above == 0 || *rate < above)) {
            above = *rate;
        }
    }
    return above != 0 ? above : highest;
}

AVSampleFormat format_for(const AVCodec& codec) {
    // Planar floats, which is what comes in; else floats; else what the codec names first.
    for (const AVSampleFormat wanted : {AV_SAMPLE_FMT_FLTP, AV_SAMPLE_FMT_FLT}) {
        for (const AVSampleFormat* format = codec.sample_fmts; format != nullptr && *format != AV_SAMPLE_FMT_NONE;
             ++format) {
            if (*format == wanted) {
                return wanted;
            }
        }
    }
    return codec.sample_fmts != nullptr ? codec.sample_fmts[0] : AV_SAMPLE_FMT_S16;
}

}  // namespace

Result<SoundTrack> SoundTrack::open(FfmpegOutput& output, const SoundCoding& coding) {
    if (coding.channels < 1 || coding.bit_rate_bps < kLeastBitRate || coding.bit_rate_bps > kMostBitRate) {
        return Error{ErrorCode::kUsage, "sound is saved with 4 to 512 kbit/s"};
    }
    const auto* named = std::find_if(std::begin(kEncoders), std::end(kEncoders),
                                     [&](const NamedEncoder& each) { return each.codec == coding.codec; });
    const AVCodec* codec = avcodec_find_encoder_by_name(named->encoder);
    if (codec == nullptr && named->fallback != nullptr) {
        codec = avcodec_find_encoder_by_name(named->fallback);
    }
    if (codec == nullptr) {
        return Error{ErrorCode::kUnsupported,
                     std::string("the sound cannot be saved: this FFmpeg has no encoder for ") + named->words};
    }
    FfmpegPointer<AVCodecContext> encoder(avcodec_alloc_context3(codec));
    if (!encoder) {
        return ffmpeg_failed("prepare the sound of", AVERROR(ENOMEM));
    }
    encoder->sample_rate = rate_for(*codec, coding.rate_hz);
    encoder->sample_fmt = format_for(*codec);
    encoder->time_base = {1, encoder->sample_rate};
    encoder->bit_rate = coding.bit_rate_bps;
    av_channel_layout_default(&encoder->ch_layout, std::min(coding.channels, 2));
    auto track = FfmpegTrack::open(output, *codec, std::move(encoder));
    if (!track) {
        return track.error();
    }
    SoundTrack sound(std::move(*track));
    const AVCodecContext& opened = sound.track_.encoder();
    sound.fifo_.reset(av_audio_fifo_alloc(opened.sample_fmt, opened.ch_layout.nb_channels, kUsualFrame));
    return sound.fifo_ ? Result<SoundTrack>(std::move(sound))
                       : Result<SoundTrack>(ffmpeg_failed("prepare the sound of", AVERROR(ENOMEM)));
}

Result<void> SoundTrack::prepare_for(const SoundBlock& block) {
    const int channels = static_cast<int>(block.channels.size());
    if (resampler_ && block.rate_hz == source_rate_hz_ && channels == source_channels_) {
        return {};
    }
    source_rate_hz_ = block.rate_hz;
    source_channels_ = channels;
    AVChannelLayout layout;
    av_channel_layout_default(&layout, channels <= kMostMixedChannels ? channels : 2);
    AVCodecContext& encoder = track_.encoder();
    SwrContext* fresh = nullptr;
    int code = swr_alloc_set_opts2(&fresh, &encoder.ch_layout, encoder.sample_fmt, encoder.sample_rate, &layout,
                                   AV_SAMPLE_FMT_FLTP, block.rate_hz, 0, nullptr);
    resampler_.reset(fresh);
    if (code >= 0) {
        code = swr_init(fresh);
    }
    return code < 0 ? Result<void>(ffmpeg_failed("prepare the sound of", code)) : Result<void>();
}

Result<void> SoundTrack::convert(const float* const* planes, int count) {
    const AVCodecContext& encoder = track_.encoder();
    const int room = swr_get_out_samples(resampler_.get(), count);
    if (room < 0) {
        return ffmpeg_failed("convert the sound of", room);
    }
    FfmpegPointer<AVFrame> converted(av_frame_alloc());
    if (!converted) {
        return ffmpeg_failed("convert the sound of", AVERROR(ENOMEM));
    }
    converted->nb_samples = std::max(1, room);
    converted->format = encoder.sample_fmt;
    int code = av_channel_layout_copy(&converted->ch_layout, &encoder.ch_layout);
    if (code < 0 || (code = av_frame_get_buffer(converted.get(), 0)) < 0) {
        return ffmpeg_failed("convert the sound of", code);
    }
    // swr takes, but never writes, what it is given to read.
    auto** in = const_cast<const std::uint8_t**>(reinterpret_cast<const std::uint8_t* const*>(planes));
    code = swr_convert(resampler_.get(), converted->extended_data, converted->nb_samples, in, count);
    if (code > 0) {
        code = av_audio_fifo_write(fifo_.get(), reinterpret_cast<void**>(converted->extended_data), code);
    }
    return code < 0 ? Result<void>(ffmpeg_failed("convert the sound of", code)) : Result<void>();
}

Result<void> SoundTrack::encode_full_frames(bool last) {
    const AVCodecContext& encoder = track_.encoder();
    const int length = encoder.frame_size > 0 ? encoder.frame_size : kUsualFrame;
    while (av_audio_fifo_size(fifo_.get()) >= (last ? 1 : length)) {
        FfmpegPointer<AVFrame> frame(av_frame_alloc());
        if (!frame) {
            return ffmpeg_failed("encode the sound of", AVERROR(ENOMEM));
        }
        frame->nb_samples = std::min(length, av_audio_fifo_size(fifo_.get()));
        frame->format = encoder.sample_fmt;
        frame->sample_rate = encoder.sample_rate;
        int code = av_channel_layout_copy(&frame->ch_layout, &encoder.ch_layout);
        if (code < 0 || (code = av_frame_get_buffer(frame.get(), 0)) < 0 ||
            (code = av_audio_fifo_read(fifo_.get(), reinterpret_cast<void**>(frame->extended_data),
                                       frame->nb_samples)) < 0) {
            return ffmpeg_failed("encode the sound of", code);
        }
        frame->pts = written_;
        written_ += frame->nb_samples;
        if (auto encoded = track_.encode(frame.get()); !encoded) {
            return encoded;
        }
    }
    return {};
}

Result<void> SoundTrack::add(const SoundBlock& block) {
    if (block.channels.empty() || block.rate_hz <= 0 || block.channels.front().empty()) {
        return {};
    }
    if (auto prepared = prepare_for(block); !prepared) {
        return prepared;
    }
    const double start_s = std::isfinite(block.start_s) ? std::max(0.0, block.start_s) : heard_s_;
    const double gap_s = std::min(start_s - heard_s_, kMostGap_s);
    if (!begun_ || gap_s >= kLeastGap_s) {
        const std::vector<float> silence(static_cast<std::size_t>(block.rate_hz), 0.0F);
        const std::vector<const float*> planes(block.channels.size(), silence.data());
        auto missing = static_cast<std::int64_t>(std::llround(std::max(0.0, gap_s) * block.rate_hz));
        for (; missing > 0; missing -= block.rate_hz) {
            const auto count = static_cast<int>(std::min<std::int64_t>(missing, block.rate_hz));
            if (auto filled = convert(planes.data(), count); !filled) {
                return filled;
            }
            if (auto encoded = encode_full_frames(false); !encoded) {
                return encoded;
            }
        }
        heard_s_ += std::max(0.0, gap_s);
    }
    begun_ = true;
    std::vector<const float*> planes;
    for (const auto& channel : block.channels) {
        planes.push_back(channel.data());
    }
    const auto count = static_cast<int>(block.channels.front().size());
    heard_s_ += static_cast<double>(count) / block.rate_hz;
    if (auto converted = convert(planes.data(), count); !converted) {
        return converted;
    }
    return encode_full_frames(false);
}

Result<void> SoundTrack::finish() {
    if (resampler_) {
        if (auto flushed = convert(nullptr, 0); !flushed) {
            return flushed;
        }
    }
    if (auto encoded = encode_full_frames(true); !encoded) {
        return encoded;
    }
    return track_.encode(nullptr);
}

}  // namespace bonafide::media

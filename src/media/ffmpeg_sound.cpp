#include "media/ffmpeg_sound.h"

extern "C" {
#include <libavutil/channel_layout.h>
}

#include <algorithm>

namespace bonafide::media {
namespace {

/// A resampler from one planar or packed format to planar floats with as many channels; null where FFmpeg refuses the
/// combination.
FfmpegPointer<SwrContext> make_resampler(AVChannelLayout from_layout, AVSampleFormat from_format, int from_hz,
                                         AVChannelLayout to_layout, int to_hz) {
    SwrContext* context = nullptr;
    if (swr_alloc_set_opts2(&context, &to_layout, AV_SAMPLE_FMT_FLTP, to_hz, &from_layout, from_format, from_hz, 0,
                            nullptr) < 0) {
        swr_free(&context);
        return nullptr;
    }
    FfmpegPointer<SwrContext> resampler(context);
    return swr_init(context) < 0 ? nullptr : std::move(resampler);
}

/// A layout without speaker positions, so that nothing is ever mixed by position.
AVChannelLayout plain_layout(int channels) {
    AVChannelLayout layout{};
    av_channel_layout_default(&layout, channels);
    return layout;
}

constexpr int kMostRateHz = 768'000;

}  // namespace

bool SoundConverter::start(const AVFrame& frame) {
    if (rate_hz_ == 0) {
        const AVChannelLayout mono = plain_layout(1);
        if (frame.sample_rate != kMonoRateHz) {
            mono_ = make_resampler(mono, AV_SAMPLE_FMT_FLTP, frame.sample_rate, mono, kMonoRateHz);
            if (!mono_) {
                return false;
            }
        }
        rate_hz_ = frame.sample_rate;
        channels_ = frame.ch_layout.nb_channels;
    } else {
        changed_midway_ = true;
    }
    source_rate_hz_ = frame.sample_rate;
    source_channels_ = frame.ch_layout.nb_channels;
    source_format_ = frame.format;
    native_ = make_resampler(plain_layout(source_channels_), static_cast<AVSampleFormat>(frame.format), source_rate_hz_,
                             plain_layout(channels_), rate_hz_);
    return native_ != nullptr;
}

bool SoundConverter::to_float(const AVFrame& frame) {
    const int room = swr_get_out_samples(native_.get(), frame.nb_samples);
    if (room <= 0) {
        return false;
    }
    planes_.resize(static_cast<std::size_t>(channels_));
    std::vector<std::uint8_t*> out;
    for (std::vector<float>& plane : planes_) {
        plane.resize(static_cast<std::size_t>(room));
        out.push_back(reinterpret_cast<std::uint8_t*>(plane.data()));
    }
    auto** in = const_cast<const std::uint8_t**>(frame.extended_data);
    const int got = swr_convert(native_.get(), out.data(), room, in, frame.nb_samples);
    for (std::vector<float>& plane : planes_) {
        plane.resize(static_cast<std::size_t>(std::max(got, 0)));
        // Floating-point files may hold what is no number; analyzers never see it.
        std::replace_if(
            plane.begin(), plane.end(), [](float value) { return !(value > -1e6F && value < 1e6F); }, 0.0F);
    }
    return got >= 0;
}

void SoundConverter::average() {
    average_.assign(planes_.front().size(), 0.0F);
    for (const std::vector<float>& plane : planes_) {
        std::transform(plane.begin(), plane.end(), average_.begin(), average_.begin(),
                       [](float value, float sum) { return sum + value; });
    }
    const float scale = 1.0F / static_cast<float>(planes_.size());
    std::transform(average_.begin(), average_.end(), average_.begin(), [scale](float sum) { return sum * scale; });
}

bool SoundConverter::resample(const float* in, int count) {
    if (!mono_) {
        mono_16k_.assign(in, in + count);
        return true;
    }
    const int room = swr_get_out_samples(mono_.get(), count);
    mono_16k_.resize(static_cast<std::size_t>(std::max(room, 0)));
    if (room <= 0) {
        return room == 0;
    }
    auto* out = reinterpret_cast<std::uint8_t*>(mono_16k_.data());
    const auto* source = reinterpret_cast<const std::uint8_t*>(in);
    const int got = swr_convert(mono_.get(), &out, room, in != nullptr ? &source : nullptr, count);
    mono_16k_.resize(static_cast<std::size_t>(std::max(got, 0)));
    return got >= 0;
}

void SoundConverter::emit(double start_s, StreamSink& sink) {
    SoundBlock block;
    block.start_s = start_s;
    block.rate_hz = rate_hz_;
    block.first_sample = samples_;
    for (const std::vector<float>& plane : planes_) {
        block.channels.emplace_back(plane);
    }
    block.first_sample_16k = samples_16k_;
    block.mono_16k = mono_16k_;
    sink.on_sound(block);
    samples_ += static_cast<std::int64_t>(planes_.front().size());
    samples_16k_ += static_cast<std::int64_t>(mono_16k_.size());
}

bool SoundConverter::convert(const AVFrame& frame, double start_s, StreamSink& sink) {
    const int channels = frame.ch_layout.nb_channels;
    if (frame.nb_samples <= 0 || channels <= 0 || channels > kMostChannels || frame.sample_rate <= 0 ||
        frame.sample_rate > kMostRateHz) {
        return false;
    }
    if ((frame.sample_rate != source_rate_hz_ || channels != source_channels_ || frame.format != source_format_) &&
        !start(frame)) {
        return false;
    }
    if (!native_ || !to_float(frame)) {
        return false;
    }
    average();
    if (!resample(average_.data(), static_cast<int>(average_.size()))) {
        return false;
    }
    emit(start_s, sink);
    return true;
}

void SoundConverter::flush(StreamSink& sink) {
    if (rate_hz_ == 0 || planes_.empty() || !mono_) {
        return;
    }
    for (std::vector<float>& plane : planes_) {
        plane.clear();
    }
    if (resample(nullptr, 0) && !mono_16k_.empty()) {
        emit(static_cast<double>(samples_) / rate_hz_, sink);
    }
}

}  // namespace bonafide::media

#pragma once

#include "media/ffmpeg_handles.h"
#include "media/streams.h"

#include <vector>

namespace bonafide::media {

/// Turns decoded sound into floats: the channels at their native rate, and their average at 16 kHz. The first run sets
/// rate and channel count; where a stream changes them midway, later runs are brought to the first.
class SoundConverter {
  public:
    static constexpr int kMonoRateHz = 16'000;
    static constexpr int kMostChannels = 64;

    /// Converts `frame` and hands it to `sink`. False where the sound cannot be converted.
    bool convert(const AVFrame& frame, double start_s, StreamSink& sink);
    /// Hands out what the 16 kHz resampler still holds. Call once, at the end.
    void flush(StreamSink& sink);

    int rate_hz() const { return rate_hz_; }
    std::int64_t samples() const { return samples_; }
    bool changed_midway() const { return changed_midway_; }

  private:
    bool start(const AVFrame& frame);
    bool to_float(const AVFrame& frame);
    void average();
    bool resample(const float* in, int count);
    void emit(double start_s, StreamSink& sink);

    int rate_hz_ = 0, channels_ = 0;
    int source_rate_hz_ = 0, source_channels_ = 0, source_format_ = -1;
    bool changed_midway_ = false;
    std::int64_t samples_ = 0, samples_16k_ = 0;
    FfmpegPointer<SwrContext> native_, mono_;
    std::vector<std::vector<float>> planes_;
    std::vector<float> average_, mono_16k_;
};

}  // namespace bonafide::media

#pragma once

#include "media/ffmpeg_output.h"
#include "media/write_media.h"

extern "C" {
#include <libavutil/audio_fifo.h>
}

namespace bonafide::media {

struct AudioFifoDeleter {
    void operator()(AVAudioFifo* fifo) const { av_audio_fifo_free(fifo); }
};

/// The sound of a film or recording that is being written.
class SoundTrack {
  public:
    /// Errors of MediaWriter::create.
    static Result<SoundTrack> open(FfmpegOutput& output, const SoundCoding& coding);
    /// As MediaWriter::add_sound.
    Result<void> add(const SoundBlock& block);
    /// What the resampler and the encoder still hold.
    Result<void> finish();
    std::int64_t samples() const { return written_; }

  private:
    explicit SoundTrack(FfmpegTrack track) : track_(std::move(track)) {}
    Result<void> prepare_for(const SoundBlock& block);
    Result<void> convert(const float* const* planes, int count);
    Result<void> encode_full_frames(bool last);

    FfmpegTrack track_;
    FfmpegPointer<SwrContext> resampler_;
    std::unique_ptr<AVAudioFifo, AudioFifoDeleter> fifo_;
    int source_rate_hz_ = 0, source_channels_ = 0;
    double heard_s_ = 0;  ///< end of the last block
    bool begun_ = false;
    std::int64_t written_ = 0;  ///< samples a channel that went to the encoder
};

}  // namespace bonafide::media

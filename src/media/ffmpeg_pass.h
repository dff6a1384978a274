#pragma once

#include "base/limits.h"
#include "media/ffmpeg_decoder.h"
#include "media/ffmpeg_picture.h"
#include "media/ffmpeg_sound.h"
#include "media/streams.h"

#include <optional>

namespace bonafide::media {

/// One read of an opened container: decodes packets as they come and keeps the account.
class FfmpegPass {
  public:
    FfmpegPass(const StreamTable& table, const Limits& limits, const ReadOptions& options, double origin_s,
               StreamSink& sink)
        : table_(table), limits_(limits), options_(options), origin_s_(origin_s), sink_(sink) {}

    /// Opens the decoders that the options ask for. `context` outlives the pass.
    Result<void> prepare(AVFormatContext& context);
    /// Decodes one packet of any stream, in the container's order.
    void take(const AVPacket& packet);
    /// Decodes what the decoders still hold.
    void finish();
    /// Whether `limits.duration_s` is exceeded.
    bool too_long() const { return latest_s_ > limits_.duration_s; }
    bool last_packet_corrupt() const { return last_packet_corrupt_; }
    /// End of the last packet of an analysed stream, decodable or not; 0 for none.
    double demuxed_end_s(std::optional<int> stream) const {
        return !stream ? 0.0 : stream == table_.video ? video_demuxed_s_ : audio_demuxed_s_;
    }
    ReadSummary& summary() { return summary_; }

  private:
    void report_packet(const AVPacket& packet);
    void take_picture(const AVFrame& frame);
    void take_sound(const AVFrame& frame);

    const StreamTable& table_;
    const Limits& limits_;
    const ReadOptions& options_;
    const double origin_s_;
    StreamSink& sink_;
    const AVFormatContext* context_ = nullptr;
    std::optional<FfmpegDecoder> video_, audio_;
    std::optional<PictureConverter> pictures_;
    SoundConverter sound_;
    ReadSummary summary_;
    double frame_duration_s_ = 0;
    double latest_s_ = 0, video_demuxed_s_ = 0, audio_demuxed_s_ = 0;
    bool last_packet_corrupt_ = false;
};

}  // namespace bonafide::media

#pragma once

#include "base/limits.h"
#include "base/result.h"
#include "media/ffmpeg_handles.h"
#include "media/streams.h"

#include <functional>
#include <string_view>

namespace bonafide::media {

/// One stream's decoder, whatever its kind: feeds packets, hands out frames, and counts what is damaged.
class FfmpegDecoder {
  public:
    struct Settings {
        int threads = 1;
        bool export_quantiser = false;
        std::uint64_t most_pixels = 0;  ///< refused by the decoder before it allocates a picture
    };
    /// kUnsupported where no decoder on the list fits, kInvalid where its headers are refused.
    static Result<FfmpegDecoder> open(const AVStream& stream, const Settings& settings);

    /// Decodes `packet` (null: what the decoder still holds) and calls `on_frame` for every frame. Damage is counted in
    /// `damaged_packets`.
    void decode(const AVPacket* packet, const std::function<void(const AVFrame&)>& on_frame,
                std::int64_t& damaged_packets);

  private:
    FfmpegPointer<AVCodecContext> context_;
    FfmpegPointer<AVFrame> frame_;
};

/// Adds `words` to the summary's problems, once, as long as there is room.
void add_problem(ReadSummary& summary, std::string_view words);

}  // namespace bonafide::media

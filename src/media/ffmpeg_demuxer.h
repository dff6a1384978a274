#pragma once

#include "base/limits.h"
#include "base/result.h"
#include "ingest/byte_source.h"
#include "ingest/identify.h"
#include "media/ffmpeg_handles.h"
#include "media/ffmpeg_io.h"

#include <memory>

namespace bonafide::media {

/// An opened container: which demuxer runs is decided by our own identification, never by FFmpeg's guessing.
class FfmpegDemuxer {
  public:
    /// Opens and probes `source` within bounds. kUnsupported for containers without films or sound, kInvalid,
    /// kTruncated, kLimit.
    static Result<std::unique_ptr<FfmpegDemuxer>> open(ingest::Container container, const ingest::ByteSource& source,
                                                       const Limits& limits);

    AVFormatContext& context() { return *context_; }
    const AVFormatContext& context() const { return *context_; }

    /// Earliest presentation time of the container, in seconds: what players show as 0.
    double origin_s() const;

  private:
    std::unique_ptr<FfmpegInput> input_;  // freed after the context that reads from it
    FfmpegPointer<AVFormatContext> context_;
};

/// Comma-separated decoders that may run on foreign input.
const char* allowed_decoders();

/// A decoder for `id` that is on the list above, or null.
const AVCodec* find_allowed_decoder(AVCodecID id);

}  // namespace bonafide::media

#pragma once

#include "ingest/byte_source.h"
#include "media/ffmpeg_handles.h"

#include <cstdint>
#include <memory>

namespace bonafide::media {

/// Lets a demuxer read a ByteSource, and nothing else: FFmpeg opens no file and no address for us.
class FfmpegInput {
  public:
    /// `source` outlives the input. Null where memory runs out.
    static std::unique_ptr<FfmpegInput> create(const ingest::ByteSource& source);
    ~FfmpegInput();
    FfmpegInput(const FfmpegInput&) = delete;
    FfmpegInput& operator=(const FfmpegInput&) = delete;

    AVIOContext* context() { return context_; }
    const ingest::ByteSource& source() const { return source_; }

    /// Position of the next byte that FFmpeg asks for.
    std::uint64_t position = 0;

  private:
    explicit FfmpegInput(const ingest::ByteSource& source) : source_(source) {}
    const ingest::ByteSource& source_;
    AVIOContext* context_ = nullptr;
};

}  // namespace bonafide::media

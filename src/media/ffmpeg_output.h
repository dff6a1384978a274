#pragma once

#include "base/result.h"
#include "media/ffmpeg_handles.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace bonafide::media {

/// What a muxer writes, kept in memory: FFmpeg opens no file and no address for us.
class FfmpegOutput {
  public:
    /// For FFmpeg's muxer `format` ("mp4", "webm", ...). Beyond `most_bytes` nothing more is taken. kInternal: FFmpeg
    /// failed, or has no such muxer.
    static Result<std::unique_ptr<FfmpegOutput>> create(const char* format, std::size_t most_bytes);
    ~FfmpegOutput();
    FfmpegOutput(const FfmpegOutput&) = delete;
    FfmpegOutput& operator=(const FfmpegOutput&) = delete;

    AVFormatContext& context() { return *muxer_; }
    /// Before the first picture or sound, when all tracks are open.
    Result<void> begin(AVDictionary** options = nullptr);
    /// Takes over what `packet` refers to. kLimit where `most_bytes` are reached.
    Result<void> write(AVPacket& packet);
    /// Everything; nothing may follow.
    Result<std::vector<std::uint8_t>> finish();

  private:
    explicit FfmpegOutput(std::size_t most_bytes) : most_bytes_(most_bytes) {}
    Result<void> checked(const char* what, int code) const;
    static int write_some(void* opaque, std::uint8_t* data, int size);
    static std::int64_t seek_to(void* opaque, std::int64_t offset, int whence);

    std::size_t most_bytes_;
    AVFormatContext* muxer_ = nullptr;
    std::vector<std::uint8_t> bytes_;
    std::size_t position_ = 0;
    bool full_ = false;
};

/// One encoder and the stream of `output` that it fills.
class FfmpegTrack {
  public:
    /// Opens `encoder`, configured, with the codec's `options` (consumed), and adds its stream. Before
    /// FfmpegOutput::begin. kInternal: FFmpeg failed.
    static Result<FfmpegTrack> open(FfmpegOutput& output, const AVCodec& codec, FfmpegPointer<AVCodecContext> encoder,
                                    AVDictionary** options = nullptr);

    AVCodecContext& encoder() { return *encoder_; }
    AVStream& stream() { return *stream_; }
    /// Encodes `frame` (null: what the encoder still holds) and writes what comes of it.
    Result<void> encode(const AVFrame* frame);

  private:
    FfmpegOutput* output_ = nullptr;
    AVStream* stream_ = nullptr;
    FfmpegPointer<AVCodecContext> encoder_;
    FfmpegPointer<AVPacket> packet_;
    std::int64_t usual_duration_ = 0;  ///< of a picture, in the encoder's time base; 0: the encoder says it itself
};

/// "cannot WHAT a film: FFmpeg's words".
Error ffmpeg_failed(const char* what, int code);

}  // namespace bonafide::media

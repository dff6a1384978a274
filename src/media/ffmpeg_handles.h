#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/frame.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

#include <memory>
#include <optional>
#include <string>

namespace bonafide::media {

/// Owners of FFmpeg's objects. Used inside this module only: no other one sees an FFmpeg type.
struct FfmpegDeleter {
    void operator()(AVFormatContext* context) const { avformat_close_input(&context); }
    void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
    void operator()(AVPacket* packet) const { av_packet_free(&packet); }
    void operator()(AVFrame* frame) const { av_frame_free(&frame); }
    void operator()(SwsContext* context) const { sws_freeContext(context); }
    void operator()(SwrContext* context) const { swr_free(&context); }
};
template <class T>
using FfmpegPointer = std::unique_ptr<T, FfmpegDeleter>;

/// Silences FFmpeg's log and bounds every single allocation it makes; the first call counts. Both are settings of the
/// whole process: an index that a hostile file declares is then refused by the allocator rather than written until
/// memory runs out.
void prepare_ffmpeg();

/// FFmpeg's own words for an error code.
std::string ffmpeg_error(int code);

/// `timestamp` in units of `base`, in seconds; nothing where FFmpeg has none.
std::optional<double> seconds_of(std::int64_t timestamp, AVRational base);

}  // namespace bonafide::media

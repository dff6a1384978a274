#pragma once

#include "base/limits.h"
#include "base/result.h"
#include "ingest/byte_source.h"
#include "ingest/identify.h"

#include <opencv2/core.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bonafide::media {

enum class StreamKind { kVideo, kAudio, kSubtitle, kData, kAttachment };
const char* name_of(StreamKind kind);

/// I, P and B pictures of the codec; kOther for the rest (S, SI, SP, BI).
enum class PictureType { kUnknown, kI, kP, kB, kOther };

/// What the container and codec declare of one stream. All times of a file count from its earliest presentation time
/// on, as players do.
struct StreamInfo {
    int index = 0;
    StreamKind kind = StreamKind::kData;
    std::string codec;    ///< FFmpeg codec name: "h264", "aac", ...
    std::string profile;  ///< may be empty
    std::string
        encoder;  ///< encoder tag or, for H.264 and HEVC, the x264/x265 user-data text; empty where there is none
    double start_s = 0;
    double duration_s = 0;          ///< 0 where unknown
    std::int64_t bit_rate_bps = 0;  ///< 0 where unknown
    int width_px = 0, height_px = 0;
    int rotation_deg = 0;      ///< display matrix, clockwise, 0, 90, 180 or 270
    double frame_rate_hz = 0;  ///< average, 0 where unknown
    std::string pixel_format, colour_space;
    bool attached_picture = false;  ///< a cover picture, not a film
    int sample_rate_hz = 0, channels = 0;
    std::map<std::string, std::string> tags;
};

struct StreamTable {
    std::string format;  ///< FFmpeg demuxer name: "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", ...
    double duration_s = 0;
    std::int64_t bit_rate_bps = 0;
    std::map<std::string, std::string> tags;  ///< container tags: "encoder", "creation_time", "major_brand", ...
    std::vector<StreamInfo> streams;
    /// Index into `streams` of the film and the sound that are analysed: the default or first of each kind that can be
    /// decoded; empty where there is none. Cover pictures are no film.
    std::optional<int> video, audio;
};

/// One compressed packet of the analysed streams.
struct Packet {
    int stream = 0;
    std::optional<double> pts_s, dts_s;
    double duration_s = 0;
    std::int64_t offset_bytes = -1;  ///< in the file, -1 where unknown
    std::uint32_t size_bytes = 0;
    bool key = false;
};

/// One decoded picture, valid only during StreamSink::on_frame.
struct VideoFrame {
    std::int64_t index = 0;  ///< from 0, in display order
    double time_s = 0;       ///< presentation time
    bool has_timestamp = true;
    PictureType type = PictureType::kUnknown;
    bool key = false;
    bool damaged = false;   ///< the decoder reported errors or concealed missing parts
    int coded_bytes = 0;    ///< size of the packet it came from, 0 where unknown
    double quantiser = -1;  ///< mean luma quantiser (codec's own units), -1 where the decoder does not export it
    cv::Mat luma;  ///< CV_8UC1 or CV_16UC1 view into the decoder's buffer, native size, before rotation; not to be kept
    int luma_bits = 8;  ///< bits in use in each sample of `luma`: 8, 10, 12, ...
    /// Converts to CV_8UC3, red first, rotated upright, shrunk so that the longer side is at most `longest_px` (0: as
    /// it is). Empty where memory runs out. Thread-safe.
    virtual cv::Mat rgb(int longest_px = 0) const = 0;
    virtual ~VideoFrame() = default;
};

/// A run of decoded sound, valid only during StreamSink::on_sound. Samples are in [-1, 1] (floating-point sources may
/// exceed it).
struct SoundBlock {
    double start_s = 0;
    std::int64_t first_sample = 0;                 ///< of `channels`, counted from 0 without gaps
    int rate_hz = 0;                               ///< native
    std::vector<std::span<const float>> channels;  ///< one span a channel, equal lengths
    std::int64_t first_sample_16k = 0;
    std::span<const float> mono_16k;  ///< channels averaged, resampled to 16 kHz; may be empty in a block
};

/// Receives one pass over an input, in decoding order of the container. Default bodies ignore.
class StreamSink {
  public:
    virtual ~StreamSink() = default;
    virtual void on_packet(const Packet&) {}
    virtual void on_frame(const VideoFrame&) {}
    virtual void on_sound(const SoundBlock&) {}
};

struct ReadOptions {
    bool packets = false;
    bool frames = false;
    bool sound = false;
    int threads = 0;  ///< decoder threads, 0: as many as the processor has
    bool export_quantiser = false;
};

/// How a pass went.
struct ReadSummary {
    std::int64_t packets = 0, frames = 0, samples = 0;  ///< samples a channel, native rate
    std::int64_t damaged_frames = 0, damaged_packets = 0;
    double video_end_s = 0, audio_end_s = 0;  ///< time up to which each could be decoded
    bool truncated = false;                   ///< the input ended before its container said it would
    std::vector<std::string> problems;        ///< in words, bounded, without repetition
};

/// An opened film or recording. Only FFmpeg's demuxers and decoders for the supported containers are tried, and no
/// protocol but `source`.
class StreamReader {
  public:
    /// kUnsupported, kInvalid, kTruncated; kLimit for too many streams, too large frames, too long a duration.
    static Result<std::unique_ptr<StreamReader>> open(const ingest::Identity& identity,
                                                      const ingest::ByteSource& source, const Limits& limits);
    virtual ~StreamReader() = default;
    virtual const StreamTable& table() const = 0;
    /// Decodes from the start to the end once, in bounded memory whatever the length. May be called again: it seeks to
    /// the start. kLimit where the decoded duration exceeds `limits.duration_s`; damage alone is no error but part of
    /// the summary.
    virtual Result<ReadSummary> read(const ReadOptions& options, StreamSink& sink) = 0;
};

}  // namespace bonafide::media

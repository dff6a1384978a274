#include "media/ffmpeg_decoder.h"

#include "media/ffmpeg_demuxer.h"

#include <algorithm>

namespace bonafide::media {
namespace {

/// Longest decoded run of sound: half a minute at 192 kHz. Honest packets hold far less than a second.
constexpr std::int64_t kMostSamplesOfOneFrame = 1 << 22;
/// A decoder that reports nothing but errors for one packet is left alone after so many.
constexpr int kMostErrorsOfOnePacket = 256;
constexpr std::size_t kMostProblems = 16;

}  // namespace

Result<FfmpegDecoder> FfmpegDecoder::open(const AVStream& stream, const Settings& settings) {
    const AVCodecID id = stream.codecpar->codec_id;
    const AVCodec* codec = find_allowed_decoder(id);
    if (codec == nullptr) {
        return Error{ErrorCode::kUnsupported, std::string("no decoder for ") + avcodec_get_name(id)};
    }
    FfmpegDecoder decoder;
    decoder.context_.reset(avcodec_alloc_context3(codec));
    decoder.frame_.reset(av_frame_alloc());
    if (!decoder.context_ || !decoder.frame_ ||
        avcodec_parameters_to_context(decoder.context_.get(), stream.codecpar) < 0) {
        return Error{ErrorCode::kLimit, "out of memory"};
    }
    AVCodecContext& context = *decoder.context_;
    context.pkt_timebase = stream.time_base;
    context.max_pixels = static_cast<std::int64_t>(std::min<std::uint64_t>(settings.most_pixels, INT32_MAX));
    context.max_samples = kMostSamplesOfOneFrame;
    context.thread_count = settings.threads;
    context.thread_type = FF_THREAD_FRAME | FF_THREAD_SLICE;
    // Bit-exact: the same inverse transform on every machine. Pictures that lean on missing ones are shown, and marked
    // as damaged.
    context.flags |= AV_CODEC_FLAG_BITEXACT | AV_CODEC_FLAG_OUTPUT_CORRUPT;
    if (settings.export_quantiser) {
        context.export_side_data |= AV_CODEC_EXPORT_DATA_VIDEO_ENC_PARAMS;
    }
    if (const int code = avcodec_open2(&context, codec, nullptr); code < 0) {
        return Error{ErrorCode::kInvalid,
                     std::string("the ") + codec->name + " decoder refuses the stream: " + ffmpeg_error(code)};
    }
    return decoder;
}

void FfmpegDecoder::decode(const AVPacket* packet, const std::function<void(const AVFrame&)>& on_frame,
                           std::int64_t& damaged_packets) {
    int errors = 0;
    if (const int code = avcodec_send_packet(context_.get(), packet);
        code < 0 && code != AVERROR_EOF && code != AVERROR(EAGAIN)) {
        ++damaged_packets;
    }
    while (errors < kMostErrorsOfOnePacket) {
        const int code = avcodec_receive_frame(context_.get(), frame_.get());
        if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) {
            return;
        }
        if (code < 0) {
            ++damaged_packets;
            ++errors;
            continue;
        }
        on_frame(*frame_);
        av_frame_unref(frame_.get());
    }
}

void add_problem(ReadSummary& summary, std::string_view words) {
    if (summary.problems.size() < kMostProblems &&
        std::find(summary.problems.begin(), summary.problems.end(), words) == summary.problems.end()) {
        summary.problems.emplace_back(words);
    }
}

}  // namespace bonafide::media

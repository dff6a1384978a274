#include "media/ffmpeg_demuxer.h"

extern "C" {
#include <libavutil/avstring.h>
#include <libavutil/dict.h>
#include <libavutil/opt.h>
}

#include <algorithm>
#include <vector>

namespace bonafide::media {
namespace {

/// FFmpeg's own defaults, written down so that a new version does not change what an input may cost.
constexpr std::int64_t kProbeBytes = 5'000'000;
constexpr std::int64_t kProbeMicroseconds = 5'000'000;
constexpr int kProbePackets = 2'500;

const char* demuxer_name(ingest::Container container) {
    switch (container) {
        case ingest::Container::kIsoBmff:
            return "mov";
        case ingest::Container::kMatroska:
            return "matroska";
        case ingest::Container::kAvi:
            return "avi";
        case ingest::Container::kMpegTs:
            return "mpegts";
        case ingest::Container::kWav:
            return "wav";
        case ingest::Container::kFlac:
            return "flac";
        case ingest::Container::kMp3:
            return "mp3";
        case ingest::Container::kAdts:
            return "aac";
        case ingest::Container::kOgg:
            return "ogg";
        default:
            return nullptr;
    }
}

/// Demuxers may ask for further files (external tracks of MOV, for one). None is ever opened.
int refuse_to_open(AVFormatContext*, AVIOContext** context, const char*, int, AVDictionary**) {
    *context = nullptr;
    return AVERROR(EACCES);
}

Error error_of(int code, const char* doing) {
    const std::string words = std::string(doing) + ": " + ffmpeg_error(code);
    if (code == AVERROR(ENOMEM)) {
        return {ErrorCode::kLimit, std::string(doing) + ": it asks for more streams or memory than one input may use"};
    }
    if (code == AVERROR_EOF) {
        return {ErrorCode::kTruncated, std::string(doing) + ": the file ends before its first picture or sound"};
    }
    return {ErrorCode::kInvalid, words};
}

/// Options for the decoders that probing opens, one dictionary a stream.
class ProbeOptions {
  public:
    ProbeOptions(unsigned count, const Limits& limits) : dictionaries_(count, nullptr) {
        for (AVDictionary*& dictionary : dictionaries_) {
            av_dict_set_int(&dictionary, "max_pixels",
                            static_cast<std::int64_t>(std::min<std::uint64_t>(limits.pixels, INT32_MAX)), 0);
            av_dict_set_int(&dictionary, "threads", 1, 0);
        }
    }
    ~ProbeOptions() {
        for (AVDictionary*& dictionary : dictionaries_) {
            av_dict_free(&dictionary);
        }
    }
    ProbeOptions(const ProbeOptions&) = delete;
    ProbeOptions& operator=(const ProbeOptions&) = delete;
    AVDictionary** data() { return dictionaries_.empty() ? nullptr : dictionaries_.data(); }

  private:
    std::vector<AVDictionary*> dictionaries_;
};

}  // namespace

const char* allowed_decoders() {
    // What cameras, phones, editors, messengers and archives write into the containers above; nothing exotic that only
    // widens the attack surface.
    return "h264,hevc,libdav1d,av1,vp8,vp9,mpeg1video,mpeg2video,mpegvideo,mpeg4,msmpeg4v2,msmpeg4,h263,mjpeg,theora,"
           "prores,dnxhd,"
           "dvvideo,ffv1,huffyuv,ffvhuff,utvideo,rawvideo,svq1,svq3,cinepak,vc1,wmv3,png,qtrle,"
           "aac,aac_latm,mp3float,mp3,mp2float,mp2,mp1float,ac3,eac3,flac,alac,vorbis,opus,speex,wavpack,amrnb,amrwb,"
           "dca,truehd,"
           "pcm_u8,pcm_s8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,pcm_f64le,"
           "pcm_f64be,"
           "pcm_alaw,pcm_mulaw,pcm_bluray,adpcm_ms,adpcm_ima_wav,adpcm_ima_qt,gsm,gsm_ms";
}

const AVCodec* find_allowed_decoder(AVCodecID id) {
    void* position = nullptr;
    while (const AVCodec* codec = av_codec_iterate(&position)) {
        if (codec->id == id && av_codec_is_decoder(codec) != 0 &&
            av_match_list(codec->name, allowed_decoders(), ',') != 0) {
            return codec;
        }
    }
    return nullptr;
}

Result<std::unique_ptr<FfmpegDemuxer>> FfmpegDemuxer::open(ingest::Container container,
                                                           const ingest::ByteSource& source, const Limits& limits) {
    prepare_ffmpeg();
    const char* name = demuxer_name(container);
    const AVInputFormat* format = name != nullptr ? av_find_input_format(name) : nullptr;
    if (format == nullptr) {
        return Error{ErrorCode::kUnsupported, "no film or recording of a supported container"};
    }
    auto demuxer = std::make_unique<FfmpegDemuxer>();
    demuxer->input_ = FfmpegInput::create(source);
    AVFormatContext* context = avformat_alloc_context();
    if (!demuxer->input_ || context == nullptr) {
        avformat_free_context(context);
        return Error{ErrorCode::kLimit, "out of memory"};
    }
    context->pb = demuxer->input_->context();
    context->flags |= AVFMT_FLAG_CUSTOM_IO;
    context->io_open = refuse_to_open;
    context->probesize = kProbeBytes;
    context->max_analyze_duration = kProbeMicroseconds;
    context->max_probe_packets = kProbePackets;
    // One more than allowed, so that one too many is seen rather than taken for damage.
    context->max_streams = static_cast<int>(std::min<std::uint32_t>(limits.streams, 10'000)) + 1;
    context->format_whitelist = av_strdup(format->name);
    context->codec_whitelist = av_strdup(allowed_decoders());
    context->protocol_whitelist = av_strdup("none");
    if (const int code = avformat_open_input(&context, nullptr, format, nullptr); code < 0) {
        return error_of(code, "the container cannot be read");  // FFmpeg has freed the context
    }
    demuxer->context_.reset(context);
    ProbeOptions options(context->nb_streams, limits);
    if (const int code = avformat_find_stream_info(context, options.data()); code < 0) {
        return error_of(code, "the streams cannot be read");
    }
    if (context->nb_streams > limits.streams) {
        return Error{ErrorCode::kLimit, "more than " + std::to_string(limits.streams) + " streams (--max-streams)"};
    }
    return demuxer;
}

double FfmpegDemuxer::origin_s() const {
    return context_->start_time == AV_NOPTS_VALUE ? 0.0 : static_cast<double>(context_->start_time) / AV_TIME_BASE;
}

}  // namespace bonafide::media

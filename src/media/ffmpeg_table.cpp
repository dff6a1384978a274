#include "media/ffmpeg_table.h"

extern "C" {
#include <libavutil/display.h>
#include <libavutil/pixdesc.h>
}

#include "media/ffmpeg_demuxer.h"
#include "media/metadata_text.h"

#include <algorithm>
#include <cmath>

namespace bonafide::media {
namespace {

constexpr std::size_t kMostTags = 256;
constexpr std::size_t kMostKeyBytes = 128;
constexpr std::size_t kMostValueBytes = 4096;

std::map<std::string, std::string> tags_of(const AVDictionary* dictionary) {
    std::map<std::string, std::string> tags;
    const AVDictionaryEntry* entry = nullptr;
    while (tags.size() < kMostTags && (entry = av_dict_get(dictionary, "", entry, AV_DICT_IGNORE_SUFFIX)) != nullptr) {
        tags.emplace(clean_utf8(entry->key, kMostKeyBytes), clean_utf8(entry->value, kMostValueBytes));
    }
    return tags;
}

std::string text_or_empty(const char* text) {
    return text != nullptr ? std::string(text) : std::string();
}

StreamKind kind_of(AVMediaType type) {
    switch (type) {
        case AVMEDIA_TYPE_VIDEO:
            return StreamKind::kVideo;
        case AVMEDIA_TYPE_AUDIO:
            return StreamKind::kAudio;
        case AVMEDIA_TYPE_SUBTITLE:
            return StreamKind::kSubtitle;
        case AVMEDIA_TYPE_ATTACHMENT:
            return StreamKind::kAttachment;
        default:
            return StreamKind::kData;
    }
}

/// Clockwise rotation that the display matrix asks for, to the nearest quarter turn.
int rotation_of(const AVStream& stream) {
    std::size_t size = 0;
    const std::uint8_t* matrix = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
    if (matrix == nullptr || size < 9 * sizeof(std::int32_t)) {
        return 0;
    }
    const double counter_clockwise_deg = av_display_rotation_get(reinterpret_cast<const std::int32_t*>(matrix));
    if (!std::isfinite(counter_clockwise_deg)) {
        return 0;
    }
    const int quarters = static_cast<int>(std::lround(-counter_clockwise_deg / 90.0));
    return ((quarters % 4) + 4) % 4 * 90;
}

double finite_rate(AVRational rate) {
    return rate.num > 0 && rate.den > 0 ? av_q2d(rate) : 0.0;
}

StreamInfo info_of(const AVStream& stream, double origin_s) {
    const AVCodecParameters& parameters = *stream.codecpar;
    StreamInfo info;
    info.index = stream.index;
    info.kind = kind_of(parameters.codec_type);
    info.codec = avcodec_get_name(parameters.codec_id);
    info.profile = text_or_empty(avcodec_profile_name(parameters.codec_id, parameters.profile));
    info.start_s = seconds_of(stream.start_time, stream.time_base).value_or(origin_s) - origin_s;
    info.duration_s = std::max(0.0, seconds_of(stream.duration, stream.time_base).value_or(0.0));
    info.bit_rate_bps = std::max<std::int64_t>(0, parameters.bit_rate);
    info.tags = tags_of(stream.metadata);
    if (const auto encoder = info.tags.find("encoder"); encoder != info.tags.end()) {
        info.encoder = encoder->second;
    }
    if (info.kind == StreamKind::kVideo) {
        info.width_px = std::max(0, parameters.width);
        info.height_px = std::max(0, parameters.height);
        info.rotation_deg = rotation_of(stream);
        info.frame_rate_hz = finite_rate(stream.avg_frame_rate);
        info.pixel_format = text_or_empty(av_get_pix_fmt_name(static_cast<AVPixelFormat>(parameters.format)));
        info.colour_space = text_or_empty(av_color_space_name(parameters.color_space));
        constexpr int kNoFilm =
            AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS | AV_DISPOSITION_STILL_IMAGE;
        info.attached_picture = (stream.disposition & kNoFilm) != 0;
    }
    if (info.kind == StreamKind::kAudio) {
        info.sample_rate_hz = std::max(0, parameters.sample_rate);
        info.channels = std::max(0, parameters.ch_layout.nb_channels);
    }
    return info;
}

/// Whether probing found out what a decoder needs: damaged headers leave streams without size or rate.
bool is_decodable(const StreamInfo& info, const AVStream& stream) {
    const bool has_form =
        info.kind == StreamKind::kVideo ? info.width_px > 0 && info.height_px > 0 : info.sample_rate_hz > 0;
    return has_form && !info.attached_picture && find_allowed_decoder(stream.codecpar->codec_id) != nullptr;
}

/// The default stream of `kind`, or the first one, among those that can be decoded.
std::optional<int> choose(const AVFormatContext& context, const StreamTable& table, StreamKind kind) {
    std::optional<int> chosen;
    for (const StreamInfo& info : table.streams) {
        const AVStream& stream = *context.streams[info.index];
        if (info.kind != kind || !is_decodable(info, stream)) {
            continue;
        }
        if ((stream.disposition & AV_DISPOSITION_DEFAULT) != 0) {
            return info.index;
        }
        chosen = chosen.value_or(info.index);
    }
    return chosen;
}

}  // namespace

StreamTable make_stream_table(const AVFormatContext& context, double origin_s) {
    StreamTable table;
    table.format = context.iformat != nullptr ? text_or_empty(context.iformat->name) : std::string();
    table.duration_s = context.duration > 0 ? static_cast<double>(context.duration) / AV_TIME_BASE : 0.0;
    table.bit_rate_bps = std::max<std::int64_t>(0, context.bit_rate);
    table.tags = tags_of(context.metadata);
    for (unsigned i = 0; i < context.nb_streams; ++i) {
        table.streams.push_back(info_of(*context.streams[i], origin_s));
    }
    table.video = choose(context, table, StreamKind::kVideo);
    table.audio = choose(context, table, StreamKind::kAudio);
    return table;
}

std::optional<UnitLayout> unit_layout(const AVStream& stream) {
    const AVCodecParameters& parameters = *stream.codecpar;
    const std::uint8_t* header = parameters.extradata;
    const int size = parameters.extradata_size;
    // An avcC or hvcC record starts with its version, 1; anything else is a run of start codes.
    const bool is_record = header != nullptr && size > 4 && header[0] == 1;
    switch (parameters.codec_id) {
        case AV_CODEC_ID_H264:
            return UnitLayout{UnitLayout::Codec::kH264, is_record ? (header[4] & 3) + 1 : 0};
        case AV_CODEC_ID_HEVC:
            return UnitLayout{UnitLayout::Codec::kHevc, is_record && size > 21 ? (header[21] & 3) + 1 : 0};
        case AV_CODEC_ID_MPEG4:
            return UnitLayout{UnitLayout::Codec::kMpeg4, 0};
        default:
            return std::nullopt;
    }
}

}  // namespace bonafide::media

#include "media/ffmpeg_pass.h"

#include <algorithm>
#include <thread>

namespace bonafide::media {
namespace {

constexpr int kMostThreads = 16;
/// Each thread of the decoder holds pictures of its own: with pictures above this size two threads have to do.
constexpr std::int64_t kPixelsForManyThreads = 16'000'000;
int thread_count(int asked, const AVCodecParameters& parameters) {
    const int wanted = asked > 0 ? asked : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    const bool is_large = static_cast<std::int64_t>(parameters.width) * parameters.height > kPixelsForManyThreads;
    return std::min(wanted, is_large ? 2 : kMostThreads);
}

PictureType type_of(AVPictureType type) {
    switch (type) {
        case AV_PICTURE_TYPE_NONE:
            return PictureType::kUnknown;
        case AV_PICTURE_TYPE_I:
            return PictureType::kI;
        case AV_PICTURE_TYPE_P:
            return PictureType::kP;
        case AV_PICTURE_TYPE_B:
            return PictureType::kB;
        default:
            return PictureType::kOther;
    }
}

class FfmpegVideoFrame final : public VideoFrame {
  public:
    FfmpegVideoFrame(const AVFrame& frame, PictureConverter& converter) : frame_(frame), converter_(converter) {}
    cv::Mat rgb(int longest_px) const override { return converter_.rgb(frame_, longest_px); }

  private:
    const AVFrame& frame_;
    PictureConverter& converter_;
};

}  // namespace

Result<void> FfmpegPass::prepare(AVFormatContext& context) {
    context_ = &context;
    for (unsigned i = 0; i < context.nb_streams; ++i) {
        const bool is_analysed = static_cast<int>(i) == table_.video || static_cast<int>(i) == table_.audio;
        context.streams[i]->discard = is_analysed ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
    }
    if (options_.frames && table_.video) {
        const AVStream& stream = *context.streams[*table_.video];
        const StreamInfo& info = table_.streams[static_cast<std::size_t>(*table_.video)];
        auto decoder = FfmpegDecoder::open(
            stream, {thread_count(options_.threads, *stream.codecpar), options_.export_quantiser, limits_.pixels});
        if (!decoder) {
            return decoder.error();
        }
        video_ = std::move(*decoder);
        pictures_.emplace(info.rotation_deg);
        frame_duration_s_ = info.frame_rate_hz > 0 ? 1.0 / info.frame_rate_hz : 0.0;
    }
    if (options_.sound && table_.audio) {
        auto decoder = FfmpegDecoder::open(*context.streams[*table_.audio], {1, false, limits_.pixels});
        if (!decoder) {
            return decoder.error();
        }
        audio_ = std::move(*decoder);
    }
    return {};
}

void FfmpegPass::report_packet(const AVPacket& packet) {
    const AVRational base = context_->streams[packet.stream_index]->time_base;
    Packet report;
    report.stream = packet.stream_index;
    report.pts_s = seconds_of(packet.pts, base);
    report.dts_s = seconds_of(packet.dts, base);
    report.duration_s = seconds_of(std::max<std::int64_t>(packet.duration, 0), base).value_or(0.0);
    report.offset_bytes = packet.pos;
    report.size_bytes = static_cast<std::uint32_t>(std::max(packet.size, 0));
    report.key = (packet.flags & AV_PKT_FLAG_KEY) != 0;
    for (std::optional<double>* time : {&report.pts_s, &report.dts_s}) {
        if (*time) {
            **time -= origin_s_;
        }
    }
    double& demuxed_s = report.stream == table_.video ? video_demuxed_s_ : audio_demuxed_s_;
    demuxed_s = std::max(demuxed_s, report.pts_s.value_or(report.dts_s.value_or(0.0)) + report.duration_s);
    latest_s_ = std::max(latest_s_, demuxed_s);
    if (options_.packets) {
        sink_.on_packet(report);
    }
}

void FfmpegPass::take(const AVPacket& packet) {
    const bool is_video = packet.stream_index == table_.video;
    const bool is_audio = packet.stream_index == table_.audio;
    if (!is_video && !is_audio) {
        return;
    }
    ++summary_.packets;
    last_packet_corrupt_ = (packet.flags & AV_PKT_FLAG_CORRUPT) != 0;
    report_packet(packet);
    if (is_video && video_) {
        video_->decode(
            &packet, [this](const AVFrame& frame) { take_picture(frame); }, summary_.damaged_packets);
    }
    if (is_audio && audio_) {
        audio_->decode(
            &packet, [this](const AVFrame& frame) { take_sound(frame); }, summary_.damaged_packets);
    }
}

void FfmpegPass::finish() {
    if (video_) {
        video_->decode(
            nullptr, [this](const AVFrame& frame) { take_picture(frame); }, summary_.damaged_packets);
    }
    if (audio_) {
        audio_->decode(
            nullptr, [this](const AVFrame& frame) { take_sound(frame); }, summary_.damaged_packets);
        sound_.flush(sink_);
        if (sound_.changed_midway()) {
            add_problem(summary_,
                        "the sound changes its sample rate, channels or format midway; it was brought to the first");
        }
    }
    if (summary_.damaged_packets > 0) {
        add_problem(summary_, "parts of the stream are damaged and could not be decoded");
    }
}

void FfmpegPass::take_picture(const AVFrame& decoded) {
    FfmpegVideoFrame frame(decoded, *pictures_);
    frame.luma = pictures_->luma(decoded);
    if (frame.luma.empty()) {
        ++summary_.damaged_frames;
        add_problem(summary_, "pictures of a pixel format that cannot be read were left out");
        return;
    }
    frame.luma_bits = frame.luma.depth() == CV_16U ? luma_bits(decoded) : 8;
    const auto time_s = seconds_of(decoded.best_effort_timestamp, context_->streams[*table_.video]->time_base);
    frame.has_timestamp = time_s.has_value();
    frame.time_s = time_s ? *time_s - origin_s_ : summary_.video_end_s;
    frame.index = summary_.frames++;
    frame.type = type_of(decoded.pict_type);
    frame.key = decoded.key_frame != 0;
    frame.damaged = (decoded.flags & AV_FRAME_FLAG_CORRUPT) != 0 || decoded.decode_error_flags != 0;
    frame.coded_bytes = std::max(decoded.pkt_size, 0);
    frame.quantiser = options_.export_quantiser ? mean_quantiser(decoded) : -1;
    summary_.damaged_frames += frame.damaged ? 1 : 0;
    summary_.video_end_s = std::max(summary_.video_end_s, frame.time_s + frame_duration_s_);
    latest_s_ = std::max(latest_s_, frame.time_s);
    sink_.on_frame(frame);
}

void FfmpegPass::take_sound(const AVFrame& decoded) {
    const auto time_s = seconds_of(decoded.best_effort_timestamp, context_->streams[*table_.audio]->time_base);
    const double start_s = time_s ? *time_s - origin_s_ : summary_.audio_end_s;
    const std::int64_t before = sound_.samples();
    if (!sound_.convert(decoded, start_s, sink_)) {
        ++summary_.damaged_packets;
        add_problem(summary_, "sound of a form that cannot be converted was left out");
        return;
    }
    summary_.samples = sound_.samples();
    summary_.audio_end_s =
        std::max(summary_.audio_end_s, start_s + static_cast<double>(sound_.samples() - before) / sound_.rate_hz());
    latest_s_ = std::max(latest_s_, static_cast<double>(summary_.samples) / sound_.rate_hz());
}

}  // namespace bonafide::media

#include "media/streams.h"

#include "media/ffmpeg_demuxer.h"
#include "media/ffmpeg_pass.h"
#include "media/ffmpeg_table.h"

#include <algorithm>
#include <cmath>
#include <deque>

namespace bonafide::media {
namespace {

/// How far ahead of the first pass packets are looked at for the encoder's text.
constexpr std::size_t kMostPeekedPackets = 64;
constexpr std::size_t kMostPeekedBytes = 8 << 20;
/// What may be missing at the end before a file counts as truncated: containers round durations, and edits end between
/// frames.
constexpr double kEndTolerance_s = 0.25;
constexpr double kEndToleranceShare = 0.005;

class FfmpegStreamReader final : public StreamReader {
  public:
    FfmpegStreamReader(ingest::Container container, const ingest::ByteSource& source, const Limits& limits,
                       std::unique_ptr<FfmpegDemuxer> demuxer)
        : container_(container), source_(source), limits_(limits), demuxer_(std::move(demuxer)) {}

    Result<void> inspect();
    const StreamTable& table() const override { return table_; }
    Result<ReadSummary> read(const ReadOptions& options, StreamSink& sink) override;

  private:
    void peek_encoder_text();
    bool ends_early(const FfmpegPass& pass) const;

    ingest::Container container_;
    const ingest::ByteSource& source_;
    Limits limits_;
    std::unique_ptr<FfmpegDemuxer> demuxer_;
    std::deque<FfmpegPointer<AVPacket>> peeked_;  ///< packets read ahead of the first pass, which gets them back
    bool used_ = false;
    StreamTable table_;
};

Result<void> FfmpegStreamReader::inspect() {
    table_ = make_stream_table(demuxer_->context(), demuxer_->origin_s());
    if (!table_.video && !table_.audio) {
        return Error{ErrorCode::kUnsupported, table_.streams.empty()
                                                  ? "the container holds no streams"
                                                  : "the container holds no film or sound that can be decoded"};
    }
    if (table_.duration_s > limits_.duration_s) {
        return Error{ErrorCode::kLimit,
                     "longer than " + std::to_string(std::lround(limits_.duration_s)) + " s (--max-duration)"};
    }
    for (const StreamInfo& info : table_.streams) {
        if (static_cast<std::uint64_t>(info.width_px) * static_cast<std::uint64_t>(info.height_px) > limits_.pixels) {
            return Error{ErrorCode::kLimit, "pictures of " + std::to_string(info.width_px) + " x " +
                                                std::to_string(info.height_px) + " pixels (--max-pixels)"};
        }
    }
    peek_encoder_text();
    return {};
}

void FfmpegStreamReader::peek_encoder_text() {
    if (!table_.video) {
        return;
    }
    const AVStream& stream = *demuxer_->context().streams[*table_.video];
    const std::optional<UnitLayout> layout = unit_layout(stream);
    if (!layout) {
        return;
    }
    std::string text;
    if (stream.codecpar->extradata_size > 0) {
        const std::span header(stream.codecpar->extradata, static_cast<std::size_t>(stream.codecpar->extradata_size));
        text = find_encoder_text(header, {layout->codec, 0});
    }
    for (std::size_t bytes = 0; text.empty() && peeked_.size() < kMostPeekedPackets && bytes < kMostPeekedBytes;) {
        FfmpegPointer<AVPacket> packet(av_packet_alloc());
        if (!packet || av_read_frame(&demuxer_->context(), packet.get()) < 0) {
            break;
        }
        bytes += static_cast<std::size_t>(std::max(packet->size, 0));
        const bool is_video = packet->stream_index == stream.index && packet->size > 0;
        if (is_video) {
            text = find_encoder_text({packet->data, static_cast<std::size_t>(packet->size)}, *layout);
        }
        peeked_.push_back(std::move(packet));
        if (is_video) {
            break;  // encoders sign their first picture
        }
    }
    if (!text.empty()) {
        table_.streams[static_cast<std::size_t>(*table_.video)].encoder = text;
    }
}

bool FfmpegStreamReader::ends_early(const FfmpegPass& pass) const {
    // Durations guessed from bit rates or from the last timestamps promise nothing.
    if (demuxer_->context().duration_estimation_method != AVFMT_DURATION_FROM_STREAM) {
        return false;
    }
    const auto misses = [](double end_s, double promised_s) {
        return end_s < promised_s - kEndTolerance_s - kEndToleranceShare * promised_s;
    };
    bool streams_promise = false;
    bool all_are_read = true;
    for (const StreamInfo& info : table_.streams) {
        if (info.index != table_.video && info.index != table_.audio) {
            all_are_read = all_are_read && info.attached_picture;
        } else if (info.duration_s > 0) {
            streams_promise = true;
            if (misses(pass.demuxed_end_s(info.index), info.start_s + info.duration_s)) {
                return true;
            }
        }
    }
    // Matroska promises for the whole file only, which its longest stream then has to keep.
    const double end_s = std::max(pass.demuxed_end_s(table_.video), pass.demuxed_end_s(table_.audio));
    return !streams_promise && all_are_read && misses(end_s, table_.duration_s);
}

Result<ReadSummary> FfmpegStreamReader::read(const ReadOptions& options, StreamSink& sink) {
    if (used_) {
        // Opened anew rather than sought: not every container can be sought exactly.
        auto demuxer = FfmpegDemuxer::open(container_, source_, limits_);
        if (!demuxer) {
            return demuxer.error();
        }
        if ((*demuxer)->context().nb_streams < table_.streams.size()) {
            return Error{ErrorCode::kIo, "the input changed while it was read"};
        }
        demuxer_ = std::move(*demuxer);
        peeked_.clear();
    }
    used_ = true;
    FfmpegPass pass(table_, limits_, options, demuxer_->origin_s(), sink);
    if (auto prepared = pass.prepare(demuxer_->context()); !prepared) {
        return prepared.error();
    }
    const Error too_long{ErrorCode::kLimit,
                         "longer than " + std::to_string(std::lround(limits_.duration_s)) + " s (--max-duration)"};
    FfmpegPointer<AVPacket> packet(av_packet_alloc());
    int code = packet ? 0 : AVERROR(ENOMEM);
    while (code >= 0) {
        if (!peeked_.empty()) {
            packet = std::move(peeked_.front());
            peeked_.pop_front();
        } else if (code = av_read_frame(&demuxer_->context(), packet.get()); code < 0) {
            break;
        }
        pass.take(*packet);
        av_packet_unref(packet.get());
        if (pass.too_long()) {
            return too_long;
        }
    }
    pass.finish();
    if (pass.last_packet_corrupt() || code != AVERROR_EOF || ends_early(pass)) {
        pass.summary().truncated = true;
        add_problem(pass.summary(), "the file ends before its container says it should, or cannot be read further");
    }
    return std::move(pass.summary());
}

}  // namespace

const char* name_of(StreamKind kind) {
    switch (kind) {
        case StreamKind::kVideo:
            return "video";
        case StreamKind::kAudio:
            return "audio";
        case StreamKind::kSubtitle:
            return "subtitle";
        case StreamKind::kData:
            return "data";
        case StreamKind::kAttachment:
            return "attachment";
    }
    return "data";
}

Result<std::unique_ptr<StreamReader>> StreamReader::open(const ingest::Identity& identity,
                                                         const ingest::ByteSource& source, const Limits& limits) {
    auto demuxer = FfmpegDemuxer::open(identity.container, source, limits);
    if (!demuxer) {
        return demuxer.error();
    }
    auto reader = std::make_unique<FfmpegStreamReader>(identity.container, source, limits, std::move(*demuxer));
    if (auto inspected = reader->inspect(); !inspected) {
        return inspected.error();
    }
    return std::unique_ptr<StreamReader>(std::move(reader));
}

}  // namespace bonafide::media

#include "forge/film_copy.h"

#include "forge/sound_marking.h"
#include "ingest/identify.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>

namespace bonafide::forge {
namespace {

constexpr std::int64_t kFewestFrames = 2;

const media::StreamInfo* stream_of(const media::StreamTable& table, std::optional<int> number) {
    return number ? &table.streams[static_cast<std::size_t>(*number)] : nullptr;
}

/// Hands on what is read, and remembers the first thing that went wrong: a sink has nobody to return to.
class Copier final : public media::StreamSink {
  public:
    Copier(const CopyOrder& order, media::MediaWriter& writer, Copied& copied)
        : order_(order), writer_(writer), copied_(copied) {
        if (order.sound_mark_db > 0) {
            marking_.emplace(order.sound_mark_db);
        }
    }

    void on_frame(const media::VideoFrame& frame) override {
        if (!failure_) {
            copied_.frames_read.add(frame);
            if (auto done = copy(frame); !done) {
                failure_ = done.error();
            }
        }
    }
    void on_sound(const media::SoundBlock& block) override {
        if (!failure_) {
            copied_.sound_read.add(block.mono_16k);
            if (auto done = marking_ ? marking_->add(block, write_) : write_(block); !done) {
                failure_ = done.error();
            }
        }
    }
    /// The sound that was kept back.
    void finish() {
        if (!marking_ || failure_) {
            return;
        }
        if (auto done = marking_->finish(write_); !done) {
            failure_ = done.error();
        }
        copied_.sound_snr_db = marking_->snr_db();
    }
    const std::optional<Error>& failure() const { return failure_; }

  private:
    Result<void> copy(const media::VideoFrame& frame) {
        const cv::Size size = order_.given_size;
        cv::Mat rgb = frame.rgb(std::max(size.width, size.height));
        if (rgb.empty()) {
            return Error{ErrorCode::kLimit, "out of memory"};
        }
        if (rgb.size() != size) {
            const bool shrinks = rgb.cols >= size.width && rgb.rows >= size.height;
            cv::resize(rgb, rgb, size, 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_CUBIC);
        }
        const auto changed = order_.change(rgb, frame.time_s);
        if (!changed) {
            return changed.error();
        }
        ++copied_.frames;
        return writer_.add_picture(*changed, frame.time_s);
    }

    const CopyOrder& order_;
    media::MediaWriter& writer_;
    Copied& copied_;
    SoundMarking::Write write_ = [this](const media::SoundBlock& block) { return writer_.add_sound(block); };
    std::optional<SoundMarking> marking_;
    std::optional<Error> failure_;
};

/// Looks at frames and keeps nothing else.
class Watcher final : public media::StreamSink {
  public:
    void on_frame(const media::VideoFrame& frame) override { frames.add(frame); }
    features::watermark::FrameSampler frames;
};

}  // namespace

const media::StreamInfo* OpenedFilm::pictures() const {
    return stream_of(table(), table().video);
}

const media::StreamInfo* OpenedFilm::sound() const {
    return stream_of(table(), table().audio);
}

cv::Size OpenedFilm::size() const {
    const media::StreamInfo* stream = pictures();
    if (stream == nullptr) {
        return {};
    }
    const bool turned = stream->rotation_deg % 180 != 0;
    return turned ? cv::Size(stream->height_px, stream->width_px) : cv::Size(stream->width_px, stream->height_px);
}

Result<OpenedFilm> open_film(const ingest::ByteSource& source, const Limits& limits) {
    const ingest::Identity identity = ingest::identify(source);
    if (identity.kind != ingest::MediaKind::kVideo && identity.kind != ingest::MediaKind::kAudio) {
        return Error{ErrorCode::kUnsupported, "it is neither film nor recording"};
    }
    auto reader = media::StreamReader::open(identity, source, limits);
    if (!reader) {
        return reader.error();
    }
    return OpenedFilm{nullptr, std::move(*reader)};
}

Result<OpenedFilm> open_film(const std::vector<std::uint8_t>& bytes, const Limits& limits) {
    std::unique_ptr<ingest::ByteSource> own = ingest::open_memory(bytes);
    auto film = open_film(*own, limits);
    if (film) {
        film->own = std::move(own);
    }
    return film;
}

Result<Copied> copy_film(const CopyOrder& order, int threads) {
    media::WriteOptions options = order.options;
    options.threads = threads;
    auto writer = media::MediaWriter::create(options);
    if (!writer) {
        return writer.error();
    }
    Copied copied;
    const auto pass = [&](OpenedFilm& film, bool frames, bool sound) -> Result<void> {
        Copier copier(order, **writer, copied);
        media::ReadOptions wanted;
        wanted.frames = frames;
        wanted.sound = sound;
        wanted.threads = threads;
        const auto read = film.reader->read(wanted, copier);
        if (!read) {
            return read.error();
        }
        copier.finish();
        if (copier.failure()) {
            return *copier.failure();
        }
        if (read->truncated || read->damaged_frames > 0 || read->damaged_packets > 0) {
            return Error{ErrorCode::kTruncated, "it is damaged or incomplete"};
        }
        copied.duration_s =
            std::max({copied.duration_s, frames ? read->video_end_s : 0, sound ? read->audio_end_s : 0});
        return {};
    };
    const bool together = order.pictures == order.sound;
    Result<void> done;
    if (order.pictures != nullptr) {
        done = pass(*order.pictures, true, together);
    }
    if (done && order.sound != nullptr && !together) {
        done = pass(*order.sound, false, true);
    }
    if (!done) {
        return done.error();
    }
    if (order.pictures != nullptr && copied.frames < kFewestFrames) {
        return Error{ErrorCode::kUsage, "it is too short: a film has at least two pictures"};
    }
    auto bytes = (*writer)->finish();
    if (!bytes) {
        return bytes.error();
    }
    copied.bytes = std::move(*bytes);
    return copied;
}

media::SoundCoding sound_like(const media::StreamInfo& stream, media::SoundCodec codec, std::int64_t bit_rate_bps) {
    media::SoundCoding coding;
    coding.codec = codec;
    coding.rate_hz = stream.sample_rate_hz > 0 ? stream.sample_rate_hz : coding.rate_hz;
    coding.channels = std::clamp(stream.channels, 1, 2);
    coding.bit_rate_bps = bit_rate_bps;
    return coding;
}

Result<features::watermark::FilmTrace> trace_in_film(const std::vector<std::uint8_t>& bytes, int threads) {
    const auto film = open_film(bytes, {});
    if (!film) {
        return film.error();
    }
    Watcher watcher;
    media::ReadOptions wanted;
    wanted.frames = true;
    wanted.threads = threads;
    const auto read = film->reader->read(wanted, watcher);
    return read ? Result<features::watermark::FilmTrace>(watcher.frames.find())
                : Result<features::watermark::FilmTrace>(read.error());
}

}  // namespace bonafide::forge

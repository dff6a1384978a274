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

/// `frame` in `size` (CV_8UC3). kLimit: no memory.
Result<cv::Mat> sized(const media::VideoFrame& frame, cv::Size size) {
    cv::Mat rgb = frame.rgb(std::max(size.width, size.height));
    if (rgb.empty()) {
        return Error{ErrorCode::kLimit, "out of memory"};
    }
    if (rgb.size() != size) {
        const bool shrinks = rgb.cols >= size.width && rgb.rows >= size.height;
        cv::resize(rgb, rgb, size, 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_CUBIC);
    }
    return rgb;
}

/// Reads all that `wanted` names into `sink`; damage is an error.
Result<media::ReadSummary> read_whole(OpenedFilm& film, const media::ReadOptions& wanted, media::StreamSink& sink) {
    auto read = film.reader->read(wanted, sink);
    if (read && (read->truncated || read->damaged_frames > 0 || read->damaged_packets > 0)) {
        return Error{ErrorCode::kTruncated, "it is damaged or incomplete"};
    }
    return read;
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
            if (auto done = order_.sound_fits_pictures ? add_fitting(block) : add_sound(block); !done) {
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

    /// Silence to the pictures' end where the sound was shorter.
    Result<void> fill() {
        const double missing_s = copied_.duration_s - heard_.start_s;
        if (heard_.rate_hz <= 0 || !(missing_s > 0)) {
            return {};
        }
        const std::vector<float> silence(static_cast<std::size_t>(missing_s * heard_.rate_hz));
        heard_.channels.assign(heard_.channels.size(), silence);
        return silence.empty() ? Result<void>() : writer_.add_sound(heard_);
    }

  private:
    /// The part of `block` that lies before the pictures' end.
    Result<void> add_fitting(media::SoundBlock block) {
        const std::size_t length = block.channels.empty() ? 0 : block.channels.front().size();
        const double room = (copied_.duration_s - block.start_s) * block.rate_hz;
        const std::size_t fitting = room > 0 ? std::min(length, static_cast<std::size_t>(room)) : 0;
        for (std::span<const float>& channel : block.channels) {
            channel = channel.first(fitting);
        }
        if (fitting == 0) {
            return {};
        }
        heard_ = block;
        heard_.start_s += static_cast<double>(fitting) / block.rate_hz;
        heard_.mono_16k = {};
        return add_sound(block);
    }
    Result<void> add_sound(const media::SoundBlock& block) {
        return marking_ ? marking_->add(block, write_) : write_(block);
    }
    Result<void> copy(const media::VideoFrame& frame) {
        const auto rgb = sized(frame, order_.given_size);
        if (!rgb) {
            return rgb.error();
        }
        const auto changed = order_.change(*rgb, frame.time_s);
        if (!changed) {
            return changed.error();
        }
        ++copied_.frames;
        return writer_.add_picture(*changed, frame.time_s);
    }

    const CopyOrder& order_;
    media::MediaWriter& writer_;
    Copied& copied_;
    media::SoundBlock heard_;  ///< the end of it, without its samples
    SoundMarking::Write write_ = [this](const media::SoundBlock& block) { return writer_.add_sound(block); };
    std::optional<SoundMarking> marking_;
    std::optional<Error> failure_;
};

/// Hands frames and sound to functions.
class Reader final : public media::StreamSink {
  public:
    explicit Reader(const ReadFilm& reading) : reading_(reading) {}
    void on_frame(const media::VideoFrame& frame) override {
        if (failure) {
            return;
        }
        const auto rgb = sized(frame, reading_.size);
        const auto done = rgb ? reading_.on_frame(*rgb, frame.time_s) : Result<void>(rgb.error());
        if (!done) {
            failure = done.error();
        }
    }
    void on_sound(const media::SoundBlock& block) override { reading_.on_sound(block); }
    std::optional<Error> failure;

  private:
    const ReadFilm& reading_;
};

/// The same picture again and again.
Result<void> write_still(const CopyOrder& order, media::MediaWriter& writer, Copied& copied) {
    for (; copied.frames < order.still_frames; ++copied.frames) {
        const double time_s = static_cast<double>(copied.frames) / order.still_rate_hz;
        const auto changed = order.change(order.still, time_s);
        if (!changed) {
            return changed.error();
        }
        if (auto added = writer.add_picture(*changed, time_s); !added) {
            return added;
        }
    }
    copied.duration_s = static_cast<double>(copied.frames) / order.still_rate_hz;
    return {};
}

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
        const auto read = read_whole(film, wanted, copier);
        if (read) {
            copier.finish();
        }
        if (copier.failure()) {
            return *copier.failure();
        }
        if (!read) {
            return read.error();
        }
        const bool ends = sound && (frames || !order.sound_fits_pictures);
        copied.duration_s = std::max({copied.duration_s, frames ? read->video_end_s : 0, ends ? read->audio_end_s : 0});
        return sound && !frames && order.sound_fits_pictures ? copier.fill() : Result<void>();
    };
    const bool together = order.pictures == order.sound;
    Result<void> done;
    if (order.pictures != nullptr) {
        done = pass(*order.pictures, true, together);
    } else if (!order.still.empty()) {
        done = write_still(order, **writer, copied);
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

Result<double> read_film(OpenedFilm& film, const ReadFilm& reading, int threads) {
    Reader reader(reading);
    media::ReadOptions wanted;
    wanted.frames = !reading.size.empty();
    wanted.sound = static_cast<bool>(reading.on_sound);
    wanted.threads = threads;
    const auto read = read_whole(film, wanted, reader);
    if (reader.failure) {
        return *reader.failure;
    }
    return read ? Result<double>(std::max(read->video_end_s, read->audio_end_s)) : Result<double>(read.error());
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

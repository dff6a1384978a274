#pragma once

#include "base/limits.h"
#include "base/result.h"
#include "features/sound_watermark/finder.h"
#include "features/watermark/frames.h"
#include "media/streams.h"
#include "media/write_media.h"

#include <opencv2/core.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace bonafide::forge {

/// An opened film or recording, and the bytes it is read from where they are ours.
struct OpenedFilm {
    std::unique_ptr<ingest::ByteSource> own;  ///< of a film in memory; null where somebody else holds the source
    std::unique_ptr<media::StreamReader> reader;

    const media::StreamTable& table() const { return reader->table(); }
    /// The film's stream; null where there is none.
    const media::StreamInfo* pictures() const;
    /// The sound's stream; null where there is none.
    const media::StreamInfo* sound() const;
    /// Of its pictures, upright; empty where there are none.
    cv::Size size() const;
};

/// kUnsupported where `source` is neither film nor recording, and the reader's errors.
Result<OpenedFilm> open_film(const ingest::ByteSource& source, const Limits& limits);
/// The same of bytes in memory, which must outlive it.
Result<OpenedFilm> open_film(const std::vector<std::uint8_t>& bytes, const Limits& limits);

/// Makes of a frame (CV_8UC3, of the size asked for) what is written.
using ChangeFrame = std::function<Result<cv::Mat>(const cv::Mat& rgb, double time_s)>;

struct CopyOrder {
    OpenedFilm* pictures = nullptr;  ///< null: none are read
    cv::Mat still;                   ///< without `pictures`: shown in their place; of `given_size`
    std::int64_t still_frames = 0;   ///< so often
    double still_rate_hz = 25;
    OpenedFilm* sound = nullptr;       ///< null: none is written; may be the same as `pictures`
    bool sound_fits_pictures = false;  ///< sound of another film is cut, or goes on in silence, to the pictures' end
    cv::Size given_size;               ///< what `change` gets
    ChangeFrame change;                ///< gives pictures of options.pictures->size
    media::WriteOptions options;       ///< pictures and sound as there are
    double sound_mark_db = 0;          ///< strength of the mark that is put into the sound; 0: none is
};

struct Copied {
    std::vector<std::uint8_t> bytes;
    std::int64_t frames = 0;
    double duration_s = 0;
    features::watermark::FrameSampler frames_read;  ///< for the mark of what was read
    features::sound_watermark::Finder sound_read;   ///< the same of its sound
    double sound_snr_db = 0;  ///< of the sound over the change of the mark that was put in; 0: none was
};

/// Reads, changes and writes, frame by frame, in memory that does not grow but by what the encoders have written.
/// kTruncated where something is damaged or missing, kUsage where there is not even a second picture, and the errors of
/// reader, writer and `change`.
Result<Copied> copy_film(const CopyOrder& order, int threads);

/// What a film is read for.
struct ReadFilm {
    cv::Size size;  ///< of what `on_frame` gets (CV_8UC3); empty: no pictures are read
    std::function<Result<void>(const cv::Mat& rgb, double time_s)> on_frame;
    std::function<void(const media::SoundBlock& block)> on_sound;  ///< empty: no sound is read
};

/// Reads `film` once, and says when it ends, s. kTruncated where something is damaged or missing, and the errors of the
/// reader and of `on_frame`.
Result<double> read_film(OpenedFilm& film, const ReadFilm& reading, int threads);

/// Sound as it comes from `stream`, to be saved with `codec`.
media::SoundCoding sound_like(const media::StreamInfo& stream, media::SoundCodec codec, std::int64_t bit_rate_bps);

/// What is seen of the mark in a film that was just written.
Result<features::watermark::FilmTrace> trace_in_film(const std::vector<std::uint8_t>& bytes, int threads);

}  // namespace bonafide::forge

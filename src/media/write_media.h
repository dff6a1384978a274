#pragma once

#include "base/result.h"
#include "media/streams.h"

#include <opencv2/core.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bonafide::media {

enum class SoundCodec { kAac, kOpus, kMp3, kFlac, kPcm };

/// How pictures are coded: H.264, 4:2:0, ITU-R BT.709.
struct PictureCoding {
    cv::Size size;        ///< even sides, 16 to 4,096 px
    double rate_hz = 25;  ///< about so many pictures a second are expected; each is shown at its own time all the same
    int constant_rate_factor =
        20;  ///< x264's measure of coarseness, 0 to 51; without meaning where a bit rate is given
    std::int64_t bit_rate_bps = 0;  ///< 0: as many bits as the constant rate factor asks for
};

struct SoundCoding {
    SoundCodec codec = SoundCodec::kAac;
    int rate_hz = 48'000;                 ///< brought to the nearest rate that the codec has
    int channels = 1;                     ///< 1 or 2: what has more is mixed down
    std::int64_t bit_rate_bps = 128'000;  ///< for codecs that lose something
};

/// The container.
enum class WrittenFormat { kMp4, kMatroska, kMp3, kWav };

struct WriteOptions {
    WrittenFormat format = WrittenFormat::kMp4;
    std::optional<PictureCoding> pictures;
    std::optional<SoundCoding> sound;
    std::string comment;  ///< into the container's metadata; empty: none
    int threads = 1;
};

/// Writes a film or a recording into memory, in one pass and without keeping pictures or sound beyond what the encoders
/// look ahead. Equal calls give equal bytes.
class MediaWriter {
  public:
    /// Beyond so many bytes nothing more is taken.
    static constexpr std::size_t kMostBytes = 512U << 20;

    /// kUsage: neither pictures nor sound, sizes or numbers out of range; kUnsupported: this FFmpeg was built without
    /// the encoder, the message says which.
    static Result<std::unique_ptr<MediaWriter>> create(const WriteOptions& options);
    virtual ~MediaWriter() = default;

    /// The next picture (CV_8UC3, red first, of the size announced), shown from `time_s` on; times are kept to a
    /// 90,000th of a second, those that do not rise are pushed on by one. kLimit: kMostBytes are reached; kInternal.
    virtual Result<void> add_picture(const cv::Mat& rgb, double time_s) = 0;
    /// The next run of sound, at any rate and with any number of channels. A gap before it is filled with silence.
    virtual Result<void> add_sound(const SoundBlock& block) = 0;
    /// The whole file; nothing may follow. kUsage where there was no picture, or no sound where none is written but
    /// sound.
    virtual Result<std::vector<std::uint8_t>> finish() = 0;
};

}  // namespace bonafide::media

#pragma once

#include "media/ffmpeg_output.h"
#include "media/write_media.h"

namespace bonafide::media {

/// The pictures of a film that is being written.
class PictureTrack {
  public:
    /// Errors of MediaWriter::create.
    static Result<PictureTrack> open(FfmpegOutput& output, const PictureCoding& coding, int threads);
    /// As MediaWriter::add_picture.
    Result<void> add(const cv::Mat& rgb, double time_s);
    /// What the encoder still holds.
    Result<void> finish() { return track_.encode(nullptr); }
    std::int64_t pictures() const { return pictures_; }

  private:
    explicit PictureTrack(FfmpegTrack track) : track_(std::move(track)) {}
    FfmpegTrack track_;
    FfmpegPointer<AVFrame> frame_;
    FfmpegPointer<SwsContext> scaler_;
    std::int64_t last_ = -1, pictures_ = 0;
};

}  // namespace bonafide::media

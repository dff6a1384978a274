#pragma once

#include "base/result.h"

#include <opencv2/core.hpp>

#include <cstdint>
#include <memory>
#include <vector>

namespace bonafide::media {

/// Writes a film without sound into memory: VP8 in WebM, which every browser plays and whose encoder, libvpx, is under
/// a BSD licence (docs/adr/0003-no-gpl-libraries.md).
class FilmEncoder {
  public:
    /// Beyond so many bytes add() refuses.
    static constexpr std::size_t kMostBytes = 512U << 20;

    /// A film of pictures of `size` (sides 16 to 16,383 px), of which `rate_hz` a second are expected (quality is
    /// shared out by that; times are given one by one). kUsage: the size; kUnsupported: this FFmpeg was built without
    /// libvpx.
    static Result<std::unique_ptr<FilmEncoder>> create(cv::Size size, double rate_hz);
    virtual ~FilmEncoder() = default;

    /// The next picture (CV_8UC3, red first, of the film's size), shown from `time_s` on; times that do not rise are
    /// pushed on by a millisecond. kLimit: kMostBytes are reached; kInternal: FFmpeg failed.
    virtual Result<void> add(const cv::Mat& rgb, double time_s) = 0;
    /// The whole film; add() must not follow. kInternal: FFmpeg failed, or no picture was added.
    virtual Result<std::vector<std::uint8_t>> finish() = 0;
};

}  // namespace bonafide::media

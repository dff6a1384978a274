#pragma once

#include "media/ffmpeg_handles.h"
#include "media/streams.h"

#include <opencv2/core.hpp>

#include <mutex>

namespace bonafide::media {

/// Turns decoded pictures into matrices; keeps the scalers between pictures. Thread-safe.
class PictureConverter {
  public:
    explicit PictureConverter(int rotation_deg) : rotation_deg_(rotation_deg) {}

    /// The luma plane of `frame` as CV_8UC1 or CV_16UC1: a view where the format has such a plane, else a converted
    /// copy that the next call overwrites. Empty where the pixel format cannot be read.
    cv::Mat luma(const AVFrame& frame);

    /// `frame` as CV_8UC3, red first, upright, its longer side at most `longest_px` (0: any). Empty where memory runs
    /// out.
    cv::Mat rgb(const AVFrame& frame, int longest_px);

  private:
    cv::Mat convert(const AVFrame& frame, AVPixelFormat format, cv::Size size, FfmpegPointer<SwsContext>& scaler);

    int rotation_deg_;
    std::mutex mutex_;
    FfmpegPointer<SwsContext> luma_scaler_, rgb_scaler_;
};

/// Bits a luma sample of `frame` uses.
int luma_bits(const AVFrame& frame);

/// Mean luma quantiser of `frame` where the decoder exported it, else -1.
double mean_quantiser(const AVFrame& frame);

}  // namespace bonafide::media

#pragma once

#include "features/watermark/watermark.h"

#include <opencv2/core.hpp>

namespace bonafide::features::watermark {

/// Puts the mark into the frames of a film, one after another. The change holds still from frame to frame, so that it
/// neither flickers nor is thrown away by a codec that saves differences; what moves in the picture is made up for a
/// little with every frame.
class FilmMarker {
  public:
    /// `rgb` (CV_8UC3, the same even size every time, its longer side at least 2 * kSmallestSidePx) with the mark.
    /// `new_scene`: nothing of the frame before is to be seen any more.
    cv::Mat next(const cv::Mat& rgb, bool new_scene);

    /// Peak signal-to-noise ratio of the mark's own change, mean over the frames so far, dB; 0 before the first.
    double psnr_db() const;

  private:
    void adapt(const cv::Mat& rgb, const cv::Mat& working);

    cv::Mat change_, strength_;
    float amplitude_ = 0;
    int until_adapting_ = 0;
    double squares_ = 0;  ///< mean square of the change, summed over the frames
    std::int64_t frames_ = 0;
};

}  // namespace bonafide::features::watermark

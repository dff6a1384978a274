#pragma once

#include "analyzers/image/noise_level/tiles.h"

#include <opencv2/core.hpp>

#include <optional>
#include <vector>

namespace bonafide::analyzers::noise {

/// A piecewise-linear curve through the medians of `y` in bins of equal count over `x`; constant beyond its ends.
class MedianCurve {
  public:
    /// Nothing where `x` holds fewer than 16 values. `x` and `y`: equal lengths, finite.
    static std::optional<MedianCurve> fit(const std::vector<float>& x, const std::vector<float>& y, int bins);
    float at(float x) const;

  private:
    std::vector<float> x_, y_;
};

/// Departure of every tile's noise from what the picture itself leads to expect at the tile's brightness and activity:
/// CV_32FC1 in dB (20 log10 of the ratio of standard deviations), mean of the fine and the coarse detail, within +-18
/// dB; 0 where a tile is not usable. Nothing where too few tiles are usable.
std::optional<cv::Mat> departures_db(const Tiles& tiles);

}  // namespace bonafide::analyzers::noise

#pragma once

#include "analyzers/image/jpeg_grid/origins.h"

#include <opencv2/core.hpp>

namespace bonafide::analyzers::grid {

/// Where in the picture the traces of other grids lie, finer than the tiles: every block of a place's grid is measured
/// again with the coefficients and steps that told the place.
class RegionMap {
  public:
    /// `luma` as measure_periodicity() had it; both must outlive the map.
    RegionMap(const cv::Mat& luma, const Periodicity& periodicity);
    /// Adds a place: `support` (CV_8UC1, size of the tiles) with its strongest window `peak` at `origin`. `strength`: 1
    /// at the threshold for regions. Returns the box in pixels around what is drawn of the place.
    cv::Rect add(const cv::Mat& support, cv::Rect peak, int origin, const Candidates& candidates, double strength);
    /// CV_8UC1, one value for 8 x 8 px.
    const cv::Mat& map() const { return map_; }

  private:
    const cv::Mat& luma_;
    const Periodicity& periodicity_;
    cv::Mat map_;
};

}  // namespace bonafide::analyzers::grid

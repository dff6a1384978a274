#pragma once

#include <opencv2/core.hpp>

namespace bonafide::analyzers::noise {

/// Tiles of 16 x 16 px, one every 8 px in both directions.
inline constexpr int kTileStepPx = 8;
inline constexpr int kTilePx = 16;

/// What the tiles of a picture measure; every matrix is CV_32FC1 of the same size, one value a tile, in row order.
struct Tiles {
    cv::Mat brightness;       ///< mean luminance, 8-bit levels
    cv::Mat fine_variance;    ///< of the diagonal detail of 1 px: noise, and what JPEG takes away first
    cv::Mat coarse_variance;  ///< of the diagonal detail of 2 px: noise that demosaicing, rescaling and JPEG leave
    cv::Mat activity;         ///< variance of horizontal and vertical detail of 4 px: content
    cv::Mat usable;           ///< CV_8UC1, 255 where hardly a pixel is near black or white (or not a number)

    cv::Size size() const { return brightness.size(); }
    /// Pixels that the tiles cover from the upper left corner of tile `first` to the lower right one of `last` (tile
    /// coordinates).
    static cv::Rect pixels(cv::Point first, cv::Point last) {
        return {first.x * kTileStepPx, first.y * kTileStepPx, (last.x - first.x) * kTileStepPx + kTilePx,
                (last.y - first.y) * kTileStepPx + kTilePx};
    }
};

/// Measures `luma` (CV_32FC1, 8-bit levels, at least 16 x 16 px; a rim of less than 8 px at the right and at the bottom
/// is left out).
Tiles measure_tiles(const cv::Mat& luma);

}  // namespace bonafide::analyzers::noise

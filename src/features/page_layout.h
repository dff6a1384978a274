#pragma once

#include <opencv2/core.hpp>

namespace bonafide::features {

/// From so many empty bands on a picture is a page that a program laid out: a screenshot, a chart, a page of text. Of
/// the 1,711 photographs, portraits, generated pictures and edits of the development data none has more than two
/// (bench/accuracy/screenshots.py).
inline constexpr int kLaidOutBands = 4;

/// Least side of what is taken for a photograph on a page, px.
inline constexpr int kLeastPhotographPx = 128;

/// What a program laid out on a picture, if one did.
struct PageLayout {
    /// Bands across the whole picture, of at least four rows or columns, that hold one brightness and nothing else,
    /// counted in both directions: what a program leaves between the lines and pictures that it lays out.
    int empty_bands = 0;
    /// The largest photograph on a page that is laid out, px, without its outermost edge; empty where there is none of
    /// at least kLeastPhotographPx a side.
    cv::Rect photograph_px;

    bool laid_out() const { return empty_bands >= kLaidOutBands; }
    /// What a picture of `size` px shows: all of it, or of a page the photograph, which may be none.
    cv::Rect shown_px(cv::Size size) const { return laid_out() ? photograph_px : cv::Rect({}, size); }
};

/// `luma`: CV_32FC1 in 8-bit levels, any size, may be empty.
PageLayout page_layout(const cv::Mat& luma);

}  // namespace bonafide::features

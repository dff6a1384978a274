#pragma once

#include "analyzers/image/copy_move/motion.h"

#include <opencv2/core.hpp>

#include <optional>

namespace bonafide::analyzers::clone {

/// One resolution of the picture.
struct Level {
    cv::Mat luma;         ///< CV_32FC1, 8-bit levels
    double pixel_px = 1;  ///< width of its pixels in pixels of the picture
};

/// A copy that the picture itself confirms. Coordinates in pixels of the level it was checked on.
struct Copy {
    Motion motion;    ///< from the first place to the second; never smaller than the first (scale at least about 1)
    cv::Rect box;     ///< holds the first place
    cv::Mat region;   ///< CV_8UC1 over `box`: 255 where they are alike
    double area = 0;  ///< of the region, pixels of the level
    double correlation = 0;  ///< of the fine detail, mean over the region
    double peak = 0;         ///< mean over the region of how far the correlation stands out, Fisher's z
    double faithfulness =
        1;  ///< how the difference compares with what a save leaves: above 1 for a copy, below for likeness
    double overlap = 0;       ///< share of the region that the motion takes into the region itself
    double pasted_first = 0;  ///< log ratio: above 0 the first place looks pasted in, below 0 the second
    double strength = 0;      ///< area in independent windows times the evidence of each, decimal orders of magnitude
};

/// Refines the motion of `hypothesis` (pixels of `level`) on the picture's detail and finds where the detail of both
/// places agrees. Nothing where it agrees nowhere near the support.
std::optional<Copy> verify(const Level& level, const Hypothesis& hypothesis, double margin_share);

/// Mean correlation of the detail of the copy's first place with where `motion` takes it; 0 where that is mostly
/// outside the picture, or next to the place itself.
double agreement(const Level& level, const Copy& copy, const Motion& motion);

}  // namespace bonafide::analyzers::clone

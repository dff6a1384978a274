#pragma once

#include "analysis/analyzer.h"

#include <opencv2/core.hpp>

#include <string>
#include <vector>

namespace bonafide::analyzers {

struct CfaMosaicOptions {
    double threshold = 7;                ///< departure, in robust standard deviations, from which a place is shown
    double smallest_region_percent = 1;  ///< of the picture; also what must depart to count
    double largest_spread = 0.25;        ///< of the trace over the picture, from which nothing local can be said
};

/// A place where the mosaic's trace breaks.
struct BrokenMosaic {
    cv::Rect box_px;
    double departure = 0;  ///< largest in it, robust standard deviations
    double trace = 0;      ///< strength of the trace there: 1 as in the picture, 0 none, -1 another shift
    double area_percent = 0;
};

struct CfaMosaicResult {
    std::string not_applicable;  ///< why nothing could be measured; empty where it was
    double break_departure = 0;  ///< that the smallest region exceeds
    double nfa_log10 = 0;        ///< expected number of pictures without a mosaic whose tiles agree as well
    double green_ratio_db = 0;   ///< median ratio of prediction errors, measured against interpolated green
    int green_shift = 0;         ///< 0: green was measured where column and row are both even or both odd; 1: elsewhere
    double spread = 0;           ///< robust standard deviation of the local trace, where 1 is the picture's own
    double judged_percent = 0;
    double broken_percent = 0;
    cv::Mat map;  ///< CV_8UC1, one value for 16 x 16 px
    std::vector<BrokenMosaic> places;
};

/// Looks for the traces of demosaicing in `rgb` (CV_8UC3 or CV_16UC3, red first, upright).
CfaMosaicResult cfa_mosaic(const cv::Mat& rgb, const CfaMosaicOptions& options);

/// The definition of `image.cfa.mosaic`.
const analysis::AnalyzerDefinition& image_cfa_mosaic();

}  // namespace bonafide::analyzers

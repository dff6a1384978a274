#pragma once

#include "analysis/analyzer.h"

#include <opencv2/core.hpp>

#include <string>

namespace bonafide::analyzers {

struct FilteringOptions {
    /// Contrast of a place's sharpness or repetition to its surroundings, beyond which the map shows it, dB.
    double threshold_db = 7;
};

struct FilteringResult {
    std::string not_applicable;           ///< why the picture cannot be judged; empty when it was
    double inconsistency_db = 0;          ///< the larger of the two contrasts below
    double blur_contrast_db = 0;          ///< of edge sharpness of any place to its surroundings, less its uncertainty
    double repetition_contrast_db = 0;    ///< of zero differences, likewise: places that a median smoothed
    double edge_blur_px = 0;              ///< typical standard deviation of edges
    double zero_differences_percent = 0;  ///< of neighbours in textured places
    double streaking = 0;                 ///< zero differences for each difference of one level
    double overshoot_percent = 0;
    double histogram_comb = 0;
    double histogram_gaps_percent = 0;
    double judged_area_percent = 0;  ///< cells with edges or texture
    double suspicious_area_percent = 0;
    cv::Rect strongest_px;
    std::string strongest;  ///< what the strongest place is, in words
    cv::Mat map;            ///< CV_8UC1, step 16; empty when not applicable
};

/// Traces of filters. `luma`: CV_32FC1 in 8-bit levels, any size, may be empty; `rgb`: the same picture, 8 or 16 bits,
/// three channels, or empty (no histograms then).
FilteringResult filtering_traces(const cv::Mat& luma, const cv::Mat& rgb, const FilteringOptions& options);

/// image.filtering
const analysis::AnalyzerDefinition& image_filtering();

}  // namespace bonafide::analyzers

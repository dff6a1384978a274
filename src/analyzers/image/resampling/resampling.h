#pragma once

#include "analysis/analyzer.h"

#include <opencv2/core.hpp>

#include <string>

namespace bonafide::analyzers {

struct ResamplingOptions {
    /// Contrast from which a place is shown, standard deviations.
    double threshold = 12.0;
};

struct ResamplingResult {
    std::string not_applicable;  ///< why the picture cannot be judged; empty when it was
    double inconsistency = 0;    ///< strongest trace of a place that the rest does not share, standard deviations
    double whole_trace = 0;      ///< strongest trace of the whole picture, standard deviations
    double whole_frequency = 0;  ///< its frequency, cycles per pixel
    double informative_area_percent = 0;
    double suspicious_area_percent = 0;
    cv::Rect box_px;             ///< around the strongest place, where it is beyond the threshold; empty otherwise
    double place_frequency = 0;  ///< of its trace, cycles per pixel
    cv::Mat map;                 ///< CV_8UC1, one value for 16 x 16 px, 128 at the threshold; empty when not applicable
};

/// The enlargement between 1 and 2 that leaves a trace of `frequency`, cycles per pixel below 0.5.
double enlargement_of(double frequency);

/// Looks for the periodic traces of interpolation. `luma`: CV_32FC1 in 8-bit levels, any size, may be empty. Traces at
/// multiples of 1/8 are left out, since block coding leaves the same.
ResamplingResult resampling(const cv::Mat& luma, const ResamplingOptions& options);

/// image.resampling
const analysis::AnalyzerDefinition& image_resampling();

}  // namespace bonafide::analyzers

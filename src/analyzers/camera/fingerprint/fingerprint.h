#pragma once

#include "analysis/analyzer.h"
#include "features/sensor_match.h"

#include <opencv2/core.hpp>

#include <vector>

namespace bonafide::analyzers {

struct FingerprintOptions {
    double least_pce = 60;                 ///< from which a picture counts as the camera's own
    double threshold = 1.5;                ///< log10 likelihood ratio from which the pattern counts as missing
    double smallest_region_percent = 0.5;  ///< of the picture; also what must be missing to count
};

/// A place where the camera's pattern is missing.
struct MissingPattern {
    cv::Rect box_px;
    double evidence = 0;  ///< strongest log10 likelihood ratio in it
    double area_percent = 0;
};

/// Where the pattern of a sensor is missing from a picture that otherwise carries it.
struct PatternMap {
    int window_px = 0;           ///< side of the windows; 0: the pattern is too weak to be looked for locally
    double missing = 0;          ///< log10 likelihood ratio of missing against present that the smallest region exceeds
    double missing_percent = 0;  ///< share of the picture beyond the threshold
    double testable_percent = 0;         ///< share where a missing pattern could have been noticed
    double strength = 0;                 ///< median expected correlation, in standard deviations of chance
    cv::Mat map;                         ///< CV_8UC1, one value for 8 x 8 px; 128 at the threshold
    std::vector<MissingPattern> places;  ///< the strongest first
};

/// Compares `picture` with `pattern`, the part of the camera's pattern that lies under it (CV_32FC1, same size).
PatternMap missing_pattern(const features::WeightedResidual& picture, const cv::Mat& pattern,
                           const FingerprintOptions& options);

/// The definition of `camera.fingerprint`.
const analysis::AnalyzerDefinition& camera_fingerprint();

}  // namespace bonafide::analyzers

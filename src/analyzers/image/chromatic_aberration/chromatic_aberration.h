#pragma once

#include "analysis/analyzer.h"

#include <opencv2/core.hpp>

#include <string>
#include <vector>

namespace bonafide::analyzers {

struct ChromaticAberrationOptions {
    double threshold = 15;             ///< departure, in robust standard deviations, from which a place is shown
    double least_aberration_px = 0.2;  ///< at the picture's farthest corner
};

/// Lateral aberration of one colour against green: displacement = expansion * (position - centre).
struct LensModel {
    double expansion = 0;     ///< px of displacement for one px of distance
    cv::Point2d offset_px;    ///< displacement at the picture's upper left corner
    double significance = 0;  ///< expansion over its standard error
    double corner_px = 0;     ///< displacement, without its mean, at the farthest corner
    double spread_px = 0;     ///< robust standard deviation of what is left
    std::size_t blocks = 0;
};

/// A place whose displacement does not fit the lens.
struct AberrantPlace {
    cv::Rect box_px;
    double departure = 0;  ///< robust standard deviations
    double residual_px = 0;
};

struct ChromaticAberrationResult {
    std::string not_applicable;
    double inconsistency = 0;  ///< departure that the second most aberrant window reaches, robust standard deviations
    LensModel red, blue;
    cv::Mat map;  ///< CV_8UC1, one value for 16 x 16 px
    std::vector<AberrantPlace> places;
};

/// Fits one lens to the colours of `rgb` (CV_8UC3 or CV_16UC3, red first), and looks for places that do not obey it.
ChromaticAberrationResult chromatic_aberration(const cv::Mat& rgb, const ChromaticAberrationOptions& options);

/// The definition of `image.chromatic_aberration`.
const analysis::AnalyzerDefinition& image_chromatic_aberration();

}  // namespace bonafide::analyzers

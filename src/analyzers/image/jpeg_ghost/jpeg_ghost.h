#pragma once

#include "analysis/analyzer.h"
#include "analyzers/image/jpeg_ghost/ghost_grids.h"

#include <opencv2/core.hpp>

#include <string>
#include <vector>

namespace bonafide::analyzers {

struct GhostOptions {
    /// Departure of a place from which it is marked, standard deviations.
    double threshold_sigma = 7.5;
    /// Smallest region reported, percent of the picture.
    double smallest_region_percent = 0.3;
};

struct GhostRegion {
    cv::Rect blocks;  ///< of 8 x 8 px from the upper left corner, as stored
    double departure_sigma = 0;
    double area_percent = 0;
};

struct GhostResult {
    std::string not_applicable;  ///< why nothing can be said; empty when something can
    double contrast_sigma = 0;   ///< strongest departure of a place, in the picture's own standard deviations
    bool lacks = true;           ///< the place lacks the ghost that the rest shows; else it alone shows one
    cv::Point origin;            ///< of the ghost's grid, px, as stored
    double quality = 0;          ///< IJG quality nearest to the ghost's steps
    double strength = 0;         ///< of the ghost where there is one: 0 none, 1 perfect
    double suspicious_area_percent = 0;
    std::vector<GhostRegion> regions;  ///< strongest first
    cv::Mat map;                       ///< CV_8UC1, a value for 8 x 8 px, as stored; 128 at the threshold
};

/// Looks for places whose coefficients fall, or alone fail to fall, on the multiples of an earlier save's steps.
GhostResult find_ghost(const ghost::Picture& picture, const GhostOptions& options);

/// image.jpeg.ghost
const analysis::AnalyzerDefinition& image_jpeg_ghost();

}  // namespace bonafide::analyzers

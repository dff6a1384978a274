#pragma once

#include "analysis/analyzer.h"
#include "media/jpeg.h"

#include <opencv2/core.hpp>

#include <string>
#include <vector>

namespace bonafide::analyzers {

struct DoubleQuantisationOptions {
    /// Evidence gathered around a block from which it is marked, decibans.
    double threshold_db = 15;
    /// Smallest region reported, percent of the picture.
    double smallest_region_percent = 0.2;
};

/// A connected place whose blocks have another history than most.
struct HistoryRegion {
    cv::Rect blocks;          ///< in blocks of 8 x 8 px, as stored
    double evidence_db = 0;   ///< strongest inside
    double area_percent = 0;  ///< of the picture
};

struct DoubleQuantisationResult {
    std::string not_applicable;  ///< why the picture cannot be judged; empty when it was
    double evidence_db = 0;      ///< strongest evidence of any place for another history than the rest, decibans
    double trace_db = 0;         ///< evidence that the picture as a whole was saved before, for each block
    double judged_area_percent = 0;
    double suspicious_area_percent = 0;
    int frequencies = 0;                 ///< that show a primary step
    std::vector<int> primary_steps;      ///< 64 in natural order, 0 where unknown
    std::vector<HistoryRegion> regions;  ///< strongest first
    cv::Mat map;  ///< CV_8UC1, one value a block, as stored; 128 at the threshold; empty when not applicable
};

/// Looks in the luminance `plane` for blocks that did not go through the earlier save that the others went through (or
/// the reverse). `unusable`: CV_8UC1, one value a block, not 0 where clipped colours spoil it; or empty.
DoubleQuantisationResult find_double_quantisation(const media::JpegPlane& plane, const cv::Mat& unusable,
                                                  const DoubleQuantisationOptions& options);

/// image.jpeg.double_quantisation
const analysis::AnalyzerDefinition& image_jpeg_double_quantisation();

}  // namespace bonafide::analyzers

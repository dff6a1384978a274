#pragma once

#include "analysis/analyzer.h"

#include <opencv2/core.hpp>

#include <optional>
#include <string>
#include <vector>

namespace bonafide::analyzers {

struct JpegGridOptions {
    /// Contrast from which a place with another grid is shown, standard deviations.
    double threshold = 10.0;
};

/// A place that was compressed on a grid of its own.
struct JpegGridRegion {
    cv::Rect box_px;
    cv::Point origin;               ///< a corner of its grid, 0 to 7 each
    double contrast = 0;            ///< of its strongest window, standard deviations
    double log10_false_alarms = 0;  ///< log10 of the number of false alarms of the votes in its box
};

struct JpegGridResult {
    std::string not_applicable;     ///< why the picture cannot be judged; empty when it was
    double foreign_grid = 0;        ///< strongest contrast of any place, standard deviations
    double foreign_grid_votes = 0;  ///< -log10 of the number of false alarms of the same place's votes
    double earlier_grid =
        0;  ///< how far the strongest earlier grid of the whole picture stands out, standard deviations
    double earlier_grid_votes = 0;            ///< -log10 of the number of false alarms of the tiles that vote for it
    std::optional<cv::Point> earlier_origin;  ///< where the whole picture has such a grid
    double informative_area_percent = 0;      ///< tiles in which a grid could show
    std::vector<JpegGridRegion> regions;      ///< beyond the threshold, strongest first
    cv::Mat map;  ///< CV_8UC1, one value for 8 x 8 px, 128 at the threshold; empty when not applicable
};

/// Looks for JPEG grids other than the picture's own. `luma`: CV_32FC1 in 8-bit levels, any size, may be empty. `own`:
/// a corner of the grid of the last save, or nothing where the picture was not saved as a JPEG.
JpegGridResult jpeg_grid(const cv::Mat& luma, std::optional<cv::Point> own, const JpegGridOptions& options);

/// image.jpeg.grid
const analysis::AnalyzerDefinition& image_jpeg_grid();

}  // namespace bonafide::analyzers

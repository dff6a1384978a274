#pragma once

#include "analysis/analyzer.h"

#include <opencv2/core.hpp>

#include <string>
#include <vector>

namespace bonafide::analyzers {

struct CopyMoveOptions {
    /// Strength from which two places are called copies, 1.
    double threshold = 25;
};

/// Two places of the picture that show the same.
struct CopiedPlace {
    cv::Rect first_px, second_px;           ///< boxes in the picture
    double shift_x_px = 0, shift_y_px = 0;  ///< from the middle of the first to that of the second
    double rotation_deg = 0, scale = 1;     ///< of the second against the first
    bool mirrored = false;
    double correlation = 0;   ///< of the fine detail
    double peak = 0;          ///< how far the correlation stands out from that of small shifts
    double area_percent = 0;  ///< of the picture, one place
    double overlap = 0;
    double strength = 0;
    bool from_points = false;
};

struct CopyMoveResult {
    std::string not_applicable;
    double strength = 0;              ///< of the strongest copy
    double copied_area_percent = 0;   ///< both places of all copies beyond the threshold
    int candidates = 0;               ///< motions that were checked
    int prints = 0;                   ///< pairs of places that are print, and count less for it
    std::vector<CopiedPlace> copies;  ///< beyond a tenth of the threshold, strongest first
    cv::Mat map;                      ///< CV_8UC1
};

/// Looks for places that were copied within the picture. `luma`: CV_32FC1 in 8-bit levels, any size, may be empty.
CopyMoveResult copy_move(const cv::Mat& luma, const CopyMoveOptions& options);

/// image.copy_move
const analysis::AnalyzerDefinition& image_copy_move();

}  // namespace bonafide::analyzers

#pragma once

#include "analysis/analyzer.h"
#include "analyzers/image/edits_network/network.h"
#include "media/jpeg.h"

#include <opencv2/core.hpp>

#include <string>

namespace bonafide::analyzers {

struct EditsNetworkOptions {
    /// Log odds of a block from which it is shown as edited: the map's 128.
    double threshold = 2.5;
};

struct EditsNetworkResult {
    std::string not_applicable;     ///< why the picture cannot be judged; empty when it was
    double picture_log_odds = 0;    ///< natural, that the picture was edited anywhere
    double strongest_log_odds = 0;  ///< natural, of the block at the 99th percentile
    double suspicious_area_percent = 0;
    cv::Mat map;  ///< CV_8UC1, a value for each 8 x 8 px as stored, 128 at the threshold; empty when not applicable
};

/// Judges a picture as stored, before orientation. `rgb`: CV_8UC3, red first, any size, may be empty.
/// `luma_coefficients`: see edits::measure_planes().
EditsNetworkResult edits_network(const cv::Mat& rgb, const media::JpegPlane* luma_coefficients,
                                 const edits::Network& network, const EditsNetworkOptions& options);

/// image.edits.network
const analysis::AnalyzerDefinition& image_edits_network();

}  // namespace bonafide::analyzers

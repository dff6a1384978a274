#pragma once

#include "analysis/analyzer.h"
#include "features/evenly_spaced.h"
#include "features/generated/crops.h"

#include <opencv2/core.hpp>

#include <string>
#include <vector>

namespace bonafide::analyzers {

/// What is kept of a frame: some crops at native resolution.
struct GeneratedFrame {
    double time_s = 0;
    std::vector<cv::Rect> places_px;
    std::vector<cv::Mat> crops;  ///< CV_8UC3, red first
};

struct GeneratedFilmResult {
    std::string not_applicable;  ///< why the film cannot be judged; empty when it was
    double score = 0;            ///< median over the judged frames of the mean log odds of their crops
    double lowest_frame = 0, highest_frame = 0;
    int frames_judged = 0, crops_judged = 0;
    double strongest_s = 0;  ///< of the frame with the highest mean
    cv::Rect strongest_px;   ///< its crop with the highest log odds
};

/// Frames spread evenly over a film, in bounded memory whatever its length.
class GeneratedFrames {
  public:
    static constexpr std::size_t kMostFrames = 12;
    static constexpr int kCropsOfAFrame = 4, kLeastFrames = 3;

    void add(const media::VideoFrame& frame);
    /// Asks `network` about what was kept. kInternal: the network failed.
    Result<GeneratedFilmResult> judge(infer::Session& network) const;

  private:
    features::EvenlySpaced<GeneratedFrame, kMostFrames> frames_;
};

/// video.generated
const analysis::AnalyzerDefinition& video_generated();

}  // namespace bonafide::analyzers

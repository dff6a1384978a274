#pragma once

#include "base/result.h"
#include "features/faces/tracker.h"
#include "forge/mouth/head.h"
#include "forge/mouth/shape.h"
#include "infer/model_store.h"

#include <opencv2/core.hpp>

#include <optional>
#include <vector>

namespace bonafide::forge {

/// A mouth as it was seen at one time, in units of the head (head.h).
struct SeenMouth {
    double time_s = 0;
    float opening = 0, half_width = 0;
};

/// Watches the largest face of a clip speak.
class MouthWatcher {
  public:
    /// Errors of infer::Session::open.
    static Result<MouthWatcher> open(const infer::ModelStore& models, int threads);
    /// The next frame (CV_8UC3, red first). kInternal: a model failed.
    Result<void> next(const cv::Mat& rgb, double time_s);
    /// What was seen, in the order of time: a small record a frame.
    const std::vector<SeenMouth>& seen() const { return seen_; }

  private:
    explicit MouthWatcher(features::faces::Tracker tracker) : tracker_(std::move(tracker)) {}
    features::faces::Tracker tracker_;
    std::optional<int> track_;
    double track_seen_s_ = 0;
    HeadPoints reference_;
    std::vector<SeenMouth> seen_;
};

/// Somebody's movement as anybody's: measured from their own rest and by their own range. At rest where they were not
/// seen for longer than a third of a second. kUsage where nobody was seen, or where the mouth hardly moved.
Result<MouthCurve> mouth_like(const std::vector<SeenMouth>& seen);

}  // namespace bonafide::forge

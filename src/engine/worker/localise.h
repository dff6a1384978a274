#pragma once

#include "base/limits.h"
#include "base/result.h"
#include "engine/worker/analyse.h"
#include "evaluation/localisation.h"

#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>

#include <string>

namespace bonafide::engine {

/// The artifact that holds, for `bench`, how every map of a picture lies to what was changed in it:
/// {"problem": "", "maps": {"<analyzer id or fused>": {"inside": [256 counts], "outside": [256 counts]}}}.
inline constexpr const char* kLocalisationArtifact = "localisation.json";

/// Decodes a mask of any picture format: CV_8UC1, 255 where its luma is above half, 0 elsewhere.
Result<cv::Mat> read_mask(const ingest::ByteSource& source, const Limits& limits);

/// Counts the shades of maps inside and outside the region that was changed.
class Localiser {
  public:
    /// For a picture of `picture` px. `mask` null: nothing was changed. A mask of another size is a problem, except for
    /// a laundered picture, whose mask is brought to its size.
    Localiser(const ingest::ByteSource* mask, cv::Size picture, bool laundered, const Limits& limits);

    /// `map` is CV_8UC1 on the picture's grid (evidence/map_grid.h).
    void add(const std::string& name, const cv::Mat& map);
    nlohmann::ordered_json take() { return std::move(result_); }

  private:
    cv::Size picture_;
    cv::Mat mask_;
    nlohmann::ordered_json result_;
};

/// Counts of one map that is as large as `mask`; an empty mask marks nothing.
evaluation::ShadeCounts shade_counts(const cv::Mat& map, const cv::Mat& mask);

}  // namespace bonafide::engine

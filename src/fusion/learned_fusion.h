#pragma once

#include "base/result.h"
#include "evidence/evidence.h"
#include "fusion/fusion.h"

#include <opencv2/core.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bonafide::fusion {

/// What one analyzer drew and measured of a picture.
struct Heard {
    std::string analyzer;
    cv::Mat map;  ///< CV_8UC1 of any step (evidence/map_grid.h); empty: none
    std::vector<evidence::Measurement> measurements;
};

/// What all of them say together.
struct FusedEvidence {
    TogetherEvidence evidence;  ///< for Calibration::judge()
    cv::Mat
        map;  ///< CV_8UC1, a value for each 8 x 8 px: above 128 only where llr speaks for manipulation, graded below
    std::string set_aside;  ///< why what they measured says nothing about this picture; empty where it was judged

    /// Whether it stands for what this analyzer says.
    bool speaks_for(std::string_view analyzer) const;
};

/// A small learned model over the maps and measurements of the analyzers of pictures: docs/adr/0009-learned-fusion.md.
class LearnedFusion {
  public:
    /// One that knows nothing and judges nothing.
    LearnedFusion() = default;
    /// Reads models/fusion.json. kInvalid, naming the place, where something is missing, not finite or of the wrong
    /// size.
    static Result<LearnedFusion> parse(std::string_view json);

    /// Judges a picture of `picture` px. What is missing among `heard` (not applicable, skipped, failed) is left out,
    /// as it was at random in the fit; what the model does not know is not looked at. Nothing where too few were heard.
    /// The ratio is no smaller than what `calibration` gives those analyzers that the model lets speak alone.
    std::optional<FusedEvidence> judge(const std::vector<Heard>& heard, cv::Size picture,
                                       const Calibration& calibration) const;

    /// In place of judge() where `reason` says why what was heard counts for nothing: a ratio and a map of nothing, so
    /// that the analyzers do not speak by themselves either. Nothing where none that it judges was heard.
    std::optional<FusedEvidence> set_aside(const std::vector<Heard>& heard, cv::Size picture, std::string reason) const;

    /// The smallest ratio that judge() can give; nothing where it judges nothing.
    std::optional<double> least_llr() const;

    const std::string& version() const { return version_; }

  private:
    struct Voice {
        std::string analyzer, measurement;
        double centre = 0, spread = 1;
        bool alone = false;  ///< what it measures can decide whatever the others miss
    };
    /// Adds what one voice says of a row of blocks to the sums of the hidden units, block by block. `shade` and `near`:
    /// its map there and around, `columns` values each; null where it says nothing.
    void hear_row(std::size_t voice, const float* shade, const float* near, float mean, int columns, float* sums) const;
    cv::Mat block_log_odds(const std::vector<const Heard*>& voices, cv::Size picture) const;
    double strongest_alone(const std::vector<const Heard*>& voices, const Calibration& calibration) const;
    double picture_score(const std::vector<const Heard*>& voices, const cv::Mat& log_odds, cv::Size picture) const;

    std::string version_;
    std::vector<Voice> voices_;
    int least_voices_ = 1;
    std::vector<float> mean_, deviation_, hidden_, hidden_bias_, last_;  // hidden_: inputs x hidden
    float last_bias_ = 0, threshold_ = 0;
    std::vector<double> picture_;
    double picture_bias_ = 0;
    // Of two pictures without a trace the larger one scores higher, since its most suspicious place is the worst of
    // more.
    double from_megapixels_ = 0, per_doubling_ = 0;
    std::vector<Calibration::Knot> knots_;
};

}  // namespace bonafide::fusion

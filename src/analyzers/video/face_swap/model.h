#pragma once

#include "analyzers/video/face_swap/tracks.h"
#include "base/result.h"

#include <array>
#include <optional>
#include <string_view>

namespace bonafide::analyzers::film_swap {

/// A weighted sum of standard scores of how the outline of a face stands out, band by band: of what
/// changes from frame to frame, and of how much the detail flickers.
class Model {
  public:
    /// Reads `bonafide.video_face_swap/1` (JSON). kInvalid where a number is missing, not finite or a scale or the clip
    /// not positive, or where there are not kBands bands of each.
    static Result<Model> parse(std::string_view text);
    /// Standard deviations above the mean of genuine faces, finite; higher: more like a face that was blended in.
    /// Nothing where contrast_of has nothing.
    std::optional<double> score(const Medians& medians) const;

  private:
    struct Term {
        double mean = 0, scale = 1, weight = 0;
    };
    double clip_ = 0, offset_ = 0;
    std::array<Term, kBands> change_, flicker_;
};

}  // namespace bonafide::analyzers::film_swap

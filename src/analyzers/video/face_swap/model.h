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

    /// What of a score is left where a face was compared at `moments`, 0 to 1: few moments scatter more, so that what
    /// they say is expected to lie nearer to the mean of genuine faces once there are more.
    double share_of(std::size_t moments) const;

    /// What of a score is left where the pictures were coded with so many bits a pixel, 0 to 1: what changes from frame
    /// to frame in a strongly coded film is the coder's doing. 1 where that is not known.
    double share_of_coding(std::optional<double> bits_a_pixel) const;

  private:
    struct Term {
        double mean = 0, scale = 1, weight = 0;
    };
    double clip_ = 0, offset_ = 0;
    double none_below_ = 0, all_from_ = 0;  ///< bits a pixel
    double enough_ = 0, noise_ = 0;         ///< moments from which on all of it is left; scatter of one over what stays
    std::array<Term, kBands> change_, flicker_;
};

}  // namespace bonafide::analyzers::film_swap

#pragma once

#include "analyzers/face/swap/texture.h"
#include "base/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bonafide::analyzers::swapped {

/// A weighted sum of standard scores of a texture, each against the same measurement around the face, so that camera,
/// light and coding, which both share, cancel.
class LinearModel {
  public:
    /// Reads `bonafide.face_swap/1` (JSON). kInvalid where a number is missing, not finite or a scale not positive, or
    /// where a place or channel is unknown or named twice.
    static Result<LinearModel> parse(std::string_view text);
    /// Standard deviations above the mean of genuine faces, finite; higher: more like a face that was blended in.
    /// Nothing where less than half of what the model looks at, or too little of the surroundings, is in the picture.
    std::optional<double> score(const Texture& texture) const;

    /// By how much genuine faces of `face_px` (forehead to chin) score lower than large ones do: 0 or less, sigmas. Of
    /// a small face the finest detail that a picture holds is coarser, measured on the face.
    double expected_of_size(double face_px) const;

    /// The channels that it looks at.
    Channels channels() const;

  private:
    struct Term {
        std::size_t place = 0, channel = 0;
        double mean = 0, scale = 1, weight = 0;
    };
    double clip_ = 0, offset_ = 0;
    double full_px_ = 0, a_halving_ = 0;  ///< below `full_px_` the score falls by so much with every halving
    std::vector<Term> terms_;
};

/// `texture` with each channel's mean over the places around the face taken off; nothing where fewer than
/// kLeastReferences of these are in the picture. Channels that were not measured stay NaN.
std::optional<Texture> against_surroundings(const Texture& texture);
inline constexpr std::size_t kLeastReferences = 5;

}  // namespace bonafide::analyzers::swapped

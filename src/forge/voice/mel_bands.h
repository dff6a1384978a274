#pragma once

#include <complex>
#include <cstddef>
#include <span>
#include <vector>

namespace bonafide::forge {

/// What vocoders keep of a spectrum: mean magnitudes in bands that are evenly spaced on the mel scale
/// (features/voice/mel_scale.h) and overlap by half.
class MelBands {
  public:
    /// `count` bands from 0 to half of `rate_hz`, of transforms of `transform` samples. ENSURE: every band holds a bin.
    MelBands(double rate_hz, std::size_t transform, std::size_t count);

    std::size_t count() const { return weights_.size(); }
    /// The mean magnitude in every band, of the bins of one transform.
    std::vector<float> means_of(std::span<const std::complex<float>> bins) const;
    /// Magnitudes at the bins of a transform, on straight lines between the bands' middles: not the inverse, but never
    /// negative.
    void spread(std::span<const float> means, std::span<float> magnitudes) const;

  private:
    std::vector<double> places_;   ///< of every bin, in bands: 0 is the middle of the first one
    std::vector<double> weights_;  ///< of every band, all its bins together
};

}  // namespace bonafide::forge

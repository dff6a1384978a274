#pragma once

#include <complex>
#include <cstddef>
#include <span>
#include <vector>

namespace bonafide::forge {

/// A Fourier transform of overlapping frames under a Hann window, and the way back.
class ShortTimeTransform {
  public:
    using Spectrum = std::vector<std::complex<float>>;  ///< bins() a frame, one frame after another

    /// Frames of `frame` samples every `hop`; ENSURE: `frame` is even and a multiple of `hop`.
    ShortTimeTransform(std::size_t frame, std::size_t hop);

    std::size_t bins() const { return window_.size() / 2 + 1; }
    std::size_t hop() const { return hop_; }
    /// So many frames hold `samples` samples.
    std::size_t frames_of(std::size_t samples) const { return samples / hop_ + 2; }

    /// `samples` with half a frame of silence before them and silence behind, so that the middle of frame n is sample
    /// n * hop. ENSURE: they fit into `frames`.
    std::vector<float> padded(std::span<const float> samples, std::size_t frames) const;
    /// The first `count` samples of what was padded.
    std::vector<float> unpadded(std::span<const float> padded, std::size_t count) const;

    Spectrum spectrum_of(std::span<const float> padded, std::size_t frames) const;
    /// The padded sound whose transform is nearest to `spectrum`, by least squares (Griffin and Lim 1984).
    std::vector<float> sound_of(const Spectrum& spectrum, std::size_t frames) const;

  private:
    std::size_t padded_length(std::size_t frames) const { return (frames - 1) * hop_ + window_.size(); }

    std::vector<float> window_;
    std::size_t hop_;
};

}  // namespace bonafide::forge

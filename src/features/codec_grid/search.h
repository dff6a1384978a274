#pragma once

#include "features/codec_grid/filters.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace bonafide::features::codec_grid {

/// Samples that are looked at in one go: blocks of every transform fit into it several times.
inline constexpr std::size_t kStretchSamples = 8192;

/// Where the coefficients of a transform are smallest.
struct Trace {
    int offset = 0;    ///< of the block's first sample, modulo the hop, counted from the first sample of the recording
    double depth = 0;  ///< fall of the mean logarithm of the coefficients there, natural
    double strength =
        0;  ///< that fall in deviations (median absolute deviation, scaled to a normal distribution's) over all offsets
};

/// Mean logarithm of the coefficients by offset, for one transform.
using Levels = std::vector<float>;
/// The deepest place. Pure; 0 throughout for no or even levels.
Trace deepest(const Levels& levels);
/// What is found at `offset`, however deep it is there. `offset` within the levels.
Trace trace_at(const Levels& levels, int offset);

/// Searches stretches of sound for the block grid of lossy coders. All that search at one sample rate share the
/// filters, which are made once.
class Search {
  public:
    explicit Search(int rate_hz);
    /// False for rates that no coder in question uses: nothing is searched there.
    bool applicable() const { return banks_ != nullptr; }
    /// Levels of one stretch of kStretchSamples that begins with the sample `first` of the recording; empty where the
    /// sound there is too quiet for quantisation to be told from rounding.
    /// `only`: leaves out the other transforms.
    std::array<Levels, kTransforms> examine(std::span<const float> stretch, std::int64_t first,
                                            std::optional<Transform> only = std::nullopt) const;

  private:
    using Spectrum = std::vector<float>;  // complex, interleaved
    using Banks = std::array<std::vector<Spectrum>, kTransforms>;
    static std::shared_ptr<const Banks> banks_for(int rate_hz);
    std::shared_ptr<const Banks> banks_;
};

/// Levels added up over stretches, for each transform over those in which it was looked at.
class Sum {
  public:
    void add(const std::array<Levels, kTransforms>& levels);
    /// `depth`: of the mean.
    Trace trace(Transform transform) const;
    std::int64_t stretches(Transform transform) const { return counts_[static_cast<std::size_t>(transform)]; }

  private:
    std::array<Levels, kTransforms> sums_;
    std::array<std::int64_t, kTransforms> counts_{};
};

}  // namespace bonafide::features::codec_grid

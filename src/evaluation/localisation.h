#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace bonafide::evaluation {

/// A map's own threshold: pixels brighter than it are marked.
inline constexpr int kMapThreshold = 128;

/// How often each shade of a map occurs inside and outside the region that was changed, in pixels of the picture. All
/// that localisation figures need of a map and a mask.
struct ShadeCounts {
    std::array<std::uint64_t, 256> inside{}, outside{};
};

/// Pixels by what the mask and the map say.
struct Confusion {
    double true_positive = 0, false_positive = 0, false_negative = 0, true_negative = 0;

    /// Harmonic mean of precision and recall; 0 where nothing right was marked.
    double f1() const;
    /// Intersection over union of region and marked pixels.
    double iou() const;
    /// Matthews' correlation coefficient, -1 to 1; 0 where a margin is empty.
    double mcc() const;
};

/// Marked are the pixels brighter than `threshold`, 0 to 255; -1 marks everything.
Confusion confusion_at(const ShadeCounts& counts, int threshold);

/// How well a map points at the region that was changed.
struct Localisation {
    double f1_best = 0;                                 ///< at the best threshold for this picture
    double f1_fixed = 0, iou_fixed = 0, mcc_fixed = 0;  ///< at kMapThreshold
    double iou_best = 0, mcc_best = 0;                  ///< each at its own best threshold
};

/// Nothing where the region is empty.
std::optional<Localisation> localisation(const ShadeCounts& counts);

/// Share of the pixels outside the region that are marked at kMapThreshold; nothing where there is no such pixel. On
/// an authentic picture, the false-alarm area.
std::optional<double> alarm_area(const ShadeCounts& counts);

}  // namespace bonafide::evaluation

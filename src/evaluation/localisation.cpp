#include "evaluation/localisation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace bonafide::evaluation {

double Confusion::f1() const {
    return true_positive > 0 ? 2 * true_positive / (2 * true_positive + false_positive + false_negative) : 0;
}

double Confusion::iou() const {
    return true_positive > 0 ? true_positive / (true_positive + false_positive + false_negative) : 0;
}

double Confusion::mcc() const {
    // Roots first: the product of four pixel counts of a large picture is beyond what a double counts exactly.
    const double margins = std::sqrt(true_positive + false_positive) * std::sqrt(true_positive + false_negative) *
                           std::sqrt(true_negative + false_positive) * std::sqrt(true_negative + false_negative);
    return margins > 0 ? (true_positive * true_negative - false_positive * false_negative) / margins : 0;
}

Confusion confusion_at(const ShadeCounts& counts, int threshold) {
    Confusion confusion;
    for (int shade = 0; shade < 256; ++shade) {
        const auto at = static_cast<std::size_t>(shade);
        const auto inside = static_cast<double>(counts.inside[at]), outside = static_cast<double>(counts.outside[at]);
        (shade > threshold ? confusion.true_positive : confusion.false_negative) += inside;
        (shade > threshold ? confusion.false_positive : confusion.true_negative) += outside;
    }
    return confusion;
}

std::optional<Localisation> localisation(const ShadeCounts& counts) {
    if (std::all_of(counts.inside.begin(), counts.inside.end(), [](std::uint64_t count) { return count == 0; })) {
        return std::nullopt;
    }
    Localisation figures;
    for (int threshold = -1; threshold < 255; ++threshold) {
        const Confusion confusion = confusion_at(counts, threshold);
        figures.f1_best = std::max(figures.f1_best, confusion.f1());
        figures.iou_best = std::max(figures.iou_best, confusion.iou());
        figures.mcc_best = std::max(figures.mcc_best, confusion.mcc());
    }
    const Confusion fixed = confusion_at(counts, kMapThreshold);
    figures.f1_fixed = fixed.f1();
    figures.iou_fixed = fixed.iou();
    figures.mcc_fixed = fixed.mcc();
    return figures;
}

std::optional<double> alarm_area(const ShadeCounts& counts) {
    const Confusion fixed = confusion_at(counts, kMapThreshold);
    const double genuine = fixed.false_positive + fixed.true_negative;
    return genuine > 0 ? std::optional(fixed.false_positive / genuine) : std::nullopt;
}

}  // namespace bonafide::evaluation

#pragma once

#include <optional>
#include <string>
#include <vector>

namespace bonafide::evaluation {

/// One input whose label is known, and what was said about it.
struct Trial {
    double score = 0;  ///< higher: more likely manipulated or synthetic
    bool manipulated = false;
    std::string group;  ///< what is resampled as a whole: source, camera, speaker
};

/// Error rates at one threshold: a trial counts as found where its score lies above it.
struct OperatingPoint {
    double threshold = 0;
    double miss_rate = 0;         ///< manipulated trials not found, share
    double false_alarm_rate = 0;  ///< genuine trials found, share
};

/// Prior of a manipulated input and the two costs of a detection cost function.
struct Costs {
    double prior = 0.05;
    double miss = 1, false_alarm = 1;
};

// Every function answers nothing where one of the two classes is missing. Scores are finite.

/// Every operating point, from "nothing is found" to "everything is found", thresholds falling. Empty where a class is
/// missing.
std::vector<OperatingPoint> operating_points(const std::vector<Trial>& trials);

/// Area under the receiver operating characteristic: the probability that a manipulated trial scores above a genuine
/// one, ties counting half (Mann and Whitney's U over the number of pairs).
std::optional<double> area_under_curve(const std::vector<Trial>& trials);

/// Equal error rate, where the two error rates cross, interpolated linearly between operating points.
std::optional<double> equal_error_rate(const std::vector<Trial>& trials);

/// Detection cost at the best threshold, over that of the better of the two answers that look at nothing.
std::optional<double> least_detection_cost(const std::vector<Trial>& trials, const Costs& costs = {});

/// The same at the threshold that is optimal for well-calibrated scores; scores are log10 likelihood ratios.
std::optional<double> actual_detection_cost(const std::vector<Trial>& trials, const Costs& costs = {});

/// Cost of log-likelihood ratios (Brümmer and du Preez 2006), bits; 0 is perfect, 1 is as good as saying nothing;
/// scores are log10 likelihood ratios.
std::optional<double> log_likelihood_ratio_cost(const std::vector<Trial>& trials);

/// Share of the manipulated trials found at the lowest threshold that alarms on at most `false_alarm_rate` of the
/// genuine ones.
std::optional<OperatingPoint> found_at(const std::vector<Trial>& trials, double false_alarm_rate);

}  // namespace bonafide::evaluation

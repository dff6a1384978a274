#pragma once

#include "features/sensor_fingerprint.h"
#include "features/sensor_residual.h"

#include <opencv2/core.hpp>

#include <vector>

namespace bonafide::features {

/// How a picture lies in a camera's pattern: the picture, turned clockwise by `quarter_turns`, is what was cut at
/// `offset` out of the pattern resized to `pattern_size`.
struct SensorMatch {
    double pce = 0;  ///< peak to correlation energy, negative where the strongest agreement is a disagreement
    double scale = 1;
    cv::Size pattern_size;
    cv::Point offset;
    int quarter_turns = 0;
    int trials = 0;        ///< pairs of scale and turn that were tried
    double positions = 0;  ///< places that were compared, over all trials
};

struct SensorSearch {
    double enough_pce = 60;  ///< a better match is not looked for
    bool scaled = true;      ///< try other sizes than the camera's own
    bool turned = true;      ///< try the picture turned
};

/// The smallest picture side that can be compared.
inline constexpr int kSmallestSensorSidePx = 64;

/// Scales at which a picture of the size `picture` could have been cut out of a pattern of the size `pattern`, in the
/// order in which they are tried: the camera's own size, the one at which the picture spans the pattern, then those of
/// usual sizes.
std::vector<double> scales_to_try(cv::Size picture, cv::Size pattern, bool scaled);

/// The best match of a picture's residual with `pattern` (CV_32FC1) that a bounded search finds. ENSURE: both sides of
/// both are kSmallestSensorSidePx or more.
SensorMatch match_sensor(const WeightedResidual& picture, const cv::Mat& pattern, const SensorSearch& search);

/// The part of `pattern` that lies under a picture of the size `picture`, in the picture's own orientation; 0 outside
/// the pattern.
cv::Mat pattern_under(const cv::Mat& pattern, const SensorMatch& match, cv::Size picture);

/// The chance that a picture of another camera exceeds `pce` at one of `positions` places, were the correlation plane
/// normal noise (Goljan and Fridrich 2008).
double chance_of_pce(double pce, double positions);

}  // namespace bonafide::features

#pragma once

#include "analyzers/image/copy_move/dense_features.h"
#include "analyzers/image/copy_move/motion.h"

#include <opencv2/core.hpp>

#include <vector>

namespace bonafide::analyzers::clone {

/// For each place the displacement to the place most like it that is at least `least_shift` away: CV_32SC2, of the
/// size of the field. The same for any number of threads.
cv::Mat nearest_field(const FeatureField& features, int least_shift);

/// Connected places over which the displacement is an affine function: suspected copies, heaviest first. In pixels of
/// the dense level.
std::vector<Hypothesis> coherent_places(const cv::Mat& displacements, int most);

}  // namespace bonafide::analyzers::clone

#pragma once

#include <vector>

namespace bonafide::evidence {

/// The standard score of one thing that would say as much as all of `sigmas` (not empty, finite), any one of which may
/// be the forged one: the mean of the likelihood ratios, where forged ones score higher than genuine ones by `shift`
/// standard deviations (positive) and both are normally distributed with the same spread.
double together(const std::vector<double>& sigmas, double shift);

}  // namespace bonafide::evidence

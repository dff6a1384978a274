#pragma once

#include "features/faces/mesh.h"
#include "forge/animal_drawing.h"

#include <opencv2/core.hpp>

#include <functional>

namespace bonafide::forge {

/// No smaller face gets an animal's, px from forehead to chin.
inline constexpr double kSmallestAnimalFacePx = 48;

/// How far lids and lips of `face` are open, in distances between its eyes.
Expression expression_of(const features::faces::Face& face);

/// Gives the animal's face, drawn or cut out for so many px a distance between the eyes (draw_animal(),
/// animal_from_picture()).
using DrawAnimal = std::function<Result<cv::Mat>(const Expression& expression, double unit_px)>;

/// `rgb` (CV_8UC3) with an animal's face over `face`: turned as the head is, in its light. Errors of `draw`.
Result<cv::Mat> wear_animal(const cv::Mat& rgb, const features::faces::Face& face, const DrawAnimal& draw);

}  // namespace bonafide::forge

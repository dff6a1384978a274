#pragma once

#include "features/faces/mesh.h"

namespace bonafide::features::faces {

/// Draws a face's box, landmarks, irises and the direction of its head into `rgb` (CV_8UC3, red first), in the colour
/// of its number, which stands at the box. `landmarks_px`: where to draw the landmarks, such as smoothed ones.
void draw(cv::Mat& rgb, const Face& face, const std::vector<cv::Point2f>& landmarks_px, int number);

}  // namespace bonafide::features::faces

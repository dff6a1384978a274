#pragma once

#include "base/result.h"

#include <opencv2/core.hpp>

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace bonafide::forge {

/// What a face does, measured in distances between the eyes' centres.
struct Expression {
    double mouth_below_eyes = 1.0;
    double mouth_gap = 0;                  ///< between the inner lips
    double left_open = 1, right_open = 1;  ///< of the picture's left and right eye: 0 closed, 1 wide open
};

/// A plane in front of the face, seen straight on: the origin midway between the eyes, which lie at (-0.5, 0) and (0.5,
/// 0), y down. A canvas shows this part of it.
inline constexpr double kCanvasLeft = -2.3, kCanvasTop = -3.2, kCanvasWidth = 4.6, kCanvasHeight = 5.8;

/// Names of the animals that draw_animal() knows.
const std::vector<std::string_view>& drawn_animals();

/// The face of `animal` (one of drawn_animals()) doing what `expression` says, on a canvas of `unit_px` px for one
/// distance between the eyes: CV_32FC4, red first, each in [0, 1], the last its opacity. Fur comes from `seed`.
cv::Mat draw_animal(std::string_view animal, const Expression& expression, double unit_px, std::uint64_t seed);

/// The same of a picture of an animal (CV_8UC3). `places_px`: of its left eye, its right eye (as the picture shows
/// them) and the middle of its mouth. kUsage where these are no triangle inside the picture.
Result<cv::Mat> animal_from_picture(const cv::Mat& rgb, const std::array<cv::Point2f, 3>& places_px,
                                    const Expression& expression, double unit_px);

}  // namespace bonafide::forge

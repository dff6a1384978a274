#pragma once

#include "errors.h"
#include "features/faces/mesh.h"

#include <opencv2/core.hpp>

#include <string>

namespace bonafide::python {

/// No face is worked on of which less lies in the picture.
inline constexpr float kLeastShareInside = 0.25F;

/// Throws UsageError unless `face` is at least `least_px` from top to bottom, and lies in `rgb` at least in part: it
/// may have been measured on another picture.
inline void require_face_in(const cv::Mat& rgb, const features::faces::Face& face, double least_px, const char* name) {
    const cv::Rect2f box = face.box_px();
    const cv::Rect2f whole(0, 0, static_cast<float>(rgb.cols), static_cast<float>(rgb.rows));
    if (static_cast<double>(box.height) < least_px) {
        refuse(ErrorCode::kUsage, std::string(name) + " is smaller than the " +
                                      std::to_string(static_cast<int>(least_px)) + " px that this needs");
    }
    if ((box & whole).area() < kLeastShareInside * box.area()) {
        refuse(ErrorCode::kUsage, std::string(name) + " does not lie in this picture");
    }
}

}  // namespace bonafide::python

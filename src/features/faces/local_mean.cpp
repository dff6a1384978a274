#include "features/faces/local_mean.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>

namespace bonafide::features::faces {
namespace {

constexpr double kWindow = 1.0 / 24;  // sigma over the face's height
constexpr double kLeastWindowPx = 2;
constexpr double kCellsInWindow = 2;  // the grid is so fine

}  // namespace

LocalMean::LocalMean(cv::Size picture, double face_px) {
    const double window_px = std::max(kLeastWindowPx, face_px * kWindow);
    step_px_ = std::max(1, cvFloor(window_px / kCellsInWindow));
    sigma_cells_ = window_px / step_px_;
    grid_ = cv::Size(std::max(1, picture.width / step_px_), std::max(1, picture.height / step_px_));
    used_ = cv::Rect(0, 0, std::min(picture.width, grid_.width * step_px_),
                     std::min(picture.height, grid_.height * step_px_));
}

cv::Mat LocalMean::of(const cv::Mat& plane) const {
    cv::Mat small, mean;
    cv::resize(plane(used_), small, grid_, 0, 0, cv::INTER_AREA);
    cv::GaussianBlur(small, mean, {}, sigma_cells_, sigma_cells_, cv::BORDER_REFLECT_101);
    return mean;
}

cv::Point LocalMean::cell_of(cv::Point2f place) const {
    return {std::min(static_cast<int>(place.x) / step_px_, grid_.width - 1),
            std::min(static_cast<int>(place.y) / step_px_, grid_.height - 1)};
}

}  // namespace bonafide::features::faces

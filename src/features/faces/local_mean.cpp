#include "features/faces/local_mean.h"

#include "base/ensure.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace bonafide::features::faces {
namespace {

constexpr double kWindow = 1.0 / 24;  // sigma over the face's height
constexpr double kLeastWindowPx = 2;
constexpr double kCellsInWindow = 2;    // the grid is so fine
constexpr double kSigmasInReach = 4.5;  // OpenCV ends a Gaussian of floats at 4, rounded up to whole cells

}  // namespace

LocalMean::LocalMean(cv::Size picture, double face_px, const std::vector<cv::Point2f>& places) {
    ENSURE(!picture.empty());
    const double window_px = std::max(kLeastWindowPx, face_px * kWindow);
    step_px_ = std::max(1, cvFloor(window_px / kCellsInWindow));
    sigma_cells_ = window_px / step_px_;
    grid_ = cv::Size(std::max(1, picture.width / step_px_), std::max(1, picture.height / step_px_));
    for (const cv::Point2f& place : places) {
        part_cells_ |= cv::Rect(cell_in_picture(place), cv::Size(1, 1));
    }
    if (part_cells_.empty()) {
        part_cells_ = cv::Rect(0, 0, 1, 1);
    }
    const int reach = cvCeil(kSigmasInReach * sigma_cells_);
    part_cells_ = cv::Rect(part_cells_.x - reach, part_cells_.y - reach, part_cells_.width + 2 * reach,
                           part_cells_.height + 2 * reach) &
                  cv::Rect({}, grid_);
    // A picture that is smaller than a cell is one cell.
    part_ = cv::Rect(part_cells_.x * step_px_, part_cells_.y * step_px_, part_cells_.width * step_px_,
                     part_cells_.height * step_px_) &
            cv::Rect({}, picture);
}

cv::Rect LocalMean::pixels_of(cv::Point cell) const {
    return cv::Rect(cell.x * step_px_, cell.y * step_px_, step_px_, step_px_) & cv::Rect({}, part_.size());
}

cv::Mat LocalMean::of(const cv::Mat& plane) const {
    ENSURE(plane.size() == part_.size());
    cv::Mat small;
    cv::resize(plane, small, cells(), 0, 0, cv::INTER_AREA);
    return of_cells(small);
}

cv::Mat LocalMean::of_thinned(const cv::Mat& plane, int step_px) const {
    ENSURE(step_px <= step_px_);
    // As wide as the window over means of cells, which blur a little by themselves.
    const double cell = step_px_, sigma_px = std::sqrt(cell * cell * sigma_cells_ * sigma_cells_ + cell * cell / 12);
    cv::Mat smooth, means;
    cv::GaussianBlur(plane, smooth, {}, sigma_px / step_px, sigma_px / step_px, cv::BORDER_REFLECT_101);
    const double steps = cell / step_px, middle = (cell - 1) / 2 / step_px;
    cv::warpAffine(smooth, means, cv::Matx23d(steps, 0, middle, 0, steps, middle), cells(),
                   cv::INTER_LINEAR | cv::WARP_INVERSE_MAP, cv::BORDER_REPLICATE);
    return means;
}

cv::Mat LocalMean::of_cells(const cv::Mat& means) const {
    cv::Mat mean;
    cv::GaussianBlur(means, mean, {}, sigma_cells_, sigma_cells_, cv::BORDER_REFLECT_101);
    return mean;
}

cv::Point LocalMean::cell_in_picture(cv::Point2f place) const {
    return {std::min(static_cast<int>(place.x) / step_px_, grid_.width - 1),
            std::min(static_cast<int>(place.y) / step_px_, grid_.height - 1)};
}

cv::Point LocalMean::cell_of(cv::Point2f place) const {
    return cell_in_picture(place) - part_cells_.tl();
}

}  // namespace bonafide::features::faces

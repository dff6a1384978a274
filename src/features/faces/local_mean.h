#pragma once

#include <opencv2/core.hpp>

namespace bonafide::features::faces {

/// Means around every place of a picture of a face, on a coarse grid, since they vary slowly: Gaussian windows whose
/// sigma is a 24th of the face's height, at least 2 px.
class LocalMean {
  public:
    /// `face_px`: forehead to chin. `picture` is not empty.
    LocalMean(cv::Size picture, double face_px);
    /// Of `plane` (CV_32FC1, the picture's size), one value a cell.
    cv::Mat of(const cv::Mat& plane) const;
    /// The cell that holds a place of the picture.
    cv::Point cell_of(cv::Point2f place) const;

  private:
    int step_px_ = 1;
    double sigma_cells_ = 1;
    cv::Size grid_;
    cv::Rect used_;
};

}  // namespace bonafide::features::faces

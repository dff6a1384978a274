#pragma once

#include <opencv2/core.hpp>

#include <vector>

namespace bonafide::features::faces {

/// Means around places of a picture of a face, on a coarse grid, since they vary slowly: Gaussian windows whose sigma
/// is a 24th of the face's height, at least 2 px.
class LocalMean {
  public:
    /// `face_px`: forehead to chin. `picture` is not empty. `places`: all that will be asked for; each lies in the
    /// picture.
    LocalMean(cv::Size picture, double face_px, const std::vector<cv::Point2f>& places);
    /// The part of the picture on which the means at the places depend: what lies outside it need not be known.
    const cv::Rect& part() const { return part_; }
    /// Side of a cell.
    int step_px() const { return step_px_; }
    /// Cells of the part.
    cv::Size cells() const { return {part_cells_.width, part_cells_.height}; }
    /// The pixels of a cell, counted from the part's corner.
    cv::Rect pixels_of(cv::Point cell) const;
    /// Of `plane` (CV_32FC1, of the part's size), one value a cell.
    cv::Mat of(const cv::Mat& plane) const;
    /// Of every `step_px`-th pixel of the part, where that is no wider than a cell.
    cv::Mat of_thinned(const cv::Mat& plane, int step_px) const;
    /// The same of what was already averaged over the pixels of each cell.
    cv::Mat of_cells(const cv::Mat& means) const;
    /// The cell of the part that holds a place of the picture.
    cv::Point cell_of(cv::Point2f place) const;

  private:
    cv::Point cell_in_picture(cv::Point2f place) const;

    int step_px_ = 1;
    double sigma_cells_ = 1;
    cv::Size grid_;  ///< of the picture
    cv::Rect part_cells_, part_;
};

}  // namespace bonafide::features::faces

#pragma once

#include "features/faces/bands.h"
#include "features/faces/places.h"

#include <opencv2/core.hpp>

#include <array>
#include <optional>
#include <string_view>
#include <vector>

namespace bonafide::analyzers::film_swap {

namespace places = features::faces::places;

using features::faces::kBands;

/// A number of every place, band by band; NaN where too much of the place lies outside the picture.
using Numbers = std::array<std::array<float, kBands>, places::kPlaces>;

/// What two frames after one another say of a face.
struct Compared {
    /// How much of the detail changed beyond what moved with the picture: natural logarithm of the mean square of what
    /// changed over the mean square of the detail.
    Numbers change{};
    Numbers detail{};        ///< of the later frame: natural logarithm of its mean square, levels squared
    double face_px = 0;      ///< forehead to chin
    double motion_px = 0;    ///< mean size of the motion of face and surroundings
    double fine_detail = 0;  ///< mean over the places of the finest band of `detail`
    double residue = 0;      ///< mean over the places of the logarithm of what changed in the finest band
};

/// Faces higher than this are shrunk to it: nothing larger was in the training.
inline constexpr double kLargestFacePx = 300;

/// The detail of one frame (CV_8UC3, red first). `landmarks_px`: of the face (features::faces::kLandmarks). Nothing
/// where the face is lower than 16 px or not in the picture.
std::optional<Numbers> measure_detail(const cv::Mat& rgb, const std::vector<cv::Point2f>& landmarks_px);

/// Compares the face of `now` with the same part of the frame before, of the same size. Nothing where measure_detail
/// has nothing, and where the two frames are the same there.
std::optional<Compared> compare_frames(const cv::Mat& now, const cv::Mat& before,
                                       const std::vector<cv::Point2f>& landmarks_px);

/// `numbers` along the outline of the face less the mean of those inside and around it, band by band; nothing where
/// more than half of the places of any of the three lie outside the picture.
std::optional<std::array<double, kBands>> contrast_of(const Numbers& numbers);

}  // namespace bonafide::analyzers::film_swap

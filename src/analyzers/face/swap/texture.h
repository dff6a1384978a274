#pragma once

#include "features/faces/places.h"

#include <opencv2/core.hpp>

#include <array>
#include <bitset>
#include <optional>
#include <string_view>
#include <vector>

namespace bonafide::analyzers::swapped {

using features::faces::places::face_height_px;
using features::faces::places::is_reference;
using features::faces::places::kOutline;
using features::faces::places::kPlaces;
using features::faces::places::middle_of;
using features::faces::places::name_of_place;
using features::faces::places::Part;
using features::faces::places::place_of;
using features::faces::places::points_of;
using features::faces::places::Sector;

/// What is measured at every place of a face. Energies are natural logarithms of mean squares, in 8-bit levels squared.
enum class Channel {
    kLuma0,  ///< luminance detail finer than 0.8 px, then 0.8 to 1.6, 1.6 to 3.2, 3.2 to 6.4 px (Gaussian sigmas)
    kLuma1,
    kLuma2,
    kLuma3,
    kChroma0,  ///< colour detail finer than 1.2 px, then 1.2 to 2.4 px
    kChroma1,
    kAcross,  ///< correlation of the finest detail with its neighbour to the right, below, and below to the right
    kDown,
    kDiagonal,
    kEvenness,  ///< log of (mean size)^2 over mean square of the finest detail: high for noise, low for single edges
    kFace0,     ///< luminance detail in shares of the face: finer than 1/120 of its height, then 1/60, 1/30
    kFace1,
    kFace2
};
inline constexpr std::size_t kChannels = 13;
/// "luma_0", "across": as the model file names it.
std::string_view name_of_channel(std::size_t channel);

/// Which channels are wanted; measuring the others is saved.
using Channels = std::bitset<kChannels>;
inline Channels all_channels() {
    return Channels().set();
}

/// Place by channel; NaN where too much of the place lies outside the picture, and where the channel was not wanted.
using Texture = std::array<std::array<float, kChannels>, kPlaces>;

/// Faces higher than this are shrunk to it: nothing larger was in the training.
inline constexpr double kLargestFacePx = 300;

/// Measures `rgb` (CV_8UC3, red first) around the face whose landmarks are given (features::faces::kLandmarks, px).
/// Nothing where the face is lower than 8 px or not in the picture.
std::optional<Texture> measure_texture(const cv::Mat& rgb, std::vector<cv::Point2f> landmarks_px,
                                       const Channels& channels);

}  // namespace bonafide::analyzers::swapped

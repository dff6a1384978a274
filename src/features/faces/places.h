#pragma once

#include <opencv2/core.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace bonafide::features::faces::places {

/// The outline of the face in MediaPipe's numbering, clockwise in the picture from the middle of the forehead.
inline constexpr std::array<std::size_t, 36> kOutline = {10,  338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288,
                                                         397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136,
                                                         172, 58,  132, 93,  234, 127, 162, 21,  54,  103, 67,  109};

/// Outlines of a face, as shares of its own outline's distance from the middle: inside it, along it, around it.
inline constexpr std::array<double, 9> kRings = {0.45, 0.6, 0.75, 0.88, 1.0, 1.12, 1.25, 1.4, 1.6};
/// Parts of a ring: towards the hair, the ears, the neck.
enum class Sector { kTop, kSide, kBottom };
inline constexpr std::size_t kSectors = 3;
/// Parts of the inner face, by landmarks.
enum class Part { kEyes, kBrows, kLips, kNose, kCheeks, kForehead };
inline constexpr std::size_t kParts = 6;
inline constexpr std::size_t kPlaces = kRings.size() * kSectors + kParts;

/// Where a statistic is taken: ring 0 top, ring 0 side, ring 0 bottom, ring 1 top, ..., then the parts.
constexpr std::size_t place_of(std::size_t ring, Sector sector) {
    return ring * kSectors + static_cast<std::size_t>(sector);
}
constexpr std::size_t place_of(Part part) {
    return kRings.size() * kSectors + static_cast<std::size_t>(part);
}
/// "top 0.88", "eyes": as the model file names it.
const std::string& name_of_place(std::size_t place);
/// Lies this place well outside every usual mask, so that what is measured there serves as the reference?
bool is_reference(std::size_t place);

/// Parts of a head, for comparisons of one with another.
enum class Zone {
    kInner,   ///< inside every usual mask
    kEdge,    ///< where masks end: along the outline of the face
    kAround,  ///< outside every usual mask: is_reference
    kOther    ///< the forehead, where hair may be
};
inline constexpr std::size_t kZones = 3;  ///< without the last
Zone zone_of(std::size_t place);

/// Points of every place in the picture; `landmarks_px`: features::faces::kLandmarks of them.
std::array<std::vector<cv::Point2f>, kPlaces> points_of(const std::vector<cv::Point2f>& landmarks_px);

/// Forehead to chin, px.
double face_height_px(const std::vector<cv::Point2f>& landmarks_px);
/// Middle of the outline.
cv::Point2f middle_of(const std::vector<cv::Point2f>& landmarks_px);

}  // namespace bonafide::features::faces::places

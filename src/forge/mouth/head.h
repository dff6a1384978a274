#pragma once

#include "features/faces/mesh.h"

#include <opencv2/core.hpp>

#include <array>
#include <vector>

namespace bonafide::forge {

/// The 468 landmarks of a head that looks straight ahead: x to the picture's right, y down, z away; unit: the distance
/// between the centres of its eyes, whose middle is 0, 0, 0.
using HeadPoints = std::vector<cv::Point3f>;

/// Where a head is in a picture, and how it is turned.
struct HeadPlace {
    cv::Matx33f turn = cv::Matx33f::eye();  ///< from the head to the picture
    float unit_px = 1;
    cv::Vec3f origin_px;

    cv::Point3f in_picture(const cv::Point3f& head) const;
    cv::Point3f in_head(const cv::Point3f& picture_px) const;
    HeadPoints in_head(const features::faces::Face& face) const;
};

/// A face's own axes, from what neither speaks nor chews.
HeadPlace own_place(const features::faces::Face& face);

/// Where `head` lies best on `face`, by what neither speaks nor chews: Umeyama, "Least-squares estimation of
/// transformation parameters between two point patterns" (IEEE TPAMI 13(4), 1991), in three dimensions; the nose counts
/// most, since it is nearest to the mouth.
HeadPlace place_of(const HeadPoints& head, const features::faces::Face& face);

/// The landmarks around the mouth, ring by ring from the inner edge of the lips to the skin: in each the person's right
/// corner, nine of the upper side, the left corner, nine of the lower side backwards.
inline constexpr std::size_t kAround = 20, kHalfAround = 10;
using MouthRing = std::array<std::size_t, kAround>;
inline constexpr std::size_t kLipRings = 4;  ///< the last one is the outer edge of the lips
extern const std::array<MouthRing, kLipRings + 1> kMouthRings;

}  // namespace bonafide::forge

#include "features/faces/places.h"

#include "base/ensure.h"
#include "features/faces/mesh.h"

#include <cmath>
#include <cstdio>

namespace bonafide::features::faces::places {
namespace {

/// By place in kOutline.
Sector sector_of(std::size_t corner) {
    if (corner <= 5 || corner >= 31) {
        return Sector::kTop;
    }
    return corner >= 13 && corner <= 23 ? Sector::kBottom : Sector::kSide;
}

const std::vector<std::size_t>& landmarks_of(Part part) {
    static const std::array<std::vector<std::size_t>, kParts> all = {{
        {33,  7,   163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246,
         263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466},
        {70, 63, 105, 66, 107, 55, 65, 52, 53, 46, 300, 293, 334, 296, 336, 285, 295, 282, 283, 276},
        {61, 146, 91,  181, 84, 17, 314, 405, 321, 375, 291, 308, 324, 318, 402, 317, 14,  87,  178, 88,
         95, 78,  185, 40,  39, 37, 0,   267, 269, 270, 409, 191, 80,  81,  82,  13,  312, 311, 310, 415},
        {1, 2, 98, 327, 4, 5, 195, 197, 6, 168, 48, 278, 64, 294, 19, 94},
        {50, 101, 36, 205, 187, 123, 117, 118, 280, 330, 266, 425, 411, 352, 346, 347},
        {9, 151, 108, 337, 69, 299, 104, 333, 8},
    }};
    return all[static_cast<std::size_t>(part)];
}

constexpr double kLeastReferenceRing = 1.25, kWidestInnerRing = 0.75;

double ring_of(std::size_t place) {
    return place < kRings.size() * kSectors ? kRings[place / kSectors] : 0;
}

}  // namespace

const std::string& name_of_place(std::size_t place) {
    static const std::array<std::string, kPlaces> names = [] {
        std::array<std::string, kPlaces> made;
        constexpr std::array<const char*, kSectors> kSectorNames = {"top", "side", "bottom"};
        constexpr std::array<const char*, kParts> kPartNames = {"eyes", "brows", "lips", "nose", "cheeks", "forehead"};
        for (std::size_t ring = 0; ring < kRings.size(); ++ring) {
            for (std::size_t sector = 0; sector < kSectors; ++sector) {
                char text[24];
                std::snprintf(text, sizeof text, "%s %.2f", kSectorNames[sector], kRings[ring]);
                made[ring * kSectors + sector] = text;
            }
        }
        for (std::size_t part = 0; part < kParts; ++part) {
            made[kRings.size() * kSectors + part] = kPartNames[part];
        }
        return made;
    }();
    ENSURE(place < kPlaces);
    return names[place];
}

bool is_reference(std::size_t place) {
    return ring_of(place) >= kLeastReferenceRing;
}

Zone zone_of(std::size_t place) {
    ENSURE(place < kPlaces);
    const double ring = ring_of(place);
    if (ring == 0) {
        return place == place_of(Part::kForehead) ? Zone::kOther : Zone::kInner;
    }
    if (ring <= kWidestInnerRing) {
        return Zone::kInner;
    }
    return is_reference(place) ? Zone::kAround : Zone::kEdge;
}

cv::Point2f middle_of(const std::vector<cv::Point2f>& landmarks_px) {
    cv::Point2f sum;
    for (const std::size_t corner : kOutline) {
        sum += landmarks_px[corner];
    }
    return sum / static_cast<float>(kOutline.size());
}

double face_height_px(const std::vector<cv::Point2f>& landmarks_px) {
    return cv::norm(landmarks_px[landmark::kForehead] - landmarks_px[landmark::kChin]);
}

std::array<std::vector<cv::Point2f>, kPlaces> points_of(const std::vector<cv::Point2f>& landmarks_px) {
    ENSURE(landmarks_px.size() == kLandmarks);
    std::array<std::vector<cv::Point2f>, kPlaces> points;
    const cv::Point2f middle = middle_of(landmarks_px);
    for (std::size_t ring = 0; ring < kRings.size(); ++ring) {
        for (std::size_t corner = 0; corner < kOutline.size(); ++corner) {
            const cv::Point2f place =
                middle + static_cast<float>(kRings[ring]) * (landmarks_px[kOutline[corner]] - middle);
            points[place_of(ring, sector_of(corner))].push_back(place);
        }
    }
    for (std::size_t part = 0; part < kParts; ++part) {
        for (const std::size_t landmark : landmarks_of(static_cast<Part>(part))) {
            points[place_of(static_cast<Part>(part))].push_back(landmarks_px[landmark]);
        }
    }
    return points;
}

}  // namespace bonafide::features::faces::places

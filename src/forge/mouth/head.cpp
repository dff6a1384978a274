#include "forge/mouth/head.h"

#include "base/ensure.h"

#include <algorithm>

namespace bonafide::forge {
namespace {

using features::faces::Face;
namespace landmark = features::faces::landmark;

/// Brow, temples, eyes and bridge of the nose; then the nose's end and wings.
constexpr std::array<std::size_t, 33> kSkull = {10,  338, 297, 332, 284, 251, 389, 356, 454, 109, 67,
                                                103, 54,  21,  162, 127, 234, 168, 6,   197, 195, 9,
                                                8,   151, 108, 337, 69,  299, 33,  133, 362, 263, 5};
constexpr std::array<std::size_t, 14> kNose = {4, 1, 19, 94, 2, 97, 326, 98, 327, 48, 278, 49, 279, 129};
constexpr float kNoseWeight = 3;

cv::Vec3f vector(const cv::Point3f& point) {
    return {point.x, point.y, point.z};
}

cv::Vec3f middle(const Face& face, std::size_t first, std::size_t second) {
    return (vector(face.landmarks_px[first]) + vector(face.landmarks_px[second])) * 0.5F;
}

template <class Use>
void for_each_fixed(const Use& use) {
    for (const std::size_t number : kSkull) {
        use(number, 1.0F);
    }
    for (const std::size_t number : kNose) {
        use(number, kNoseWeight);
    }
}

}  // namespace

const std::array<MouthRing, kLipRings + 1> kMouthRings = {
    MouthRing{78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95},
    MouthRing{62, 183, 42, 41, 38, 12, 268, 271, 272, 407, 292, 325, 319, 403, 316, 15, 86, 179, 89, 96},
    MouthRing{76, 184, 74, 73, 72, 11, 302, 303, 304, 408, 306, 307, 320, 404, 315, 16, 85, 180, 90, 77},
    MouthRing{61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146},
    MouthRing{57, 186, 92, 165, 167, 164, 393, 391, 322, 410, 287, 273, 335, 406, 313, 18, 83, 182, 106, 43}};

cv::Point3f HeadPlace::in_picture(const cv::Point3f& head) const {
    const cv::Vec3f place = origin_px + unit_px * (turn * vector(head));
    return {place[0], place[1], place[2]};
}

cv::Point3f HeadPlace::in_head(const cv::Point3f& picture_px) const {
    const cv::Vec3f place = turn.t() * (vector(picture_px) - origin_px) * (1 / unit_px);
    return {place[0], place[1], place[2]};
}

HeadPoints HeadPlace::in_head(const Face& face) const {
    HeadPoints points;
    points.reserve(face.landmarks_px.size());
    for (const cv::Point3f& landmark : face.landmarks_px) {
        points.push_back(in_head(landmark));
    }
    return points;
}

HeadPlace own_place(const Face& face) {
    const cv::Vec3f left_eye = middle(face, landmark::kRightEyeOuter, landmark::kRightEyeInner);
    const cv::Vec3f right_eye = middle(face, landmark::kLeftEyeOuter, landmark::kLeftEyeInner);
    const cv::Vec3f right =
        cv::normalize(vector(face.landmarks_px[landmark::kCheekLeft] - face.landmarks_px[landmark::kCheekRight]));
    constexpr std::size_t kUnderNose = 2;
    const cv::Vec3f length = vector(face.landmarks_px[kUnderNose] - face.landmarks_px[landmark::kForehead]);
    const cv::Vec3f down = cv::normalize(length - right * length.dot(right));
    const cv::Vec3f away = right.cross(down);
    HeadPlace place;
    place.turn = {right[0], down[0], away[0], right[1], down[1], away[1], right[2], down[2], away[2]};
    place.unit_px = std::max(1.0F, static_cast<float>(cv::norm(right_eye - left_eye)));
    place.origin_px = (left_eye + right_eye) * 0.5F;
    return place;
}

HeadPlace place_of(const HeadPoints& head, const Face& face) {
    ENSURE(head.size() == face.landmarks_px.size());
    cv::Vec3f head_mean, face_mean;
    float weights = 0;
    for_each_fixed([&](std::size_t number, float weight) {
        head_mean += weight * vector(head[number]);
        face_mean += weight * vector(face.landmarks_px[number]);
        weights += weight;
    });
    head_mean *= 1 / weights;
    face_mean *= 1 / weights;
    cv::Matx33f product = cv::Matx33f::zeros();
    float spread = 0;
    for_each_fixed([&](std::size_t number, float weight) {
        const cv::Vec3f there = vector(head[number]) - head_mean;
        const cv::Vec3f here = vector(face.landmarks_px[number]) - face_mean;
        product += weight * (here * there.t());
        spread += weight * there.dot(there);
    });
    cv::Matx33f left, right_transposed;
    cv::Matx31f sizes;
    cv::SVD::compute(product, sizes, left, right_transposed);
    cv::Matx33f flip = cv::Matx33f::eye();
    flip(2, 2) = cv::determinant(left) * cv::determinant(right_transposed) < 0 ? -1.0F : 1.0F;
    HeadPlace place;
    place.turn = left * flip * right_transposed;
    place.unit_px = std::max(1e-3F, (sizes(0) + sizes(1) + flip(2, 2) * sizes(2)) / std::max(1e-6F, spread));
    place.origin_px = face_mean - place.unit_px * (place.turn * head_mean);
    return place;
}

}  // namespace bonafide::forge

#include "features/faces/mesh.h"

#include "base/ensure.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>

namespace bonafide::features::faces {
namespace {

constexpr int kMeshInputPx = 192, kIrisInputPx = 64;
constexpr float kMeshSquareOverBox = 1.5F, kIrisSquareOverEye = 2.3F;
constexpr std::size_t kIrisPoints = 5;  // the centre, then four on the rim

float angle_between(cv::Point2f right_eye, cv::Point2f left_eye) {
    return std::atan2(left_eye.y - right_eye.y, left_eye.x - right_eye.x);
}

cv::Point2f flat(const cv::Point3f& point) {
    return {point.x, point.y};
}

float distance(const cv::Point2f& a, const cv::Point2f& b) {
    return static_cast<float>(cv::norm(a - b));
}

/// The square cut out of the picture, in [0, 1]; what lies outside the picture is black.
infer::Tensor cut(const cv::Mat& rgb, const UprightSquare& square, int size_px, bool mirrored) {
    const auto size = static_cast<std::size_t>(size_px);
    infer::Tensor tensor{{1, size, size, 3}, std::vector<float>(size * size * 3)};
    cv::Mat cut_out;
    cv::warpAffine(rgb, cut_out, square.to_square(size_px), {size_px, size_px}, cv::INTER_LINEAR, cv::BORDER_CONSTANT);
    if (mirrored) {
        cv::flip(cut_out, cut_out, 1);
    }
    cv::Mat into(size_px, size_px, CV_32FC3, tensor.values.data());
    cut_out.convertTo(into, CV_32F, 1 / 255.0);
    return tensor;
}

float lids_over_corners(const Face& face, std::size_t corner, std::size_t other_corner,
                        const std::array<std::array<std::size_t, 2>, 2>& lids) {
    // Soukupova and Cech, "Real-time eye blink detection using facial landmarks", CVWW 2016.
    float opening = 0;
    for (const auto& [upper, lower] : lids) {
        opening += distance(face.point(upper), face.point(lower)) / 2;
    }
    const float width = distance(face.point(corner), face.point(other_corner));
    return width > 0 ? opening / width : 0;
}

}  // namespace

UprightSquare UprightSquare::around(const Detection& detection) {
    const cv::Rect2f& box = detection.box_px;
    return {(box.tl() + box.br()) / 2, kMeshSquareOverBox * std::max(box.width, box.height),
            angle_between(detection.at(Keypoint::kRightEye), detection.at(Keypoint::kLeftEye))};
}

UprightSquare UprightSquare::around(const std::vector<cv::Point3f>& landmarks_px) {
    ENSURE(landmarks_px.size() == kLandmarks);
    const float angle =
        angle_between(flat(landmarks_px[landmark::kRightEyeOuter]), flat(landmarks_px[landmark::kLeftEyeOuter]));
    // The box is measured in the turned frame, as it will be cut.
    const float cosine = std::cos(angle), sine = std::sin(angle);
    cv::Point2f low(1e9F, 1e9F), high(-1e9F, -1e9F);
    for (const cv::Point3f& point : landmarks_px) {
        const cv::Point2f turned(point.x * cosine + point.y * sine, point.y * cosine - point.x * sine);
        low = {std::min(low.x, turned.x), std::min(low.y, turned.y)};
        high = {std::max(high.x, turned.x), std::max(high.y, turned.y)};
    }
    const cv::Point2f middle = (low + high) / 2;
    return {{middle.x * cosine - middle.y * sine, middle.y * cosine + middle.x * sine},
            kMeshSquareOverBox * std::max(high.x - low.x, high.y - low.y),
            angle};
}

cv::Matx23f UprightSquare::to_square(int size_px) const {
    const auto size = static_cast<float>(size_px);
    const float scale = size / std::max(side_px, 1e-3F);
    const float cosine = std::cos(angle_rad) * scale, sine = std::sin(angle_rad) * scale;
    return {cosine, sine,   size / 2 - (cosine * centre_px.x + sine * centre_px.y),
            -sine,  cosine, size / 2 - (cosine * centre_px.y - sine * centre_px.x)};
}

std::vector<cv::Point2f> Face::points() const {
    std::vector<cv::Point2f> flat;
    flat.reserve(landmarks_px.size());
    for (const cv::Point3f& point : landmarks_px) {
        flat.emplace_back(point.x, point.y);
    }
    return flat;
}

cv::Rect2f Face::box_px() const {
    cv::Point2f low(1e9F, 1e9F), high(-1e9F, -1e9F);
    for (const cv::Point3f& point : landmarks_px) {
        low = {std::min(low.x, point.x), std::min(low.y, point.y)};
        high = {std::max(high.x, point.x), std::max(high.y, point.y)};
    }
    return {low, high};
}

HeadPose head_pose(const std::vector<cv::Point3f>& landmarks_px) {
    ENSURE(landmarks_px.size() == kLandmarks);
    // Axes of the head: across from the right to the left temple, and down from the forehead to the chin.
    const cv::Point3f across = landmarks_px[landmark::kCheekLeft] - landmarks_px[landmark::kCheekRight];
    const cv::Point3f down = landmarks_px[landmark::kChin] - landmarks_px[landmark::kForehead];
    const float degrees = 180 / std::numbers::pi_v<float>;
    HeadPose pose;
    pose.yaw_deg = std::atan2(across.z, std::hypot(across.x, across.y)) * degrees;
    pose.pitch_deg = std::atan2(down.z, std::hypot(down.x, down.y)) * degrees;
    pose.roll_deg = std::atan2(across.y, across.x) * degrees;
    return pose;
}

Result<Mesh> Mesh::open(const infer::ModelStore& models, const infer::SessionOptions& options) {
    auto mesh = infer::Session::open(models, "face.landmarks", options);
    if (!mesh) {
        return mesh.error();
    }
    auto iris = infer::Session::open(models, "face.iris", options);
    if (!iris) {
        return iris.error();
    }
    return Mesh(std::move(*mesh), std::move(*iris));
}

Result<std::optional<Iris>> Mesh::iris_of(const cv::Mat& rgb, cv::Point2f inner, cv::Point2f outer, bool mirrored) {
    // The model knows left eyes: a right one is shown to it in the mirror.
    const cv::Point2f right = mirrored ? outer : inner, left = mirrored ? inner : outer;
    const UprightSquare square{(inner + outer) / 2, kIrisSquareOverEye * distance(inner, outer),
                               angle_between(right, left)};
    if (!(square.side_px >= 2)) {
        return std::optional<Iris>();
    }
    const infer::Tensor input = cut(rgb, square, kIrisInputPx, mirrored);
    auto answers = iris_.run(std::span(&input, 1));
    if (!answers) {
        return answers.error();
    }
    const auto iris = std::find_if(answers->begin(), answers->end(),
                                   [](const infer::Tensor& answer) { return answer.values.size() == 3 * kIrisPoints; });
    ENSURE(iris != answers->end());
    cv::Matx23f back;
    cv::invertAffineTransform(square.to_square(kIrisInputPx), back);
    std::array<cv::Point2f, kIrisPoints> points;
    for (std::size_t k = 0; k < kIrisPoints; ++k) {
        const float x = iris->values[3 * k], y = iris->values[3 * k + 1];
        if (!std::isfinite(x) || !std::isfinite(y)) {
            return std::optional<Iris>();
        }
        const cv::Vec3f in_square(mirrored ? kIrisInputPx - x : x, y, 1);
        const cv::Vec2f place = back * in_square;
        points[k] = {place[0], place[1]};
    }
    Iris found{points[0], 0};
    for (std::size_t k = 1; k < kIrisPoints; ++k) {
        found.radius_px += distance(points[0], points[k]) / (kIrisPoints - 1);
    }
    return std::optional<Iris>(found);
}

Result<std::optional<Face>> Mesh::measure(const cv::Mat& rgb, const UprightSquare& square, float least_presence,
                                          bool with_irises) {
    ENSURE(!rgb.empty() && rgb.type() == CV_8UC3);
    if (!(square.side_px >= 2) || !std::isfinite(square.side_px + square.centre_px.x + square.centre_px.y)) {
        return std::optional<Face>();
    }
    const infer::Tensor input = cut(rgb, square, kMeshInputPx, false);
    auto answers = mesh_.run(std::span(&input, 1));
    if (!answers) {
        return answers.error();
    }
    const std::vector<float>& numbers = answers->at(0).values;
    ENSURE(numbers.size() == 3 * kLandmarks && answers->at(1).values.size() == 1);
    Face face;
    face.presence = 1 / (1 + std::exp(-std::clamp(answers->at(1).values[0], -80.0F, 80.0F)));
    const bool finite = std::all_of(numbers.begin(), numbers.end(), [](float value) { return std::isfinite(value); });
    if (!finite || !(face.presence >= least_presence)) {
        return std::optional<Face>();
    }
    cv::Matx23f back;
    cv::invertAffineTransform(square.to_square(kMeshInputPx), back);
    const float scale = square.side_px / kMeshInputPx;
    face.landmarks_px.reserve(kLandmarks);
    for (std::size_t k = 0; k < kLandmarks; ++k) {
        const cv::Vec2f place = back * cv::Vec3f(numbers[3 * k], numbers[3 * k + 1], 1);
        face.landmarks_px.emplace_back(place[0], place[1], numbers[3 * k + 2] * scale);
    }
    face.pose = head_pose(face.landmarks_px);
    face.right_eye_opening =
        lids_over_corners(face, landmark::kRightEyeOuter, landmark::kRightEyeInner, {{{160, 144}, {158, 153}}});
    face.left_eye_opening =
        lids_over_corners(face, landmark::kLeftEyeOuter, landmark::kLeftEyeInner, {{{387, 373}, {385, 380}}});
    const float height = distance(face.point(landmark::kForehead), face.point(landmark::kChin));
    face.mouth_opening =
        height > 0 ? distance(face.point(landmark::kUpperLip), face.point(landmark::kLowerLip)) / height : 0;
    if (with_irises) {
        auto right = iris_of(rgb, face.point(landmark::kRightEyeInner), face.point(landmark::kRightEyeOuter), true);
        auto left = iris_of(rgb, face.point(landmark::kLeftEyeInner), face.point(landmark::kLeftEyeOuter), false);
        if (!right || !left) {
            return right ? left.error() : right.error();
        }
        face.right_iris = *right;
        face.left_iris = *left;
    }
    return std::optional<Face>(std::move(face));
}

}  // namespace bonafide::features::faces

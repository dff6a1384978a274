// An animal's face worn like a mask: drawn flat (animal_drawing.h), bent around a head with a muzzle, turned as the
// person's head is by the axes of the 468 landmarks, and lit by the broad light and shade of the face underneath.
// Limits: weak perspective; hair, hands and glasses in front of the face are painted over; the eyes look straight
// ahead.
#include "forge/animal.h"

#include "base/ensure.h"
#include "forge/face.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace bonafide::forge {
namespace {

using features::faces::Face;
namespace landmark = features::faces::landmark;

constexpr double kLeastUnitPx = 8, kMostUnitPx = 400;
constexpr int kGridColumns = 46, kGridRows = 58;
constexpr double kWideOpenEye = 0.32, kClosedEye = 0.12;  // opening as Face gives it
constexpr double kLightReach = 0.3;                       // of the distance between the eyes
constexpr double kLeastLight = 0.45, kMostLight = 1.5, kUsualLuma = 0.55;
constexpr double kSoftnessPx = 0.6;

/// Where the head is, and how it is turned.
struct Head {
    cv::Vec3d origin, right, down, away;  // px; unit vectors
    double unit_px = 0;                   // distance of the eyes' centres
    cv::Vec3d place(double x, double y, double z) const { return origin + unit_px * (x * right + y * down + z * away); }
};

cv::Vec3d point(const Face& face, std::size_t number) {
    const cv::Point3f& at = face.landmarks_px[number];
    return {at.x, at.y, at.z};
}

Head head_of(const Face& face) {
    const cv::Vec3d left_eye = (point(face, landmark::kRightEyeOuter) + point(face, landmark::kRightEyeInner)) / 2;
    const cv::Vec3d right_eye = (point(face, landmark::kLeftEyeOuter) + point(face, landmark::kLeftEyeInner)) / 2;
    Head head;
    head.origin = (left_eye + right_eye) / 2;
    head.right = cv::normalize(point(face, landmark::kCheekLeft) - point(face, landmark::kCheekRight));
    const cv::Vec3d length = point(face, landmark::kChin) - point(face, landmark::kForehead);
    head.down = cv::normalize(length - head.right * length.dot(head.right));
    head.away = head.right.cross(head.down);
    head.unit_px = std::max(1.0, cv::norm(right_eye - left_eye));
    return head;
}

/// How far behind the plane through the eyes a place lies: a round head with a muzzle that stands out.
double depth_of(double x, double y, double mouth) {
    const double head = 0.75 * ((x / 1.6) * (x / 1.6) + (y - 0.3) / 1.9 * ((y - 0.3) / 1.9));
    const double below = (y - mouth + 0.2) / 0.5;
    return head - 0.55 * std::exp(-(x / 0.55) * (x / 0.55) - below * below);
}

/// For every pixel of `frame`, where it lies on a canvas of `canvas_unit_px`: CV_32FC2, -1 where nothing does.
cv::Mat map_to_canvas(const Head& head, double mouth, double canvas_unit_px, const cv::Rect& frame) {
    struct Corner {
        cv::Point2f here, canvas;
        double z = 0;
    };
    std::vector<Corner> corners;
    for (int row = 0; row <= kGridRows; ++row) {
        for (int column = 0; column <= kGridColumns; ++column) {
            const double u = kCanvasWidth * column / kGridColumns, v = kCanvasHeight * row / kGridRows;
            const double x = u + kCanvasLeft, y = v + kCanvasTop;
            const cv::Vec3d place = head.place(x, y, depth_of(x, y, mouth));
            corners.push_back({{static_cast<float>(place[0] - frame.x), static_cast<float>(place[1] - frame.y)},
                               {static_cast<float>(u * canvas_unit_px), static_cast<float>(v * canvas_unit_px)},
                               place[2]});
        }
    }
    std::vector<std::array<std::size_t, 3>> triangles;
    for (int row = 0; row < kGridRows; ++row) {
        for (int column = 0; column < kGridColumns; ++column) {
            const auto at = [&](int r, int c) { return static_cast<std::size_t>(r * (kGridColumns + 1) + c); };
            triangles.push_back({at(row, column), at(row, column + 1), at(row + 1, column)});
            triangles.push_back({at(row + 1, column), at(row, column + 1), at(row + 1, column + 1)});
        }
    }
    const auto depth = [&](const auto& triangle) {
        return corners[triangle[0]].z + corners[triangle[1]].z + corners[triangle[2]].z;
    };
    // What is nearer is laid over what is farther.
    std::stable_sort(triangles.begin(), triangles.end(),
                     [&](const auto& a, const auto& b) { return depth(a) > depth(b); });
    cv::Mat map(frame.size(), CV_32FC2, cv::Scalar::all(-1));
    for (const auto& triangle : triangles) {
        std::array<cv::Point2f, 3> here, there;
        std::vector<cv::Point> outline;
        for (std::size_t i = 0; i < 3; ++i) {
            here[i] = corners[triangle[i]].here;
            there[i] = corners[triangle[i]].canvas;
            outline.emplace_back(cvRound(here[i].x), cvRound(here[i].y));
        }
        const cv::Rect box = cv::boundingRect(outline) & cv::Rect({0, 0}, frame.size());
        if (box.empty() || std::abs((here[1] - here[0]).cross(here[2] - here[0])) < 1e-3F) {
            continue;
        }
        const cv::Matx23d affine = cv::getAffineTransform(here.data(), there.data());
        cv::Mat inside = cv::Mat::zeros(box.size(), CV_8UC1);
        for (cv::Point& corner : outline) {
            corner -= box.tl();
        }
        cv::fillConvexPoly(inside, outline, 255);  // edges included: no gaps between neighbours
        for (int row = 0; row < box.height; ++row) {
            for (int column = 0; column < box.width; ++column) {
                if (inside.at<std::uint8_t>(row, column) != 0) {
                    const cv::Vec2d place = affine * cv::Vec3d(box.x + column, box.y + row, 1);
                    map.at<cv::Vec2f>(box.y + row, box.x + column) = {static_cast<float>(place[0]),
                                                                      static_cast<float>(place[1])};
                }
            }
        }
    }
    return map;
}

/// The broad light of the face around each pixel of `frame`, 1 where it is as bright as faces usually are: CV_32FC1.
cv::Mat light_on(const cv::Mat& rgb, const Face& face, const Head& head, const cv::Rect& frame) {
    cv::Mat luma, mask, blurred, weight;
    cv::cvtColor(rgb(frame), luma, cv::COLOR_RGB2GRAY);
    luma.convertTo(luma, CV_32F, 1 / 255.0);
    std::vector<cv::Point2f> points = points_of(face);
    for (cv::Point2f& each : points) {
        each -= cv::Point2f(frame.tl());
    }
    filled_hull(points, frame.size()).convertTo(mask, CV_32F, 1 / 255.0);
    const double mean = cv::mean(luma, mask > 0.5)[0];
    // Away from the face its light fades into its own mean.
    constexpr double kTrust = 0.05;
    cv::GaussianBlur(luma.mul(mask), blurred, {}, kLightReach * head.unit_px);
    cv::GaussianBlur(mask, weight, {}, kLightReach * head.unit_px);
    cv::Mat light = (blurred + kTrust * mean) / (weight + kTrust);
    light /= kUsualLuma;
    cv::min(light, kMostLight, light);
    cv::max(light, kLeastLight, light);
    return light;
}

double openness(float opening) {
    return std::clamp((opening - kClosedEye) / (kWideOpenEye - kClosedEye), 0.0, 1.2);
}

}  // namespace

Expression expression_of(const Face& face) {
    const Head head = head_of(face);
    const cv::Vec3d upper = point(face, landmark::kUpperLip) - head.origin,
                    lower = point(face, landmark::kLowerLip) - head.origin;
    Expression expression;
    expression.mouth_below_eyes = std::clamp(upper.dot(head.down) / head.unit_px, 0.7, 1.5);
    expression.mouth_gap = std::clamp((lower - upper).dot(head.down) / head.unit_px, 0.0, 0.8);
    // The person's right eye is on the left of the picture.
    expression.left_open = openness(face.right_eye_opening);
    expression.right_open = openness(face.left_eye_opening);
    return expression;
}

Result<cv::Mat> wear_animal(const cv::Mat& rgb, const Face& face, const DrawAnimal& draw) {
    ENSURE(rgb.type() == CV_8UC3);
    const Head head = head_of(face);
    const Expression expression = expression_of(face);
    const double unit_px = std::clamp(head.unit_px, kLeastUnitPx, kMostUnitPx);
    const auto canvas = draw(expression, unit_px);
    if (!canvas) {
        return canvas.error();
    }
    const cv::Rect frame(cv::Point(0, 0), rgb.size());
    const cv::Mat map = map_to_canvas(head, expression.mouth_below_eyes, unit_px, frame);
    cv::Mat worn;
    cv::remap(*canvas, worn, map, cv::Mat(), cv::INTER_LINEAR, cv::BORDER_CONSTANT, cv::Scalar::all(0));
    cv::GaussianBlur(worn, worn, {}, kSoftnessPx);
    const cv::Mat light = light_on(rgb, face, head, frame);
    cv::Mat result = rgb.clone();
    for (int row = 0; row < rgb.rows; ++row) {
        for (int column = 0; column < rgb.cols; ++column) {
            const cv::Vec4f& above = worn.at<cv::Vec4f>(row, column);
            const float share = above[3], bright = light.at<float>(row, column);
            if (share <= 0) {
                continue;
            }
            cv::Vec3b& pixel = result.at<cv::Vec3b>(row, column);
            for (int channel = 0; channel < 3; ++channel) {
                pixel[channel] = cv::saturate_cast<std::uint8_t>(share * above[channel] * bright * 255 +
                                                                 (1 - share) * pixel[channel]);
            }
        }
    }
    return result;
}

}  // namespace bonafide::forge

#include "features/faces/draw.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>

namespace bonafide::features::faces {
namespace {

// Told apart by people who do not see red and green apart: Okabe and Ito, "Color universal design", 2008.
const std::array<cv::Scalar, 6> kColours = {cv::Scalar(86, 180, 233), {230, 159, 0}, {0, 158, 115},
                                            {240, 228, 66},           {213, 94, 0},  {204, 121, 167}};
constexpr int kFractionBits = 4;  // OpenCV draws at sixteenths of a pixel

cv::Point fixed(cv::Point2f place) {
    constexpr float kOne = 1 << kFractionBits;
    // A face may lie partly outside; far outside, the numbers would not fit.
    return {cvRound(std::clamp(place.x, -1e5F, 1e5F) * kOne), cvRound(std::clamp(place.y, -1e5F, 1e5F) * kOne)};
}

void line(cv::Mat& rgb, cv::Point2f from, cv::Point2f to, const cv::Scalar& colour, int thickness) {
    cv::line(rgb, fixed(from), fixed(to), colour, thickness, cv::LINE_AA, kFractionBits);
}

}  // namespace

void draw(cv::Mat& rgb, const Face& face, const std::vector<cv::Point2f>& landmarks_px, int number) {
    const cv::Scalar& colour = kColours[static_cast<std::size_t>(number) % kColours.size()];
    const cv::Rect2f box = face.box_px();
    const int thickness = std::max(1, cvRound(box.height / 150));
    cv::rectangle(rgb, fixed(box.tl()), fixed(box.br()), colour, thickness, cv::LINE_AA, kFractionBits);
    const float dot = std::clamp(box.height / 250, 0.5F, 4.0F);
    for (const cv::Point2f& place : landmarks_px) {
        cv::circle(rgb, fixed(place), std::max(1, cvRound(dot * (1 << kFractionBits))), colour, cv::FILLED, cv::LINE_AA,
                   kFractionBits);
    }
    for (const std::optional<Iris>* iris : {&face.right_iris, &face.left_iris}) {
        if (*iris) {
            cv::circle(rgb, fixed((*iris)->centre_px),
                       cvRound(std::min((*iris)->radius_px, 1e4F) * (1 << kFractionBits)), cv::Scalar(255, 255, 255),
                       thickness, cv::LINE_AA, kFractionBits);
        }
    }
    // From the nose tip to where the head looks.
    const float degree = std::numbers::pi_v<float> / 180;
    const cv::Point2f nose =
        landmarks_px.size() > landmark::kNoseTip ? landmarks_px[landmark::kNoseTip] : face.point(landmark::kNoseTip);
    const float length = box.height * 0.6F, roll = face.pose.roll_deg * degree;
    const cv::Point2f flat(std::sin(face.pose.yaw_deg * degree), -std::sin(face.pose.pitch_deg * degree));
    const cv::Point2f turned(flat.x * std::cos(roll) - flat.y * std::sin(roll),
                             flat.x * std::sin(roll) + flat.y * std::cos(roll));
    line(rgb, nose, nose + turned * length, cv::Scalar(255, 255, 255), thickness + 1);
    const double text = std::clamp(box.height / 250.0, 0.4, 2.0);
    cv::putText(rgb, std::to_string(number), cv::Point(cvRound(box.x) + thickness, cvRound(box.y) - 3 * thickness),
                cv::FONT_HERSHEY_SIMPLEX, text, colour, thickness + 1, cv::LINE_AA);
}

}  // namespace bonafide::features::faces

// A picture of an animal's face, brought to the places of a person's eyes and mouth, whose mouth opens and whose eyes
// close. Limits: it shows what the picture shows, from where it was taken; teeth are never made up.
#include "base/ensure.h"
#include "forge/animal_drawing.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace bonafide::forge {
namespace {

constexpr double kClosedBelow = 0.25;
const cv::Scalar kDark(0.07, 0.05, 0.05), kMouth(0.32, 0.07, 0.09);

}  // namespace

Result<cv::Mat> animal_from_picture(const cv::Mat& rgb, const std::array<cv::Point2f, 3>& places_px,
                                    const Expression& expression, double unit_px) {
    ENSURE(rgb.type() == CV_8UC3 && unit_px > 0);
    const cv::Point2f across = places_px[1] - places_px[0], down = places_px[2] - places_px[0];
    const cv::Rect2f frame({0, 0}, cv::Size2f(rgb.size()));
    const bool inside =
        std::all_of(places_px.begin(), places_px.end(), [&](auto place) { return frame.contains(place); });
    if (!inside || across.x <= 0 || across.cross(down) < 0.1F * across.dot(across)) {
        return Error{ErrorCode::kUsage,
                     "left eye, right eye (as the picture shows them) and mouth have to be three places inside the "
                     "animal's picture, the mouth below"};
    }
    const auto at = [&](double x, double y) {
        return cv::Point2f(static_cast<float>((x - kCanvasLeft) * unit_px),
                           static_cast<float>((y - kCanvasTop) * unit_px));
    };
    const double mouth = expression.mouth_below_eyes;
    const std::array<cv::Point2f, 3> there = {at(-0.5, 0), at(0.5, 0), at(0, mouth)};
    const cv::Size size(cvRound(kCanvasWidth * unit_px), cvRound(kCanvasHeight * unit_px));
    // A larger picture is made smaller first: sampling it in passing would alias.
    const double shrink = std::min(1.0, unit_px / std::hypot(across.x, across.y));
    cv::Mat small, warped, colour;
    cv::resize(rgb, small, {}, shrink, shrink, cv::INTER_AREA);
    std::array<cv::Point2f, 3> from = places_px;
    for (cv::Point2f& place : from) {
        place *= shrink;
    }
    cv::warpAffine(small, warped, cv::getAffineTransform(from.data(), there.data()), size, cv::INTER_CUBIC,
                   cv::BORDER_REPLICATE);
    warped.convertTo(colour, CV_32F, 1 / 255.0);

    // The mouth opens: what is below it goes down, and dark is between.
    const double gap = expression.mouth_gap;
    cv::Mat map_x(size, CV_32FC1), map_y(size, CV_32FC1), opacity(size, CV_32FC1),
        hollow(size, CV_32FC1, cv::Scalar(0));
    for (int row = 0; row < size.height; ++row) {
        for (int column = 0; column < size.width; ++column) {
            const double x = column / unit_px + kCanvasLeft, y = row / unit_px + kCanvasTop;
            const double sag = gap * std::exp(-x * x / 0.35);
            const double below = y - mouth;
            map_x.at<float>(row, column) = static_cast<float>(column);
            map_y.at<float>(row, column) = static_cast<float>(row - (below > 0 ? std::min(below, sag) * unit_px : 0));
            if (below > 0 && below < sag) {
                hollow.at<float>(row, column) = static_cast<float>(std::clamp((sag - below) * unit_px / 2, 0.0, 1.0));
            }
            const double far = std::hypot(x / 1.75, (y - 0.3) / (2.0 + gap / 2));
            opacity.at<float>(row, column) = static_cast<float>(std::clamp((1 - far) / 0.12, 0.0, 1.0));
        }
    }
    cv::Mat opened;
    cv::remap(colour, opened, map_x, map_y, cv::INTER_LINEAR, cv::BORDER_REPLICATE);
    cv::Mat shares;
    cv::merge(std::vector<cv::Mat>(3, hollow), shares);
    opened = opened.mul(cv::Scalar::all(1) - shares) + shares.mul(cv::Mat(size, CV_32FC3, kMouth));
    const std::array<double, 2> open = {expression.left_open, expression.right_open};
    for (int eye = 0; eye < 2; ++eye) {
        if (open[static_cast<std::size_t>(eye)] >= kClosedBelow) {
            continue;
        }
        // The lid takes the colour of the brow above.
        const double x = eye == 0 ? -0.5 : 0.5;
        const cv::Rect brow(cv::Point(at(x - 0.2, -0.5)), cv::Point(at(x + 0.2, -0.32)));
        const cv::Scalar lid = cv::mean(opened(brow & cv::Rect({0, 0}, size)));
        const cv::Size half(std::max(1, cvRound(0.32 * unit_px)), std::max(1, cvRound(0.24 * unit_px)));
        cv::ellipse(opened, at(x, 0), half, 0, 0, 360, lid, cv::FILLED, cv::LINE_AA);
        cv::ellipse(opened, at(x, 0), half, 0, 15, 165, kDark, std::max(1, cvRound(0.04 * unit_px)), cv::LINE_AA);
    }
    std::vector<cv::Mat> planes;
    cv::split(opened, planes);
    planes.push_back(opacity);
    cv::Mat whole;
    cv::merge(planes, whole);
    return whole;
}

}  // namespace bonafide::forge

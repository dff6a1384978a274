#include "features/faces/crop.h"

#include <opencv2/imgproc.hpp>

#include <cmath>
#include <vector>

namespace bonafide::features::faces {
namespace {

constexpr double kMostShrink = 2;

}  // namespace

cv::Mat cut_square(const cv::Mat& rgb, const cv::Matx23f& to_square, int size_px) {
    cv::Matx23f matrix = to_square;
    const double scale = std::hypot(matrix(0, 0), matrix(1, 0));
    cv::Mat source = rgb;
    if (scale * kMostShrink < 1) {
        // The part under the square alone, so that a large picture is not shrunk for a small face.
        cv::Matx23f back;
        cv::invertAffineTransform(matrix, back);
        std::vector<cv::Point2f> corners;
        const auto size = static_cast<float>(size_px);
        for (const cv::Point2f corner : {cv::Point2f(0, 0), {size, 0}, {0, size}, {size, size}}) {
            const cv::Vec2f place = back * cv::Vec3f(corner.x, corner.y, 1);
            corners.emplace_back(place[0], place[1]);
        }
        const cv::Rect part = cv::boundingRect(corners) & cv::Rect({}, rgb.size());
        const double factor = scale * kMostShrink;
        // A sliver, of which nothing would be left, is sampled as it is.
        if (cvRound(part.width * factor) > 0 && cvRound(part.height * factor) > 0) {
            cv::resize(rgb(part), source, cv::Size(), factor, factor, cv::INTER_AREA);
            // resize() rounds the sides, so the true factor differs a little, and in each direction by itself.
            const float across = static_cast<float>(part.width) / static_cast<float>(source.cols);
            const float down = static_cast<float>(part.height) / static_cast<float>(source.rows);
            const cv::Matx23f shifted(
                matrix(0, 0) * across, matrix(0, 1) * down,
                matrix(0, 2) + matrix(0, 0) * static_cast<float>(part.x) + matrix(0, 1) * static_cast<float>(part.y),
                matrix(1, 0) * across, matrix(1, 1) * down,
                matrix(1, 2) + matrix(1, 0) * static_cast<float>(part.x) + matrix(1, 1) * static_cast<float>(part.y));
            matrix = shifted;
        }
    }
    cv::Mat square;
    cv::warpAffine(source, square, matrix, {size_px, size_px}, cv::INTER_LINEAR, cv::BORDER_CONSTANT);
    return square;
}

}  // namespace bonafide::features::faces

#include "features/faces/bands.h"

#include "base/ensure.h"

#include <opencv2/imgproc.hpp>

#include <cmath>

namespace bonafide::features::faces {
namespace {

constexpr std::array<double, kBands> kSigmas_px = {0.8, 1.6, 3.2, 6.4};

cv::Mat blurred(const cv::Mat& plane, double sigma_px) {
    cv::Mat blur;
    cv::GaussianBlur(plane, blur, {}, sigma_px, sigma_px, cv::BORDER_REFLECT_101);
    return blur;
}

/// Every second pixel, of which one is at `corner`, which becomes its place among them.
cv::Mat every_second(const cv::Mat& plane, cv::Point& corner) {
    const int left = corner.x % 2, top = corner.y % 2;
    corner = {corner.x / 2, corner.y / 2};
    cv::Mat thinned((plane.rows - top + 1) / 2, (plane.cols - left + 1) / 2, CV_32FC1);
    for (int y = 0; y < thinned.rows; ++y) {
        const auto* row = plane.ptr<float>(2 * y + top) + left;
        auto* result = thinned.ptr<float>(y);
        for (int x = 0; x < thinned.cols; ++x) {
            result[x] = row[2 * x];
        }
    }
    return thinned;
}

}  // namespace

Bands bands(const cv::Mat& plane, const cv::Rect& part) {
    ENSURE(plane.type() == CV_32FC1);
    Bands bands;
    cv::Mat fine = plane(part);
    for (std::size_t band = 0; band < kBands; ++band) {
        const cv::Mat coarse = blurred(plane(part), kSigmas_px[band]);
        bands[band] = {fine, coarse, 1};
        fine = coarse;
    }
    return bands;
}

Bands thinned_bands(const cv::Mat& plane, const cv::Rect& part) {
    ENSURE(plane.type() == CV_32FC1);
    // After a blur half as wide as another, one of this width makes up for the rest.
    const double added_px = std::sqrt(0.75) * kSigmas_px[1];
    cv::Point corner = part.tl();
    cv::Mat fine = plane, coarse = blurred(plane, kSigmas_px[0]);
    int step_px = 1;
    Bands bands;
    for (std::size_t band = 0; band < kBands; ++band) {
        if (band > 0) {
            fine = coarse;
            if (band > 1) {
                fine = every_second(coarse, corner);
                step_px *= 2;
            }
            coarse = blurred(fine, added_px);
        }
        const cv::Rect own(corner,
                           cv::Size((part.width + step_px - 1) / step_px, (part.height + step_px - 1) / step_px));
        bands[band] = {fine(own), coarse(own), step_px};
    }
    return bands;
}

}  // namespace bonafide::features::faces

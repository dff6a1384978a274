#include "features/faces/bands.h"

#include "features/faces/dense_motion.h"
#include "features/faces/local_mean.h"
#include "features/faces/shrink.h"

#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

namespace bonafide::features::faces {
namespace {

/// Noise of every coarseness.
cv::Mat noise(cv::Size size, int channels = 1) {
    cv::Mat sum(size, CV_32FC(channels), cv::Scalar::all(128));
    cv::RNG random(11);
    for (double sigma = 0.5; sigma < 20; sigma *= 2) {
        cv::Mat one(size, sum.type());
        random.fill(one, cv::RNG::NORMAL, 0, 12 * sigma);
        cv::GaussianBlur(one, one, {}, sigma);
        sum += one;
    }
    return sum;
}

TEST(Shrunk, IsTheMeanOfWhatEveryPixelCovers) {
    for (const int channels : {1, 2, 3}) {
        cv::Mat picture, expected;
        noise({211, 157}, channels).convertTo(picture, CV_8U);
        for (const double scale : {1.0, 0.83, 0.71, 0.5, 0.41, 0.2, 0.004}) {
            const cv::Mat small = shrunk(picture, scale);
            if (scale == 0.004) {
                EXPECT_EQ(small.size(), cv::Size(1, 1));
                continue;
            }
            cv::resize(picture, expected, {}, scale, scale, cv::INTER_AREA);
            ASSERT_EQ(small.size(), expected.size());
            EXPECT_LE(cv::norm(small, expected, cv::NORM_INF), 1) << scale;
            if (scale != 0.5) {  // where many a mean lies in the middle of two levels
                EXPECT_LE(cv::norm(small, expected, cv::NORM_L1), 0.02 * static_cast<double>(small.total())) << scale;
            }
        }
    }
}

TEST(ThinnedBands, HaveTheEnergyOfThoseOfEveryPixel) {
    const cv::Mat plane = noise({420, 400});
    const std::vector<cv::Point2f> places = {{150, 140}, {203, 201}, {251, 262}};
    const LocalMean local(plane.size(), 240, places);
    ASSERT_GE(local.step_px(), kCoarsestStepPx);
    const Bands whole = bands(plane, local.part()), thinned = thinned_bands(plane, local.part());
    for (std::size_t band = 0; band < kBands; ++band) {
        const auto squares = [](const Band& one) {
            const cv::Mat detail = one.fine - one.coarse;
            return cv::Mat(detail.mul(detail));
        };
        const int step_px = thinned[band].step_px;
        const cv::Mat expected = local.of(squares(whole[band])), thin = squares(thinned[band]),
                      found = step_px == 1 ? local.of(thin) : local.of_thinned(thin, step_px);
        for (const cv::Point2f& place : places) {
            const cv::Point cell = local.cell_of(place);
            const double ratio = static_cast<double>(found.at<float>(cell) / expected.at<float>(cell));
            EXPECT_NEAR(ratio, 1, band < 2 ? 0.01 : 0.03) << band << " at " << place;
        }
    }
}

TEST(DenseMotion, IsNearlyAsExactAtHalfTheSize) {
    const cv::Mat picture = noise({300, 280});
    cv::Mat before, now, shifted;
    const cv::Matx23f move(1, 0, 3.4F, 0, 1, -2.7F);
    cv::warpAffine(picture, shifted, move, picture.size(), cv::INTER_CUBIC, cv::BORDER_REFLECT_101);
    picture.convertTo(before, CV_8U);
    shifted.convertTo(now, CV_8U);
    const cv::Mat motion = dense_motion(now, before, MotionGrid::kEverySecondPixel);
    ASSERT_EQ(motion.size(), now.size());
    const cv::Scalar mean = cv::mean(motion(cv::Rect(40, 40, 200, 200)));
    EXPECT_NEAR(mean[0], -3.4, 0.05);
    EXPECT_NEAR(mean[1], 2.7, 0.05);
}

}  // namespace
}  // namespace bonafide::features::faces

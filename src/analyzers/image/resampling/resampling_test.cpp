#include "analyzers/image/resampling/resampling.h"

#include "fixtures/camera.h"
#include "fixtures/edits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

#include <cmath>
#include <limits>

namespace bonafide::analyzers {
namespace {

using testing::HasSubstr;

// A shot without demosaicing traces: halved after it was developed.
cv::Mat shot(std::uint64_t seed, cv::Size size) {
    fixtures::CameraSettings settings;
    settings.width_px = 2 * size.width;
    settings.height_px = 2 * size.height;
    settings.scene_seed = settings.shot_seed = settings.camera_seed = seed;
    settings.photons_at_white = 1500;
    cv::Mat half;
    cv::resize(fixtures::render(settings), half, size, 0, 0, cv::INTER_AREA);
    return half;
}

// The upper left part of `rgb`, enlarged to the same size.
cv::Mat enlarged(const cv::Mat& rgb, double factor) {
    cv::Mat large;
    cv::resize(rgb, large, {}, factor, factor, cv::INTER_CUBIC);
    return large(cv::Rect({0, 0}, rgb.size())).clone();
}

cv::Mat luma_of(const cv::Mat& rgb, int quality) {
    cv::Mat values, luma;
    fixtures::resave(rgb, {quality, fixtures::ChromaSampling::k444, {}}).convertTo(values, CV_32F);
    cv::cvtColor(values, luma, cv::COLOR_RGB2GRAY);
    return luma;
}

TEST(Resampling, FrequencyAndFactorBelongTogether) {
    EXPECT_NEAR(enlargement_of(1 - 1 / 1.3), 1.3, 1e-9);
    EXPECT_NEAR(enlargement_of(0.5), 2, 1e-9);
    EXPECT_EQ(enlargement_of(0), 1);
}

TEST(Resampling, FindsTheFactorOfAWholePicture) {
    const cv::Mat whole = shot(1, {640, 480});
    for (const double factor : {1.2, 1.4, 1.7}) {
        const ResamplingResult result = resampling(luma_of(enlarged(whole, factor), 98), {});
        ASSERT_EQ(result.not_applicable, "");
        EXPECT_GT(result.whole_trace, 12) << factor;
        EXPECT_NEAR(enlargement_of(result.whole_frequency), factor, 0.03) << factor;
        EXPECT_TRUE(result.box_px.empty()) << factor << ": " << result.inconsistency;
    }
}

TEST(Resampling, FindsAPlaceThatWasEnlarged) {
    const cv::Size size(768, 576);
    cv::Mat mask = cv::Mat::zeros(size, CV_8UC1);
    const cv::Rect place(256, 192, 288, 256);
    mask(place).setTo(255);
    const cv::Mat target = shot(1, size), source = shot(2, size);
    for (const double factor : {1.5, 1.7, 1.8}) {
        const cv::Mat rgb = fixtures::splice(target, enlarged(source, factor), mask).rgb;
        const ResamplingResult result = resampling(luma_of(rgb, 97), {});
        ASSERT_EQ(result.not_applicable, "");
        ASSERT_FALSE(result.box_px.empty()) << factor << ": " << result.inconsistency;
        EXPECT_GT((result.box_px & place).area(), result.box_px.area() / 2) << factor;
        EXPECT_NEAR(enlargement_of(result.place_frequency), factor, 0.05) << factor;
        cv::Mat inside;
        cv::resize(mask, inside, result.map.size(), 0, 0, cv::INTER_NEAREST);
        EXPECT_GT(cv::mean(result.map, inside)[0], cv::mean(result.map, inside == 0)[0] + 30) << factor;
    }
}

TEST(Resampling, LeavesUneditedShotsAlone) {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        for (const int quality : {70, 95}) {
            const ResamplingResult result = resampling(luma_of(shot(seed, {512, 384}), quality), {});
            EXPECT_TRUE(result.box_px.empty()) << seed << ", " << quality << ": " << result.inconsistency;
        }
    }
}

TEST(Resampling, DoesNotTakeStripesForInterpolation) {
    cv::Mat luma(400, 400, CV_32FC1);
    cv::randn(luma, 0, 2);
    for (int y = 100; y < 300; ++y) {
        for (int x = 100; x < 300; ++x) {
            luma.at<float>(y, x) += static_cast<float>(20 * std::sin(2 * CV_PI * 0.21 * x));
        }
    }
    luma += 120;
    const ResamplingResult result = resampling(luma, {});
    EXPECT_TRUE(result.box_px.empty()) << result.inconsistency;
}

TEST(Resampling, RefusesWhatItCannotJudge) {
    EXPECT_THAT(resampling({}, {}).not_applicable, HasSubstr("smaller"));
    EXPECT_THAT(resampling(cv::Mat(1, 1, CV_32FC1, cv::Scalar(1)), {}).not_applicable, HasSubstr("smaller"));
    EXPECT_THAT(resampling(cv::Mat(193, 2000, CV_32FC1, cv::Scalar(1)), {}).not_applicable, HasSubstr("smaller"));
    EXPECT_THAT(resampling(cv::Mat(300, 300, CV_32FC1, cv::Scalar(255)), {}).not_applicable, HasSubstr("even"));
}

TEST(Resampling, StaysFiniteOnHostileValuesAndOddSizes) {
    for (int extra = 0; extra < 5; ++extra) {
        cv::Mat luma(194 + 13 * extra, 260 - 7 * extra, CV_32FC1);
        cv::randu(luma, 0, 255);
        luma.at<float>(10, 10) = std::numeric_limits<float>::quiet_NaN();
        luma.at<float>(50, 60) = std::numeric_limits<float>::infinity();
        const ResamplingResult result = resampling(luma, {});
        ASSERT_EQ(result.not_applicable, "");
        EXPECT_TRUE(std::isfinite(result.inconsistency) && std::isfinite(result.whole_trace));
        EXPECT_EQ(result.map.size(), cv::Size((luma.cols + 15) / 16, (luma.rows + 15) / 16));
    }
}

}  // namespace
}  // namespace bonafide::analyzers

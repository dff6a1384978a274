#include "features/sensor_fingerprint.h"
#include "features/sensor_match.h"
#include "features/sensor_residual.h"
#include "fixtures/camera.h"
#include "fixtures/random.h"

#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

#include <cmath>
#include <limits>

namespace bonafide::features {
namespace {

using fixtures::CameraSettings;

CameraSettings shot(std::uint64_t camera, std::uint64_t number) {
    CameraSettings settings;
    settings.width_px = 384;
    settings.height_px = 288;
    settings.camera_seed = camera;
    settings.scene_seed = 1000 * camera + number;
    settings.shot_seed = 77 * camera + number;
    return settings;
}

cv::Mat luma_of(const cv::Mat& rgb) {
    cv::Mat grey, luma;
    cv::cvtColor(rgb, grey, cv::COLOR_RGB2GRAY);
    grey.convertTo(luma, CV_32FC1);
    return luma;
}

cv::Mat saved(const cv::Mat& rgb, int quality) {
    fixtures::JpegSettings settings;
    settings.quality = quality;
    return quality == 0 ? rgb : fixtures::read_jpeg(fixtures::write_jpeg(rgb, settings));
}

cv::Mat normal_noise(cv::Size size, float sigma, std::uint64_t seed) {
    fixtures::Random random(seed);
    cv::Mat plane(size, CV_32FC1);
    for (auto value = plane.begin<float>(); value != plane.end<float>(); ++value) {
        *value = sigma * random.normal();
    }
    return plane;
}

const SensorFingerprint& enrolled() {
    static const SensorFingerprint fingerprint = [] {
        SensorSums halves[2];
        for (int number = 0; number < 12; ++number) {
            const WeightedResidual one = weighted_residual(luma_of(saved(fixtures::render(shot(1, number)), 92)));
            SensorSums& sums = halves[number % 2];
            if (sums.products.empty()) {
                sums = {cv::Mat::zeros(one.residual.size(), CV_32FC1), cv::Mat::zeros(one.residual.size(), CV_32FC1)};
            }
            sums.products += one.residual.mul(one.intensity);
            sums.squares += one.intensity.mul(one.intensity);
        }
        return estimate_fingerprint(halves[0], halves[1], 12);
    }();
    return fingerprint;
}

SensorMatch match(const cv::Mat& rgb, const SensorSearch& search = {}) {
    return match_sensor(weighted_residual(luma_of(rgb)), enrolled().pattern, search);
}

TEST(SensorResidual, KeepsWhiteNoiseAndLeavesSmoothContentOut) {
    // A slope is reproduced by the wavelet's four vanishing moments; of noise as strong as presumed, most is taken out.
    cv::Mat smooth(200, 300, CV_32FC1);
    for (int y = 0; y < smooth.rows; ++y) {
        for (int x = 0; x < smooth.cols; ++x) {
            smooth.at<float>(y, x) = 60 + 0.2F * static_cast<float>(x) + 0.3F * static_cast<float>(y);
        }
    }
    const cv::Rect inside(40, 40, 220, 120);
    EXPECT_LT(cv::norm(sensor_residual(smooth)(inside), cv::NORM_INF), 0.3);
    const cv::Mat noise = normal_noise(smooth.size(), 2, 3);
    const cv::Mat residual = sensor_residual(smooth + noise);
    EXPECT_GT(correlation(residual, noise), 0.95);
    cv::Mat step = smooth.clone();
    step(cv::Rect(150, 0, 150, 200)) += 80;
    EXPECT_LT(cv::norm(sensor_residual(step)(inside), cv::NORM_INF), 12) << "an edge of 80 levels";
}

TEST(SensorResidual, HandlesEverySizeAndHostileValues) {
    for (const cv::Size size :
         {cv::Size(1, 1), cv::Size(500, 1), cv::Size(1, 77), cv::Size(17, 33), cv::Size(63, 130)}) {
        const cv::Mat residual = sensor_residual(normal_noise(size, 3, 1) + 100);
        EXPECT_EQ(residual.size(), size);
        EXPECT_TRUE(cv::checkRange(residual));
    }
    EXPECT_TRUE(sensor_residual({}).empty());
    cv::Mat luma(80, 80, CV_32FC1, cv::Scalar(100));
    luma.at<float>(20, 20) = std::numeric_limits<float>::quiet_NaN();
    luma.at<float>(40, 40) = std::numeric_limits<float>::infinity();
    EXPECT_TRUE(cv::checkRange(sensor_residual(luma)));
}

TEST(SensorResidual, WhatIsSaturatedSaysNothing) {
    cv::Mat luma = normal_noise({128, 128}, 2, 5) + 120;
    luma(cv::Rect(0, 0, 64, 128)).setTo(255);
    const WeightedResidual weighted = weighted_residual(luma);
    EXPECT_EQ(cv::norm(weighted.intensity(cv::Rect(0, 0, 64, 128))), 0);
    EXPECT_EQ(cv::norm(weighted.residual(cv::Rect(0, 0, 64, 128))), 0);
    EXPECT_GT(cv::mean(weighted.intensity(cv::Rect(80, 0, 48, 128)))[0], 60);
}

TEST(SensorResidual, LineMeansAreGone) {
    cv::Mat plane = normal_noise({101, 64}, 1, 2);
    for (int x = 0; x < plane.cols; ++x) {
        plane.col(x) += std::sin(x);
    }
    remove_line_means(plane);
    cv::Mat columns;
    cv::reduce(plane, columns, 0, cv::REDUCE_AVG);
    EXPECT_LT(cv::norm(columns, cv::NORM_INF), 1e-4);
}

TEST(SensorFingerprint, ResemblesTheSensorAndNoOther) {
    EXPECT_GT(enrolled().agreement, 0.1);
    EXPECT_EQ(enrolled().pictures, 12);
    EXPECT_GT(correlation(enrolled().pattern, fixtures::prnu_pattern(shot(1, 0))), 0.25);
    EXPECT_LT(std::abs(correlation(enrolled().pattern, fixtures::prnu_pattern(shot(2, 0)))), 0.02);
}

TEST(SensorFingerprint, AConstantIsNoPattern) {
    const cv::Mat zero = cv::Mat::zeros(100, 100, CV_32FC1);
    const SensorFingerprint nothing = estimate_fingerprint({zero, zero}, {zero, zero}, 2);
    EXPECT_EQ(nothing.agreement, 0);
    EXPECT_EQ(cv::norm(nothing.pattern), 0);
    cv::Mat grid = normal_noise({256, 256}, 1, 9);
    for (int y = 0; y < grid.rows; y += 8) {
        grid.row(y) += 4;
    }
    remove_periodic(grid);
    cv::Mat lines;
    cv::reduce(grid, lines, 1, cv::REDUCE_AVG);
    EXPECT_LT(std::abs(lines.at<float>(80)), 1.5) << "of a line of 4";
}

TEST(SensorMatch, OwnPicturesMatchDownToStrongCompression) {
    for (const int quality : {0, 95, 85, 75}) {
        const SensorMatch found = match(saved(fixtures::render(shot(1, 100 + quality)), quality));
        EXPECT_GT(found.pce, 150) << quality;
        EXPECT_EQ(found.offset, cv::Point(0, 0));
        EXPECT_EQ(found.scale, 1);
        EXPECT_EQ(found.trials, 1);
    }
}

TEST(SensorMatch, ForeignPicturesDoNot) {
    for (std::uint64_t camera = 2; camera < 18; ++camera) {
        EXPECT_LT(match(saved(fixtures::render(shot(camera, 1)), camera % 2 == 0 ? 92 : 75)).pce, 45) << camera;
    }
}

TEST(SensorMatch, FindsCropsTurnsAndScales) {
    const cv::Mat picture = fixtures::render(shot(1, 200));
    const SensorMatch crop = match(saved(picture(cv::Rect(101, 57, 200, 160)).clone(), 92));
    EXPECT_GT(crop.pce, 60);
    EXPECT_EQ(crop.offset, cv::Point(101, 57));
    for (int turns = 1; turns < 4; ++turns) {
        cv::Mat turned;
        cv::rotate(picture, turned, turns - 1);  // clockwise by a quarter, by half, by three quarters
        const SensorMatch found = match(turned);
        EXPECT_GT(found.pce, 200) << turns;
        EXPECT_EQ(found.quarter_turns, 4 - turns);
        const cv::Mat under = pattern_under(enrolled().pattern, found, turned.size());
        ASSERT_EQ(under.size(), turned.size());
        const WeightedResidual residual = weighted_residual(luma_of(turned));
        EXPECT_GT(correlation(residual.residual.mul(residual.intensity), under), 0.05) << turns;
    }
    cv::Mat small;
    cv::resize(picture, small, {}, 0.75, 0.75, cv::INTER_AREA);
    const SensorMatch scaled = match(saved(small, 92));
    EXPECT_GT(scaled.pce, 60);
    EXPECT_NEAR(scaled.scale, 0.75, 0.001);
    const SensorMatch both = match(small(cv::Rect(20, 10, 240, 180)).clone());
    EXPECT_GT(both.pce, 60);
    EXPECT_NEAR(both.scale, 0.75, 0.001);
    EXPECT_EQ(both.offset, cv::Point(20, 10));
    SensorSearch plain;
    plain.scaled = plain.turned = false;
    EXPECT_LT(match(small(cv::Rect(20, 10, 240, 180)).clone(), plain).pce, 60);
}

TEST(SensorMatch, PceIsWhatItsFormulaSays) {
    // One pixel of height h at offset (3, 2) over a plane of noise: the correlation of a unit impulse with the pattern
    // is the pattern itself.
    cv::Mat pattern = normal_noise({128, 128}, 0.01F, 7);
    pattern -= cv::mean(pattern)[0];
    WeightedResidual impulse{cv::Mat::zeros(64, 64, CV_32FC1), cv::Mat::ones(64, 64, CV_32FC1)};
    normal_noise({64, 64}, 1, 8).copyTo(impulse.residual);
    cv::Mat under = pattern(cv::Rect(30, 20, 64, 64)) * 200;
    impulse.residual += under;
    SensorSearch plain;
    plain.scaled = plain.turned = false;
    const SensorMatch found = match_sensor(impulse, pattern, plain);
    EXPECT_EQ(found.offset, cv::Point(30, 20));
    // Signal: n * 200 s^2 with s = .01; noise: n s^2 (1 + (200 s)^2), so PCE is about n (200 s)^2 / (1 + (200 s)^2).
    EXPECT_NEAR(found.pce / (64 * 64 * 4 / 5.0), 1, 0.15);
}

TEST(SensorMatch, ChanceFollowsTheNormalTail) {
    EXPECT_NEAR(chance_of_pce(9, 1), 0.00135, 1e-5);
    EXPECT_NEAR(chance_of_pce(60, 12e6) / (12e6 * 4.7e-15), 1, 0.05);
    EXPECT_EQ(chance_of_pce(-3, 10), 1);
}

TEST(SensorMatch, TriesWhatCanBe) {
    const auto own = scales_to_try({4000, 3000}, {4000, 3000}, true);
    EXPECT_EQ(own, std::vector<double>{1});
    const auto sent = scales_to_try({2048, 1152}, {4000, 3000}, true);
    ASSERT_GE(sent.size(), 2U);
    EXPECT_EQ(sent[0], 1);
    EXPECT_NEAR(sent[1], 0.512, 1e-9);
    EXPECT_TRUE(scales_to_try({9000, 9000}, {4000, 3000}, true).empty());
    EXPECT_LT(scales_to_try({64, 64}, {12000, 9000}, true).size(), 25U);
}

}  // namespace
}  // namespace bonafide::features

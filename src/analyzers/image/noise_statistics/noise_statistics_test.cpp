#include "analyzers/image/noise_statistics/noise_statistics.h"

#include "analyzers/image/noise_statistics/noise_blocks.h"
#include "fixtures/camera.h"
#include "fixtures/edits.h"
#include "fixtures/random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

#include <cmath>
#include <limits>

namespace bonafide::analyzers {
namespace {

using fixtures::CameraSettings;
using statistics::Rank;
using testing::HasSubstr;

cv::Mat luma_of(const cv::Mat& rgb) {
    cv::Mat grey, luma;
    cv::cvtColor(rgb, grey, cv::COLOR_RGB2GRAY);
    grey.convertTo(luma, CV_32FC1);
    return luma;
}

cv::Mat noise(cv::Size size, float sigma, std::uint64_t seed) {
    fixtures::Random random(seed);
    cv::Mat luma(size, CV_32FC1);
    for (auto value = luma.begin<float>(); value != luma.end<float>(); ++value) {
        *value = 120 + sigma * random.normal();
    }
    return luma;
}

TEST(NoiseBlocks, AgreeWithOpenCvsTransform) {
    const cv::Mat luma = noise({76, 44}, 5, 1);
    const statistics::Blocks blocks = statistics::measure_blocks(luma);
    EXPECT_EQ(blocks.grid, cv::Size(9, 5));
    ASSERT_EQ(blocks.list.size(), 45U);
    const statistics::Block& block = blocks.list[12];
    cv::Mat coefficients;
    cv::dct(luma(cv::Rect(4 + 8 * block.column, 4 + 8 * block.row, 8, 8)).clone(), coefficients);
    double content = 0, fine = 0;
    int content_count = 0, fine_count = 0;
    for (int u = 0; u < 8; ++u) {
        for (int v = 0; v < 8; ++v) {
            const double energy = std::pow(coefficients.at<float>(u, v), 2);
            content += u + v > 0 && u + v <= 4 ? energy : 0;
            content_count += u + v > 0 && u + v <= 4 ? 1 : 0;
            fine += u + v >= 7 ? energy : 0;
            fine_count += u + v >= 7 ? 1 : 0;
        }
    }
    EXPECT_NEAR(block.content, content / content_count, 1e-2);
    EXPECT_NEAR(block.noise, fine / fine_count, 1e-2);
    EXPECT_NEAR(block.brightness, coefficients.at<float>(0, 0) / 8, 1e-3);
}

TEST(NoiseBlocks, RankTheGivenShareInEitherTail) {
    const statistics::Blocks blocks = statistics::measure_blocks(noise({644, 484}, 5, 2));
    const auto selected = statistics::select_blocks(blocks, {0.5, 100, 0.3});
    int low = 0, high = 0;
    for (const statistics::Selected& block : selected) {
        low += block.rank == Rank::kLow ? 1 : 0;
        high += block.rank == Rank::kHigh ? 1 : 0;
    }
    EXPECT_NEAR(static_cast<double>(selected.size()) / 4800, 0.5, 0.01);
    EXPECT_NEAR(static_cast<double>(low) / static_cast<double>(selected.size()), 0.3, 0.01);
    EXPECT_NEAR(static_cast<double>(high) / static_cast<double>(selected.size()), 0.3, 0.01);
}

TEST(NoiseStatistics, FindsNothingInEvenNoise) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        const NoiseStatisticsResult result = noise_statistics(noise({640, 480}, 3, seed), {});
        ASSERT_EQ(result.not_applicable, "");
        // Less than one false alarm expected: the paper's own limit holds where blocks are independent.
        EXPECT_LT(result.nominal_meaningfulness, 0.5);
        EXPECT_LT(result.meaningfulness, 0.5);
        EXPECT_EQ(result.suspicious_area_percent, 0);
        EXPECT_NEAR(result.noise_level, 3, 0.1);
    }
}

TEST(NoiseStatistics, FindsAPatchOfOtherNoiseInEitherDirection) {
    const cv::Rect patch(256, 160, 112, 96);
    for (const float sigma : {2.0F, 4.5F}) {
        cv::Mat luma = noise({640, 480}, 3, 3);
        noise(patch.size(), sigma, 4).copyTo(luma(patch));
        const NoiseStatisticsResult result = noise_statistics(luma, {});
        ASSERT_EQ(result.not_applicable, "");
        EXPECT_GT(result.meaningfulness, 4) << sigma;
        EXPECT_EQ(result.strongest_is_quiet, sigma < 3);
        EXPECT_GT((result.strongest_px & patch).area(), patch.area() / 3);
        EXPECT_GT(result.map.at<unsigned char>(26, 39), 128);
        EXPECT_LT(result.map.at<unsigned char>(55, 5), 100);
    }
}

TEST(NoiseStatistics, DoesNotTakeBrightnessDependenceForAnEdit) {
    CameraSettings settings;
    settings.width_px = 640;
    settings.height_px = 480;
    settings.photons_at_white = 400;
    settings.tone_curve = false;
    settings.prnu = 0;
    const cv::Mat rgb = fixtures::render_scene(fixtures::grey_steps(640, 480, 4, 0.1, 0.8), settings);
    const NoiseStatisticsResult result = noise_statistics(luma_of(rgb), {});
    ASSERT_EQ(result.not_applicable, "");
    EXPECT_EQ(result.suspicious_area_percent, 0) << result.meaningfulness;
}

TEST(NoiseStatistics, RisesWithTheRatioOfNoise) {
    // Means over scenes: what is inserted is twice, then four times as noisy.
    double untouched = 0, filled = 0;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        CameraSettings settings;
        settings.width_px = 640;
        settings.height_px = 480;
        settings.photons_at_white = 1000;
        settings.scene_seed = settings.camera_seed = settings.shot_seed = seed;
        settings.jpeg.quality = 95;
        const cv::Mat picture = fixtures::render(settings);
        const cv::Mat mask = fixtures::random_region(picture.size(), 0.08, seed);
        untouched += noise_statistics(luma_of(fixtures::resave(picture, settings.jpeg)), {}).meaningfulness / 4;
        const cv::Mat edited = fixtures::remove_object(picture, mask).rgb;
        filled += noise_statistics(luma_of(fixtures::resave(edited, settings.jpeg)), {}).meaningfulness / 4;
    }
    EXPECT_GT(filled, untouched + 2);
}

TEST(NoiseStatistics, RefusesWhatItCannotJudge) {
    EXPECT_THAT(noise_statistics({}, {}).not_applicable, HasSubstr("smaller"));
    EXPECT_THAT(noise_statistics(cv::Mat(1, 1, CV_32FC1, cv::Scalar(7)), {}).not_applicable, HasSubstr("smaller"));
    EXPECT_THAT(noise_statistics(cv::Mat(256, 256, CV_32FC1, cv::Scalar(0)), {}).not_applicable, HasSubstr("black"));
    EXPECT_THAT(noise_statistics(cv::Mat(256, 256, CV_32FC1, cv::Scalar(255)), {}).not_applicable, HasSubstr("white"));
    EXPECT_THAT(noise_statistics(cv::Mat(256, 256, CV_32FC1, cv::Scalar(90)), {}).not_applicable,
                HasSubstr("no noise"));
}

TEST(NoiseStatistics, StaysFiniteOnHostileValuesAndGivesTheSameAnswerTwice) {
    cv::Mat luma = noise({301, 243}, 3, 8);
    luma.at<float>(10, 10) = std::numeric_limits<float>::quiet_NaN();
    luma.at<float>(50, 60) = std::numeric_limits<float>::infinity();
    luma.at<float>(90, 90) = 1e38F;
    const NoiseStatisticsResult first = noise_statistics(luma, {}), second = noise_statistics(luma, {});
    ASSERT_EQ(first.not_applicable, "");
    EXPECT_TRUE(std::isfinite(first.meaningfulness));
    EXPECT_EQ(first.meaningfulness, second.meaningfulness);
    EXPECT_EQ(cv::norm(first.map, second.map, cv::NORM_INF), 0);
    EXPECT_EQ(first.map.size(), cv::Size(38, 31));
    const cv::Mat nothing(240, 240, CV_32FC1, cv::Scalar(std::numeric_limits<double>::quiet_NaN()));
    EXPECT_NE(noise_statistics(nothing, {}).not_applicable, "");
}

TEST(NoiseStatisticsAnalyzer, ReportsTheMainMeasurementFirst) {
    const std::vector<std::uint8_t> bytes = fixtures::shoot({});
    const Limits limits;
    const std::unique_ptr<ingest::ByteSource> source = ingest::open_memory(bytes);
    const auto media = features::Media::open(ingest::identify(*source), *source, limits);
    ASSERT_TRUE(media.ok());
    const analysis::AnalyzerDefinition& definition = image_noise_statistics();
    const auto parameters = analysis::Parameters::resolve(definition.parameters, {});
    ASSERT_TRUE(parameters.ok());
    const infer::ModelStore models;
    const analysis::Analysis analysis = definition.create(*parameters)->finish({**media, models, nullptr, {}});
    ASSERT_EQ(analysis.outcome, evidence::Outcome::kRan) << analysis.reason;
    EXPECT_EQ(analysis.measurements.front().name, "meaningfulness");
    EXPECT_FALSE(analysis.map.empty());
    EXPECT_FALSE(analysis.explanation.empty());
}

}  // namespace
}  // namespace bonafide::analyzers

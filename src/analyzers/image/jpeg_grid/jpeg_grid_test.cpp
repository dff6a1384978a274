#include "analyzers/image/jpeg_grid/jpeg_grid.h"

#include "analyzers/image/jpeg_grid/origins.h"
#include "fixtures/camera.h"
#include "fixtures/edits.h"
#include "ingest/byte_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

#include <cmath>
#include <limits>
#include <numbers>

namespace bonafide::analyzers {
namespace {

using fixtures::CameraSettings;
using testing::HasSubstr;

const cv::Point kOwn(0, 0);

CameraSettings camera(std::uint64_t seed, int quality, cv::Size size = {512, 384}) {
    CameraSettings settings;
    settings.width_px = size.width;
    settings.height_px = size.height;
    settings.scene_seed = settings.camera_seed = settings.shot_seed = seed;
    settings.jpeg.quality = quality;
    return settings;
}

TEST(JpegGridPeriodicity, AgreesWithTheFormulaOnEveryGrid) {
    cv::Mat luma(80, 96, CV_32FC1);
    cv::randu(luma, 0, 255);
    const grid::Periodicity periodicity = grid::measure_periodicity(luma);
    ASSERT_EQ(periodicity.tile_px, 32);
    ASSERT_EQ(periodicity.tiles, cv::Size(2, 2));
    const grid::Frequency frequency = grid::kFrequencies[6];
    const float step = grid::kSteps[8];
    for (const cv::Point origin : {cv::Point(0, 0), cv::Point(3, 5), cv::Point(7, 1)}) {
        double sum = 0;
        for (int y = 32; y < 64; y += 8) {
            for (int x = 32; x < 64; x += 8) {
                double coefficient = 0;
                for (int j = 0; j < 8; ++j) {
                    for (int i = 0; i < 8; ++i) {
                        coefficient += luma.at<float>(y + origin.y + j, x + origin.x + i) *
                                       std::cos((2 * j + 1) * frequency.vertical * std::numbers::pi / 16) *
                                       std::cos((2 * i + 1) * frequency.horizontal * std::numbers::pi / 16) / 4;
                    }
                }
                sum += std::cos(2 * std::numbers::pi * coefficient / step);
            }
        }
        const std::size_t term = 6 * grid::kSteps.size() + 8;
        EXPECT_NEAR(periodicity.tile(1, 1)[term][origin.y * 8 + origin.x], sum, 0.12);
        const cv::Mat blocks = grid::block_periodicity(luma, origin, frequency, step);
        EXPECT_NEAR(cv::sum(blocks(cv::Rect(4, 4, 4, 4)))[0], sum, 0.12);
    }
}

TEST(JpegGridVotes, TailAgreesWithTheBinomialFormula) {
    // Sum of C(n, k) p^k (1 - p)^(n - k), written out.
    const double p = 0.25;
    EXPECT_NEAR(grid::log10_binomial_tail(3, 2, p), std::log10(3 * p * p * (1 - p) + p * p * p), 1e-12);
    EXPECT_NEAR(grid::log10_binomial_tail(100, 100, 1.0 / 49), -100 * std::log10(49.0), 1e-9);
    EXPECT_EQ(grid::log10_binomial_tail(10, 0, p), 0);
    EXPECT_LT(grid::log10_binomial_tail(1000, 60, 1.0 / 49), -6);
}

TEST(JpegGrid, FindsTheEarlierGridOfACroppedPictureAndCallsItHarmless) {
    for (const cv::Point origin : {cv::Point(3, 5), cv::Point(4, 4), cv::Point(1, 7)}) {
        const cv::Mat saved =
            fixtures::resave(fixtures::shot_with_grid_at(origin, 3, 80), {90, fixtures::ChromaSampling::k444, {}});
        const JpegGridResult result = jpeg_grid(fixtures::unrounded_luma(saved), kOwn, {});
        ASSERT_EQ(result.not_applicable, "");
        ASSERT_TRUE(result.earlier_origin.has_value());
        EXPECT_EQ(*result.earlier_origin, origin);
        EXPECT_GT(result.earlier_grid_votes, 10);
        EXPECT_TRUE(result.regions.empty()) << result.foreign_grid;
    }
}

TEST(JpegGrid, FindsAPartFromAnotherJpeg) {
    // Strengths from plain to the last that is found: quality of the part's own save, then of the whole.
    const std::pair<int, int> strengths[] = {{70, 95}, {80, 95}, {75, 88}, {85, 95}};
    for (const auto& [earlier, last] : strengths) {
        const cv::Point origin(5, 2);
        const cv::Mat target = fixtures::render(camera(1, 95));
        const cv::Mat mask = fixtures::random_region(target.size(), 0.12, 5);
        const fixtures::Edited edited = fixtures::splice(target, fixtures::shot_with_grid_at(origin, 2, earlier), mask);
        const cv::Mat saved = fixtures::resave(edited.rgb, {last, fixtures::ChromaSampling::k420, {}});
        const JpegGridResult result = jpeg_grid(fixtures::unrounded_luma(saved), kOwn, {});
        ASSERT_EQ(result.not_applicable, "");
        ASSERT_FALSE(result.regions.empty()) << earlier << " then " << last << ": " << result.foreign_grid;
        EXPECT_EQ(result.regions[0].origin, origin);
        EXPECT_GT((result.regions[0].box_px & cv::boundingRect(mask)).area(), cv::boundingRect(mask).area() / 2);
        EXPECT_FALSE(result.earlier_origin.has_value());
        // The map: brighter inside than outside by far.
        cv::Mat inside;
        cv::resize(mask, inside, result.map.size(), 0, 0, cv::INTER_AREA);
        EXPECT_GT(cv::mean(result.map, inside > 200)[0], 90) << earlier << " then " << last;
        EXPECT_LT(cv::mean(result.map, inside == 0)[0], 40) << earlier << " then " << last;
    }
}

TEST(JpegGrid, StopsWhereTheLastSaveIsFarCoarser) {
    const cv::Mat target = fixtures::render(camera(1, 95));
    const cv::Mat mask = fixtures::random_region(target.size(), 0.12, 5);
    const fixtures::Edited edited = fixtures::splice(target, fixtures::shot_with_grid_at({5, 2}, 2, 95), mask);
    const cv::Mat saved = fixtures::resave(edited.rgb, {75, fixtures::ChromaSampling::k420, {}});
    EXPECT_TRUE(jpeg_grid(fixtures::unrounded_luma(saved), kOwn, {}).regions.empty());
}

TEST(JpegGrid, FindsAPartOnAnotherGridInAPictureThatWasNeverSavedAgain) {
    const cv::Mat target = fixtures::read_jpeg(fixtures::shoot(camera(1, 85)));
    const cv::Mat mask = fixtures::random_region(target.size(), 0.1, 6);
    const cv::Mat edited = fixtures::splice(target, fixtures::shot_with_grid_at({3, 3}, 2, 85), mask).rgb;
    const JpegGridResult result = jpeg_grid(fixtures::unrounded_luma(edited), std::nullopt, {});
    ASSERT_FALSE(result.regions.empty());
    EXPECT_EQ(result.regions[0].origin, cv::Point(3, 3));
    EXPECT_GT(result.regions[0].contrast, 15);
}

TEST(JpegGrid, LeavesUneditedShotsAlone) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        for (const int quality : {75, 92, 98}) {
            const cv::Mat once = fixtures::read_jpeg(fixtures::shoot(camera(seed, quality)));
            const JpegGridResult result = jpeg_grid(fixtures::unrounded_luma(once), kOwn, {});
            EXPECT_TRUE(result.regions.empty()) << seed << ", " << quality << ": " << result.foreign_grid;
            EXPECT_FALSE(result.earlier_origin.has_value()) << seed << ", " << quality;
            const cv::Mat twice = fixtures::resave(once, {90, fixtures::ChromaSampling::k420, {}});
            EXPECT_TRUE(jpeg_grid(fixtures::unrounded_luma(twice), kOwn, {}).regions.empty())
                << seed << ", " << quality;
        }
        const JpegGridResult uncoded =
            jpeg_grid(fixtures::unrounded_luma(fixtures::render(camera(seed, 90))), std::nullopt, {});
        EXPECT_TRUE(uncoded.regions.empty()) << uncoded.foreign_grid;
    }
}

TEST(JpegGrid, RefusesWhatItCannotJudge) {
    EXPECT_THAT(jpeg_grid({}, kOwn, {}).not_applicable, HasSubstr("smaller"));
    EXPECT_THAT(jpeg_grid(cv::Mat(1, 1, CV_32FC1, cv::Scalar(3)), kOwn, {}).not_applicable, HasSubstr("smaller"));
    EXPECT_THAT(jpeg_grid(cv::Mat(127, 4000, CV_32FC1, cv::Scalar(3)), kOwn, {}).not_applicable, HasSubstr("smaller"));
    EXPECT_THAT(jpeg_grid(cv::Mat(300, 300, CV_32FC1, cv::Scalar(0)), kOwn, {}).not_applicable, HasSubstr("even"));
    EXPECT_THAT(jpeg_grid(cv::Mat(300, 300, CV_32FC1, cv::Scalar(255)), kOwn, {}).not_applicable, HasSubstr("even"));
}

TEST(JpegGrid, StaysFiniteOnHostileValuesAndOddSizes) {
    for (int extra = 0; extra < 9; ++extra) {
        cv::Mat luma(128 + extra, 136 + 8 - extra, CV_32FC1);
        cv::randu(luma, 0, 255);
        luma.at<float>(10, 10) = std::numeric_limits<float>::quiet_NaN();
        luma.at<float>(50, 60) = std::numeric_limits<float>::infinity();
        luma.at<float>(90, 90) = -1e38F;
        const JpegGridResult result = jpeg_grid(luma, std::nullopt, {});
        ASSERT_EQ(result.not_applicable, "");
        EXPECT_TRUE(std::isfinite(result.foreign_grid) && std::isfinite(result.foreign_grid_votes));
        EXPECT_EQ(result.map.size(), cv::Size((luma.cols + 7) / 8, (luma.rows + 7) / 8));
        EXPECT_TRUE(result.regions.empty()) << result.foreign_grid;
    }
}

analysis::Analysis analyse_file(const std::vector<std::uint8_t>& bytes) {
    const Limits limits;
    const std::unique_ptr<ingest::ByteSource> source = ingest::open_memory(bytes);
    const Result<std::unique_ptr<features::Media>> media =
        features::Media::open(ingest::identify(*source), *source, limits);
    EXPECT_TRUE(media.ok());
    const Result<analysis::Parameters> parameters = analysis::Parameters::resolve(image_jpeg_grid().parameters, {});
    EXPECT_TRUE(parameters.ok());
    const infer::ModelStore models;
    return image_jpeg_grid().create(*parameters)->finish({**media, models, nullptr, {}});
}

TEST(JpegGridAnalyzer, TakesTheFilesOwnGridForGranted) {
    const analysis::Analysis analysis = analyse_file(fixtures::shoot(camera(4, 80)));
    ASSERT_EQ(analysis.outcome, evidence::Outcome::kRan) << analysis.reason;
    EXPECT_EQ(analysis.measurements.front().name, "foreign_grid");
    EXPECT_TRUE(analysis.observations.empty());
    EXPECT_EQ(analysis.map.size(), cv::Size(64, 48));
}

TEST(JpegGridAnalyzer, PointsAtAnInsertedPart) {
    const cv::Mat target = fixtures::render(camera(1, 95));
    const cv::Mat mask = fixtures::random_region(target.size(), 0.12, 5);
    const cv::Mat edited = fixtures::splice(target, fixtures::shot_with_grid_at({5, 2}, 2, 75), mask).rgb;
    const analysis::Analysis analysis = analyse_file(fixtures::write_jpeg(edited, camera(1, 92).jpeg));
    ASSERT_EQ(analysis.outcome, evidence::Outcome::kRan) << analysis.reason;
    ASSERT_FALSE(analysis.observations.empty());
    EXPECT_THAT(analysis.observations.front().explanation, HasSubstr("(5, 2)"));
}

}  // namespace
}  // namespace bonafide::analyzers

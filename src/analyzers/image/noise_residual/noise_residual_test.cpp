#include "analyzers/image/noise_residual/noise_residual.h"

#include "analyzers/image/noise_residual/mixture.h"
#include "analyzers/image/noise_residual/residual_histograms.h"
#include "analyzers/image/noise_residual/window_features.h"
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
using testing::HasSubstr;

cv::Mat luma_of(const cv::Mat& rgb) {
    cv::Mat grey, luma;
    cv::cvtColor(rgb, grey, cv::COLOR_RGB2GRAY);
    grey.convertTo(luma, CV_32FC1);
    return luma;
}

CameraSettings camera(std::uint64_t seed) {
    CameraSettings settings;
    settings.camera_seed = settings.scene_seed = settings.shot_seed = seed;
    settings.jpeg.quality = 95;
    return settings;
}

cv::Mat noise(cv::Size size, float sigma, std::uint64_t seed) {
    fixtures::Random random(seed);
    cv::Mat luma(size, CV_32FC1);
    for (auto value = luma.begin<float>(); value != luma.end<float>(); ++value) {
        *value = 120 + sigma * random.normal();
    }
    return luma;
}

// Mean of the map inside a mask less that outside, in grey levels.
double contrast(const cv::Mat& map, const cv::Mat& mask) {
    cv::Mat small;
    cv::resize(mask, small, map.size(), 0, 0, cv::INTER_NEAREST);
    return cv::mean(map, small)[0] - cv::mean(map, small == 0)[0];
}

TEST(ResidualHistograms, CountEveryGroupOnce) {
    const residual::Cells cells = residual::measure_cells(noise({128, 96}, 3, 1), 8, 1);
    EXPECT_EQ(cells.size(), cv::Size(16, 12));
    // Inside the picture 64 px give 128 groups along and 128 across.
    for (const int row : {17, 100}) {
        const cv::Mat counts = cells.counts.row(row);
        EXPECT_EQ(cv::sum(counts.colRange(0, residual::kClasses))[0], 128);
        EXPECT_EQ(cv::sum(counts.colRange(residual::kClasses, residual::kFeatures))[0], 128);
    }
    // White noise: third differences have variance 1 + 9 + 9 + 1 times as large.
    EXPECT_NEAR(cv::mean(cells.energy)[0], 20 * 9, 12);
    EXPECT_NEAR(cv::mean(cells.brightness)[0], 120, 0.2);
}

TEST(ResidualHistograms, NegativesAndMirrorImagesAreAlike) {
    const cv::Mat luma = noise({144, 144}, 3, 2);
    const cv::Mat negative = 240 - luma;
    const residual::Cells a = residual::measure_cells(luma, 16, 1), b = residual::measure_cells(negative, 16, 1);
    EXPECT_EQ(cv::norm(a.counts, b.counts, cv::NORM_INF), 0);
}

TEST(ResidualHistograms, WindowSumsAreThoseOfTheirCells) {
    fixtures::Random random(3);
    const cv::Size size(9, 7);
    cv::Mat values(size.area(), 4, CV_32FC1);
    for (auto value = values.begin<float>(); value != values.end<float>(); ++value) {
        *value = std::floor(100 * random.uniform());
    }
    const cv::Mat sums = residual::window_sums(values, size, 3);
    ASSERT_EQ(sums.rows, 7 * 5);
    for (int y = 0; y < 5; ++y) {
        for (int x = 0; x < 7; ++x) {
            float expected = 0;
            for (int cell = 0; cell < 9; ++cell) {
                expected += values.at<float>((y + cell / 3) * size.width + x + cell % 3, 2);
            }
            EXPECT_EQ(sums.at<float>(y * 7 + x, 2), expected);
        }
    }
}

TEST(Mixture, FindsTheSmallerOfTwoClouds) {
    fixtures::Random random(4);
    cv::Mat samples(1000, 3, CV_64FC1);
    for (int row = 0; row < samples.rows; ++row) {
        for (int column = 0; column < 3; ++column) {
            samples.at<double>(row, column) = random.normal() + (row < 150 && column == 1 ? 5 : 0);
        }
    }
    const residual::Mixture mixture = residual::fit_mixture(samples, {});
    EXPECT_NEAR(mixture.minority_share, 0.15, 0.03);
    EXPECT_GT(mixture.gain_nats, 0.2);
    // One cloud alone is explained as well by one distribution.
    const residual::Mixture single = residual::fit_mixture(samples.rowRange(150, 1000), {});
    EXPECT_LT(single.gain_nats, 0.1);
}

TEST(Mixture, DistancesAreMahalanobis) {
    fixtures::Random random(5);
    cv::Mat samples(4000, 2, CV_64FC1);
    for (int row = 0; row < samples.rows; ++row) {
        samples.at<double>(row, 0) = 3 * random.normal();
        samples.at<double>(row, 1) = samples.at<double>(row, 0) + random.normal();
    }
    const residual::Gaussian gaussian = residual::Gaussian::fit(samples, std::vector<double>(samples.rows, 1.0), 1e-9);
    const cv::Mat point = (cv::Mat_<double>(1, 2) << 3, 4);
    EXPECT_NEAR(gaussian.distances(point)[0], 1 + 1, 0.2);  // one standard deviation of either independent cause
}

TEST(NoiseResidual, StandsOutWherePlacesWereProcessed) {
    int blurred = 0, filled = 0;
    NoiseResidualOptions options;
    options.threshold = 6;  // so that the shades below do not hang on the default
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        CameraSettings settings = camera(seed);
        settings.photons_at_white = 1500;
        const cv::Mat picture = fixtures::render(settings);
        const cv::Mat mask = fixtures::random_region(picture.size(), 0.1, seed);
        const auto found = [&](const cv::Mat& rgb) {
            const NoiseResidualResult result = noise_residual(luma_of(fixtures::resave(rgb, settings.jpeg)), options);
            return result.not_applicable.empty() && contrast(result.map, mask) > 30;
        };
        blurred += found(fixtures::blur_region(picture, mask, 1.2).rgb) ? 1 : 0;
        filled += found(fixtures::remove_object(picture, mask).rgb) ? 1 : 0;
    }
    EXPECT_GE(blurred, 3);
    EXPECT_GE(filled, 3);
}

TEST(NoiseResidual, RisesWithAnEdit) {
    double edited = 0, genuine = 0;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        CameraSettings settings = camera(seed + 20);
        settings.photons_at_white = 1500;
        const cv::Mat picture = fixtures::render(settings);
        const cv::Mat mask = fixtures::random_region(picture.size(), 0.08, seed);
        const cv::Mat changed = fixtures::blur_region(picture, mask, 1.2).rgb;
        edited += noise_residual(luma_of(fixtures::resave(changed, settings.jpeg)), {}).departure / 4;
        genuine += noise_residual(luma_of(fixtures::resave(picture, settings.jpeg)), {}).departure / 4;
    }
    EXPECT_GT(edited, 1.2 * genuine);
}

TEST(NoiseResidual, ShowsNothingInEvenNoise) {
    const NoiseResidualResult result = noise_residual(noise({480, 320}, 3, 6), {});
    ASSERT_EQ(result.not_applicable, "");
    EXPECT_LT(result.departure, 2.5);
    EXPECT_EQ(result.suspicious_area_percent, 0);
    EXPECT_DOUBLE_EQ(result.judged_area_percent, 100);
}

TEST(NoiseResidual, RefusesWhatItCannotJudge) {
    EXPECT_THAT(noise_residual({}, {}).not_applicable, HasSubstr("smaller"));
    EXPECT_THAT(noise_residual(cv::Mat(1, 1, CV_32FC1, cv::Scalar(7)), {}).not_applicable, HasSubstr("smaller"));
    for (const double level : {0.0, 90.0, 255.0}) {
        EXPECT_THAT(noise_residual(cv::Mat(256, 256, CV_32FC1, cv::Scalar(level)), {}).not_applicable,
                    HasSubstr("no fine residual"));
    }
    cv::Mat overexposed = noise({320, 320}, 3, 7) + 140;
    EXPECT_THAT(noise_residual(overexposed, {}).not_applicable, HasSubstr("overexposed"));
}

TEST(NoiseResidual, StaysFiniteOnHostileValues) {
    cv::Mat luma = noise({300, 240}, 3, 8);
    luma.at<float>(10, 10) = std::numeric_limits<float>::quiet_NaN();
    luma.at<float>(50, 60) = std::numeric_limits<float>::infinity();
    luma.at<float>(90, 90) = 1e38F;
    const NoiseResidualResult result = noise_residual(luma, {});
    ASSERT_EQ(result.not_applicable, "");
    EXPECT_TRUE(std::isfinite(result.departure));
    EXPECT_TRUE(std::isfinite(result.separation_nats));
    const cv::Mat nothing(240, 240, CV_32FC1, cv::Scalar(std::numeric_limits<double>::quiet_NaN()));
    EXPECT_NE(noise_residual(nothing, {}).not_applicable, "");
}

TEST(NoiseResidual, GivesTheSameAnswerTwiceAndHandlesEverySize) {
    for (int extra = 0; extra < 16; extra += 3) {
        const cv::Mat luma = noise({176 + extra, 160 + 15 - extra}, 2, 9);
        const NoiseResidualResult first = noise_residual(luma, {}), second = noise_residual(luma, {});
        ASSERT_EQ(first.not_applicable, "");
        EXPECT_EQ(first.departure, second.departure);
        EXPECT_EQ(first.separation_nats, second.separation_nats);
        EXPECT_EQ(cv::norm(first.map, second.map, cv::NORM_INF), 0);
        EXPECT_EQ(first.map.size(), cv::Size((luma.cols + 7) / 8, (luma.rows + 7) / 8));
    }
}

analysis::Analysis analyse_file(const std::vector<std::uint8_t>& bytes) {
    const analysis::AnalyzerDefinition& definition = image_noise_residual();
    const Limits limits;
    const std::unique_ptr<ingest::ByteSource> source = ingest::open_memory(bytes);
    const auto media = features::Media::open(ingest::identify(*source), *source, limits);
    EXPECT_TRUE(media.ok());
    const auto parameters = analysis::Parameters::resolve(definition.parameters, {});
    EXPECT_TRUE(parameters.ok());
    const infer::ModelStore models;
    return definition.create(*parameters)->finish({**media, models, nullptr, {}});
}

TEST(NoiseResidualAnalyzer, ReportsTheMainMeasurementFirst) {
    const analysis::Analysis analysis = analyse_file(fixtures::shoot(camera(3)));
    ASSERT_EQ(analysis.outcome, evidence::Outcome::kRan) << analysis.reason;
    EXPECT_EQ(analysis.measurements.front().name, "departure");
    EXPECT_GT(analysis.measurements.front().value, 1);
    EXPECT_FALSE(analysis.map.empty());
}

TEST(NoiseResidualAnalyzer, SaysWhyItDoesNotApply) {
    CameraSettings settings = camera(1);
    settings.width_px = settings.height_px = 96;
    const analysis::Analysis analysis = analyse_file(fixtures::shoot(settings));
    EXPECT_EQ(analysis.outcome, evidence::Outcome::kNotApplicable);
    EXPECT_THAT(analysis.reason, HasSubstr("160 px"));
    EXPECT_TRUE(analysis.map.empty());
}

}  // namespace
}  // namespace bonafide::analyzers

#include "analyzers/image/noise_level/noise_level.h"

#include "fixtures/camera.h"
#include "fixtures/edits.h"
#include "fixtures/random.h"
#include "fixtures/shared_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
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

CameraSettings camera(double photons_at_white, std::uint64_t seed = 1) {
    CameraSettings settings;
    settings.photons_at_white = photons_at_white;
    settings.camera_seed = settings.scene_seed = settings.shot_seed = seed;
    settings.jpeg.quality = 95;
    return settings;
}

// Normal noise of standard deviation `sigma` on even grey, without rounding.
cv::Mat noisy_grey(cv::Size size, float level, float sigma, std::uint64_t seed = 1) {
    fixtures::Random random(seed);
    cv::Mat luma(size, CV_32FC1);
    for (auto value = luma.begin<float>(); value != luma.end<float>(); ++value) {
        *value = level + sigma * random.normal();
    }
    return luma;
}

double overlap(const cv::Rect& box, const cv::Rect& truth) {
    return static_cast<double>((box & truth).area()) / (box | truth).area();
}

TEST(NoiseLevel, MeasuresTheStandardDeviationOfEvenSurfaces) {
    for (const float sigma : {1.0F, 3.0F, 8.0F}) {
        const NoiseLevelResult result = noise_level(noisy_grey({384, 256}, 120, sigma), {});
        ASSERT_EQ(result.not_applicable, "");
        EXPECT_NEAR(result.noise_level / sigma, 1, 0.05);
        EXPECT_LT(result.inconsistency_db, 2);
        EXPECT_TRUE(result.regions.empty());
        EXPECT_DOUBLE_EQ(result.judged_area_percent, 100);
    }
}

TEST(NoiseLevel, FindsAPatchOfOtherNoiseInEitherDirection) {
    const cv::Rect patch(128, 96, 96, 80);
    for (const float sigma : {1.0F, 9.0F}) {
        cv::Mat luma = noisy_grey({448, 320}, 120, 3);
        noisy_grey(patch.size(), 120, sigma, 2).copyTo(luma(patch));
        const NoiseLevelResult result = noise_level(luma, {6.0, 0.5});
        ASSERT_EQ(result.regions.size(), 1U) << sigma;
        EXPECT_EQ(result.regions[0].contrast_db > 0, sigma > 3);
        // Less than the true 9.5 dB: windows do not fit the patch exactly, and the uncertainty is taken off.
        EXPECT_NEAR(std::abs(result.regions[0].contrast_db), 8, 2);
        EXPECT_GT(overlap(result.regions[0].box_px, patch), 0.5);
        EXPECT_GT(result.map.at<unsigned char>(136, 176), 128);
        EXPECT_LT(result.map.at<unsigned char>(280, 400), 128);
        EXPECT_EQ(result.map.size(), luma.size());
        EXPECT_EQ(result.map.type(), CV_8UC1);
    }
}

TEST(NoiseLevel, DoesNotTakeBrightnessDependenceForAnEdit) {
    // Photon noise on grey steps: the noise changes sevenfold from step to step, and belongs to the brightness.
    CameraSettings settings = camera(400);
    settings.tone_curve = false;
    settings.prnu = 0;
    const cv::Mat rgb =
        fixtures::render_scene(fixtures::grey_steps(settings.width_px, settings.height_px, 6, 0.05, 0.8), settings);
    const NoiseLevelResult result = noise_level(luma_of(rgb), {});
    ASSERT_EQ(result.not_applicable, "");
    EXPECT_GT(result.noise_level_brightest, 2 * result.noise_level_darkest);
    EXPECT_TRUE(result.regions.empty()) << result.inconsistency_db;
}

TEST(NoiseLevel, LeavesUneditedShotsAlone) {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        for (const double photons : {1000.0, 8000.0}) {
            const cv::Mat rgb = fixtures::read_jpeg(fixtures::shoot(camera(photons, seed)));
            const NoiseLevelResult result = noise_level(luma_of(rgb), {});
            EXPECT_TRUE(result.regions.empty())
                << "seed " << seed << ", " << photons << " photons: " << result.inconsistency_db << " dB";
        }
    }
}

TEST(NoiseLevel, FindsASpliceFromANoisierCamera) {
    int found = 0;
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        const CameraSettings clean = camera(20'000, seed);
        CameraSettings noisy = camera(300, seed + 100);
        const cv::Mat mask = fixtures::random_region({clean.width_px, clean.height_px}, 0.1, seed);
        const fixtures::Edited edited = fixtures::splice(fixtures::render(clean), fixtures::render(noisy), mask);
        const cv::Mat luma = luma_of(fixtures::resave(edited.rgb, clean.jpeg));
        const NoiseLevelResult result = noise_level(luma, {6.0, 0.5});
        const bool hit = !result.regions.empty() && (result.regions[0].box_px & cv::boundingRect(mask)).area() > 0;
        found += hit ? 1 : 0;
    }
    EXPECT_GE(found, 4);
}

TEST(NoiseLevel, RefusesWhatItCannotJudge) {
    EXPECT_THAT(noise_level({}, {}).not_applicable, HasSubstr("smaller"));
    EXPECT_THAT(noise_level(cv::Mat(1, 1, CV_32FC1, cv::Scalar(7)), {}).not_applicable, HasSubstr("smaller"));
    EXPECT_THAT(noise_level(noisy_grey({127, 4000}, 100, 2), {}).not_applicable, HasSubstr("smaller"));
    EXPECT_THAT(noise_level(cv::Mat(256, 256, CV_32FC1, cv::Scalar(0)), {}).not_applicable, HasSubstr("black"));
    EXPECT_THAT(noise_level(cv::Mat(256, 256, CV_32FC1, cv::Scalar(255)), {}).not_applicable, HasSubstr("overexposed"));
    EXPECT_THAT(noise_level(cv::Mat(256, 256, CV_32FC1, cv::Scalar(90)), {}).not_applicable, HasSubstr("no noise"));
    CameraSettings settings = camera(20'000);
    settings.jpeg.quality = 20;
    EXPECT_THAT(noise_level(luma_of(fixtures::read_jpeg(fixtures::shoot(settings))), {}).not_applicable,
                HasSubstr("noise"));
}

TEST(NoiseLevel, StaysFiniteOnHostileValues) {
    cv::Mat luma = noisy_grey({200, 160}, 120, 3);
    luma.at<float>(10, 10) = std::numeric_limits<float>::quiet_NaN();
    luma.at<float>(50, 60) = std::numeric_limits<float>::infinity();
    luma.at<float>(90, 90) = 1e38F;
    const NoiseLevelResult result = noise_level(luma, {});
    ASSERT_EQ(result.not_applicable, "");
    EXPECT_NEAR(result.noise_level, 3, 0.3);
    EXPECT_TRUE(std::isfinite(result.inconsistency_db));
    const NoiseLevelResult nothing =
        noise_level(cv::Mat(200, 200, CV_32FC1, cv::Scalar(std::numeric_limits<double>::quiet_NaN())), {});
    EXPECT_NE(nothing.not_applicable, "");
}

TEST(NoiseLevel, GivesTheSameAnswerTwice) {
    const cv::Mat luma = luma_of(fixtures::render(camera(2000, 4)));
    const NoiseLevelResult first = noise_level(luma, {}), second = noise_level(luma, {});
    EXPECT_EQ(first.inconsistency_db, second.inconsistency_db);
    EXPECT_EQ(cv::norm(first.map, second.map, cv::NORM_INF), 0);
}

TEST(NoiseLevel, HandlesEverySizeThatIsNoMultipleOfATile) {
    for (int extra = 0; extra < 16; ++extra) {
        const cv::Size size(144 + extra, 136 + 15 - extra);
        const NoiseLevelResult result = noise_level(noisy_grey(size, 100, 2), {});
        ASSERT_EQ(result.not_applicable, "");
        EXPECT_EQ(result.map.size(), size);
    }
    const NoiseLevelResult strip = noise_level(noisy_grey({6000, 128}, 100, 2), {});
    EXPECT_EQ(strip.not_applicable, "");
}

analysis::Analysis analyse_file(const std::vector<std::uint8_t>& bytes, const std::map<std::string, double>& given) {
    const analysis::AnalyzerDefinition& definition = image_noise_level();
    const Limits limits;
    const std::unique_ptr<ingest::ByteSource> source = ingest::open_memory(bytes);
    const Result<std::unique_ptr<features::Media>> media =
        features::Media::open(ingest::identify(*source), *source, limits);
    EXPECT_TRUE(media.ok());
    const Result<analysis::Parameters> parameters = analysis::Parameters::resolve(definition.parameters, given);
    EXPECT_TRUE(parameters.ok());
    const infer::ModelStore models;
    return definition.create(*parameters)->finish({**media, models, nullptr, {}});
}

double value_of(const analysis::Analysis& analysis, std::string_view name) {
    for (const evidence::Measurement& measurement : analysis.measurements) {
        if (measurement.name == name) {
            return measurement.value;
        }
    }
    ADD_FAILURE() << "no measurement " << name;
    return std::nan("");
}

TEST(NoiseLevelAnalyzer, ReportsTheMainMeasurementFirstAndPointsAtRegions) {
    const CameraSettings settings = camera(400, 3);
    const cv::Mat picture = fixtures::render(settings);
    const cv::Mat mask = fixtures::random_region(picture.size(), 0.1, 3);
    const cv::Mat filled = fixtures::remove_object(picture, mask).rgb;
    const analysis::Analysis analysis = analyse_file(fixtures::write_jpeg(filled, settings.jpeg), {{"threshold", 6}});
    ASSERT_EQ(analysis.outcome, evidence::Outcome::kRan) << analysis.reason;
    EXPECT_EQ(analysis.measurements.front().name, "inconsistency");
    EXPECT_EQ(analysis.map.size(), picture.size());
    EXPECT_EQ(value_of(analysis, "regions"), static_cast<double>(analysis.observations.size()));
    ASSERT_FALSE(analysis.observations.empty());
    const evidence::Where::Box box = *analysis.observations.front().where.box_px;
    const cv::Rect found(box.x, box.y, box.width, box.height);
    EXPECT_GT((found & cv::boundingRect(mask)).area(), found.area() / 2);
    EXPECT_LT(value_of(analysis, "noise_level_darkest"), 40);
    EXPECT_THAT(analysis.observations.front().explanation, HasSubstr("cleaner"));
}

TEST(NoiseLevelAnalyzer, SaysWhyItDoesNotApply) {
    CameraSettings settings = camera(400);
    settings.width_px = settings.height_px = 64;
    const analysis::Analysis analysis = analyse_file(fixtures::shoot(settings), {});
    EXPECT_EQ(analysis.outcome, evidence::Outcome::kNotApplicable);
    EXPECT_THAT(analysis.reason, HasSubstr("128 px"));
    EXPECT_TRUE(analysis.measurements.empty());
    EXPECT_TRUE(analysis.map.empty());
}

TEST(NoiseLevelAnalyzer, DoesNotPointAtAnythingInCameraPhotographs) {
    const std::optional<std::string> data = fixtures::shared_data();
    if (!data) {
        GTEST_SKIP() << "needs the development data";
    }
    int judged = 0;
    for (const auto& entry : std::filesystem::directory_iterator(*data + "/photos")) {
        // The larger ones are left to the slow suite.
        if (entry.path().extension() != ".jpg" || entry.file_size() > 300'000) {
            continue;
        }
        std::ifstream file(entry.path(), std::ios::binary);
        const std::vector<std::uint8_t> bytes((std::istreambuf_iterator<char>(file)), {});
        const analysis::Analysis analysis = analyse_file(bytes, {});
        EXPECT_NE(analysis.outcome, evidence::Outcome::kFailed);
        EXPECT_TRUE(analysis.observations.empty()) << entry.path();
        judged += analysis.outcome == evidence::Outcome::kRan ? 1 : 0;
    }
    EXPECT_GT(judged, 5);
}

}  // namespace
}  // namespace bonafide::analyzers

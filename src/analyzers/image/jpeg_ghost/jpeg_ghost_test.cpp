#include "analyzers/image/jpeg_ghost/jpeg_ghost.h"

#include "features/clipped_blocks.h"
#include "fixtures/camera.h"
#include "fixtures/edits.h"
#include "media/encode.h"

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
using Bytes = std::vector<std::uint8_t>;

CameraSettings camera(std::uint64_t seed, int quality = 92, cv::Size size = {512, 384}) {
    CameraSettings settings;
    settings.width_px = size.width;
    settings.height_px = size.height;
    settings.camera_seed = settings.scene_seed = settings.shot_seed = seed;
    settings.jpeg.quality = quality;
    return settings;
}

fixtures::JpegSettings at_quality(int quality) {
    fixtures::JpegSettings settings;
    settings.quality = quality;
    return settings;
}

/// The picture as it is, with no coding of its own.
GhostResult judge(const cv::Mat& rgb) {
    return find_ghost({fixtures::unrounded_luma(rgb), nullptr, features::clipped_blocks(rgb, 1, {})}, {});
}

GhostResult judge(const Bytes& bytes) {
    const cv::Mat rgb = fixtures::read_jpeg(bytes);
    const Result<std::vector<media::JpegPlane>> planes = media::read_jpeg_coefficients(bytes, Limits{});
    EXPECT_TRUE(planes.ok());
    const media::JpegPlane& plane = planes->front();
    return find_ghost({fixtures::unrounded_luma(rgb), &plane, features::clipped_blocks(rgb, 1, plane.quantisation)},
                      {});
}

struct Case {
    cv::Mat edited, twin, mask;
};

/// A shot with an earlier save on the grid at `origin`, spliced with a picture that was never a JPEG.
Case lacking(cv::Point origin, int earlier, std::uint64_t seed) {
    Case made;
    made.twin = fixtures::shot_with_grid_at(origin, seed, earlier);
    made.mask = fixtures::random_region(made.twin.size(), 0.1, seed);
    made.edited = fixtures::splice(made.twin, fixtures::render(camera(seed + 100)), made.mask).rgb;
    return made;
}

/// The reverse: the inserted part alone has an earlier save.
Case showing(cv::Point origin, int earlier, std::uint64_t seed) {
    Case made;
    made.twin = fixtures::render(camera(seed));
    made.mask = fixtures::random_region(made.twin.size(), 0.1, seed);
    made.edited = fixtures::splice(made.twin, fixtures::shot_with_grid_at(origin, seed + 100, earlier), made.mask).rgb;
    return made;
}

void expect_at(const GhostResult& result, const cv::Mat& mask, const std::string& which) {
    ASSERT_EQ(result.not_applicable, "") << which;
    ASSERT_FALSE(result.regions.empty()) << which << ": " << result.contrast_sigma;
    const cv::Rect box = result.regions[0].blocks;
    const cv::Rect pixels(box.x * 8, box.y * 8, box.width * 8, box.height * 8), truth = cv::boundingRect(mask);
    EXPECT_GT((pixels & truth).area(), 0.7 * pixels.area()) << which;
    cv::Mat inside;
    cv::resize(mask, inside, result.map.size(), 0, 0, cv::INTER_AREA);
    EXPECT_GT(cv::mean(result.map, inside > 200)[0], cv::mean(result.map, inside == 0)[0] + 50) << which;
}

std::string name_of(cv::Point origin, int earlier, int last) {
    return std::to_string(earlier) + " at (" + std::to_string(origin.x) + ", " + std::to_string(origin.y) + "), then " +
           std::to_string(last);
}

TEST(JpegGhostSamples, AgreeWithTheFormulaOfTheTransform) {
    cv::Mat luma(40, 48, CV_32FC1);
    cv::randu(luma, 0, 255);
    const ghost::Samples samples = ghost::samples_of(luma, {3, 5}, 2);
    ASSERT_EQ(samples.blocks, cv::Size(3, 2));
    for (int index = 0; index < ghost::kCount; ++index) {
        const int vertical = ghost::kFrequencies[index] / 8, horizontal = ghost::kFrequencies[index] % 8;
        double sum = 0;  // of the block in the second column and row of those taken
        for (int y = 0; y < 8; ++y) {
            for (int x = 0; x < 8; ++x) {
                sum += luma.at<float>(5 + 16 + y, 3 + 16 + x) *
                       std::cos((2 * y + 1) * vertical * std::numbers::pi / 16) *
                       std::cos((2 * x + 1) * horizontal * std::numbers::pi / 16);
            }
        }
        sum *= 0.25 * (vertical == 0 ? std::sqrt(0.5) : 1) * (horizontal == 0 ? std::sqrt(0.5) : 1);
        EXPECT_NEAR(samples.values.at<float>(index, 4), sum, 1e-2);
    }
}

TEST(JpegGhostSteps, ClosenessIsWhatAnEvenDistributionSays) {
    std::vector<float> multiples, even;
    for (int index = 0; index < 8000; ++index) {
        multiples.push_back(static_cast<float>(7 * (index % 9 + 1)));
        even.push_back(3.5F + static_cast<float>(index + 1) * 70 / 8000);  // ten steps of 7
    }
    const ghost::Closeness of_multiples = ghost::closeness_of(multiples.data(), 8000, 7),
                           of_even = ghost::closeness_of(even.data(), 8000, 7);
    EXPECT_NEAR(of_multiples.sum / of_multiples.count, 1, 1e-6);
    EXPECT_NEAR(of_even.sum / of_even.count, 0, 0.01);
    EXPECT_EQ(of_even.count, 8000);
    // Every second multiple of 10 lies half way between multiples of 20: (1 - 2) / 2.
    EXPECT_NEAR(ghost::expected_closeness(20, 10, 1e6), -0.5, 0.02);
}

TEST(JpegGhost, FindsWhatLacksTheEarlierSaveOnAnyGrid) {
    const std::tuple<cv::Point, int, int> strengths[] = {
        {{0, 0}, 70, 92}, {{0, 0}, 80, 95}, {{3, 5}, 50, 88}, {{3, 5}, 75, 95}, {{0, 4}, 60, 95}};
    for (const auto& [origin, earlier, last] : strengths) {
        const std::string which = name_of(origin, earlier, last);
        const Case made = lacking(origin, earlier, 3);
        const GhostResult result = judge(fixtures::write_jpeg(made.edited, at_quality(last)));
        expect_at(result, made.mask, which);
        EXPECT_TRUE(result.lacks) << which;
        EXPECT_EQ(result.origin, origin) << which;
        EXPECT_NEAR(result.quality, earlier, 6) << which;
        const GhostResult twin = judge(fixtures::write_jpeg(made.twin, at_quality(last)));
        EXPECT_TRUE(twin.regions.empty()) << which << ": " << twin.contrast_sigma;
    }
}

TEST(JpegGhost, FindsTheEarlierSaveInAPictureThatIsNoJpegAnyMore) {
    for (const auto& [origin, earlier] : {std::pair{cv::Point(0, 0), 80}, {cv::Point(6, 1), 92}}) {
        const std::string which = name_of(origin, earlier, 100);
        const Case made = lacking(origin, earlier, 4);
        const GhostResult result = judge(made.edited);
        expect_at(result, made.mask, which);
        EXPECT_EQ(result.origin, origin) << which;
        EXPECT_NEAR(result.quality, earlier, 2) << which;
        EXPECT_GT(result.strength, 0.5) << which;
        const GhostResult twin = judge(made.twin);
        EXPECT_TRUE(twin.regions.empty()) << which << ": " << twin.contrast_sigma;
    }
}

TEST(JpegGhost, FindsAPartThatAloneWasSavedBeforeOnGridsThatOthersLeaveOut) {
    const std::tuple<cv::Point, int, int> strengths[] = {{{0, 0}, 50, 92}, {{0, 0}, 70, 95}, {{0, 4}, 60, 95}};
    for (const auto& [origin, earlier, last] : strengths) {
        const std::string which = name_of(origin, earlier, last);
        const Case made = showing(origin, earlier, 5);
        const GhostResult result = judge(fixtures::write_jpeg(made.edited, at_quality(last)));
        expect_at(result, made.mask, which);
        EXPECT_FALSE(result.lacks) << which;
        EXPECT_EQ(result.origin, origin) << which;
        EXPECT_THAT(judge(fixtures::write_jpeg(made.twin, at_quality(last))).not_applicable, HasSubstr("ghost"));
    }
}

TEST(JpegGhost, StopsWhereTheLastSaveIsAsCoarse) {
    for (const cv::Point origin : {cv::Point(0, 0), cv::Point(3, 5)}) {
        const Case made = lacking(origin, 90, 6);
        EXPECT_THAT(judge(fixtures::write_jpeg(made.edited, at_quality(80))).not_applicable, HasSubstr("ghost"));
    }
}

TEST(JpegGhost, AbstainsOnPicturesThatWereSavedOnceOrNever) {
    for (std::uint64_t seed = 11; seed <= 13; ++seed) {
        for (const int quality : {75, 95}) {
            EXPECT_THAT(judge(fixtures::shoot(camera(seed, quality))).not_applicable, HasSubstr("ghost"))
                << seed << ", " << quality;
        }
        EXPECT_THAT(judge(fixtures::render(camera(seed))).not_applicable, HasSubstr("ghost")) << seed;
    }
}

TEST(JpegGhost, RefusesWhatItCannotJudge) {
    EXPECT_THAT(find_ghost({}, {}).not_applicable, HasSubstr("too small"));
    EXPECT_THAT(find_ghost({cv::Mat(1, 5000, CV_32FC1, cv::Scalar(9)), nullptr, {}}, {}).not_applicable,
                HasSubstr("too small"));
    for (const double level : {0.0, 255.0}) {
        EXPECT_THAT(find_ghost({cv::Mat(300, 300, CV_32FC1, cv::Scalar(level)), nullptr, {}}, {}).not_applicable,
                    HasSubstr("ghost"));
    }
}

TEST(JpegGhost, StaysFiniteOnHostileValuesAndOddSizes) {
    for (int extra = 0; extra < 9; extra += 3) {
        cv::Mat luma(160 + extra, 208 - extra, CV_32FC1);
        cv::randu(luma, 0, 255);
        luma.at<float>(10, 10) = std::numeric_limits<float>::quiet_NaN();
        luma.at<float>(50, 60) = std::numeric_limits<float>::infinity();
        luma.at<float>(90, 90) = -1e38F;
        EXPECT_TRUE(std::isfinite(find_ghost({luma, nullptr, {}}, {}).contrast_sigma));
    }
    const Bytes shot = fixtures::shoot(camera(1, 80));
    Result<std::vector<media::JpegPlane>> planes = media::read_jpeg_coefficients(shot, Limits{});
    ASSERT_TRUE(planes.ok());
    const cv::Mat luma = fixtures::unrounded_luma(fixtures::read_jpeg(shot));
    for (const std::uint16_t step : {0, 65535}) {
        planes->front().quantisation.fill(step);
        EXPECT_TRUE(std::isfinite(find_ghost({luma, &planes->front(), {}}, {}).contrast_sigma));
    }
}

analysis::Analysis analyse_bytes(const Bytes& bytes) {
    const auto source = ingest::open_memory(bytes);
    const auto media = features::Media::open(ingest::identify(*source), *source, Limits{});
    EXPECT_TRUE(media.ok());
    const auto& definition = image_jpeg_ghost();
    const auto parameters = analysis::Parameters::resolve(definition.parameters, {});
    const infer::ModelStore models;
    return definition.create(*parameters)->finish({**media, models, nullptr, {}});
}

TEST(JpegGhostAnalyzer, ReportsItsMainMeasurementFirstAndPlacesInPixels) {
    const Case made = lacking({6, 1}, 85, 4);
    const Bytes bytes = media::encode_png(made.edited);
    const analysis::Analysis analysis = analyse_bytes(bytes);
    ASSERT_EQ(analysis.outcome, evidence::Outcome::kRan) << analysis.reason;
    EXPECT_EQ(analysis.measurements.front().name, "contrast");
    EXPECT_EQ(analysis.map.size(), cv::Size(64, 48));
    ASSERT_FALSE(analysis.observations.empty());
    const auto box = *analysis.observations.front().where.box_px;
    EXPECT_GT((cv::Rect(box.x, box.y, box.width, box.height) & cv::boundingRect(made.mask)).area(), 0);
    const analysis::Analysis again = analyse_bytes(bytes);
    EXPECT_EQ(again.measurements.front().value, analysis.measurements.front().value);
    EXPECT_EQ(cv::norm(again.map, analysis.map, cv::NORM_INF), 0);
}

}  // namespace
}  // namespace bonafide::analyzers

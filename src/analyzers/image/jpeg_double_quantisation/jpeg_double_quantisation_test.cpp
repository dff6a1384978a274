#include "analyzers/image/jpeg_double_quantisation/jpeg_double_quantisation.h"

#include "analyzers/image/jpeg_double_quantisation/coding_history.h"
#include "features/clipped_blocks.h"
#include "fixtures/camera.h"
#include "fixtures/edits.h"
#include "media/encode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

#include <cmath>

namespace bonafide::analyzers {
namespace {

using fixtures::CameraSettings;
using testing::HasSubstr;
using Bytes = std::vector<std::uint8_t>;

CameraSettings camera(int quality, std::uint64_t seed = 1) {
    CameraSettings settings;
    settings.camera_seed = settings.scene_seed = settings.shot_seed = seed;
    settings.jpeg.quality = quality;
    return settings;
}

media::JpegPlane luma_of(const Bytes& bytes) {
    Result<std::vector<media::JpegPlane>> planes = media::read_jpeg_coefficients(bytes, Limits{});
    EXPECT_TRUE(planes.ok());
    return std::move(planes->front());
}

fixtures::JpegSettings at_quality(int quality) {
    fixtures::JpegSettings settings;
    settings.quality = quality;
    return settings;
}

struct Case {
    Bytes edited, twin;
    cv::Mat mask;
};

/// A camera's JPEG at `first`, spliced with a picture that was never a JPEG, both saved at `second`.
Case spliced(int first, int second, std::uint64_t seed = 1) {
    const cv::Mat original = fixtures::read_jpeg(fixtures::shoot(camera(first, seed)));
    Case made;
    made.mask = fixtures::random_region(original.size(), 0.1, seed);
    const cv::Mat other = fixtures::render(camera(first, seed + 100));
    made.edited = fixtures::write_jpeg(fixtures::splice(original, other, made.mask).rgb, at_quality(second));
    made.twin = fixtures::write_jpeg(original, at_quality(second));
    return made;
}

DoubleQuantisationResult judge(const Bytes& bytes) {
    const cv::Mat rgb = fixtures::read_jpeg(bytes);
    const media::JpegPlane luma = luma_of(bytes);
    return find_double_quantisation(luma, features::clipped_blocks(rgb, 1, luma.quantisation), {});
}

/// Mean shade inside the mask less that outside.
double contrast(const cv::Mat& map, const cv::Mat& mask) {
    cv::Mat blocks;
    cv::resize(mask, blocks, map.size(), 0, 0, cv::INTER_AREA);
    return cv::mean(map, blocks > 200)[0] - cv::mean(map, blocks < 50)[0];
}

TEST(DoubleQuantisation, RecoversThePrimarySteps) {
    const Bytes first = fixtures::shoot(camera(75));
    const media::JpegPlane before = luma_of(first);
    const DoubleQuantisationResult result = judge(fixtures::write_jpeg(fixtures::read_jpeg(first), at_quality(90)));
    ASSERT_EQ(result.not_applicable, "");
    int right = 0, known = 0;
    for (int index = 1; index < 64; ++index) {
        known += result.primary_steps[index] > 0 ? 1 : 0;
        right += result.primary_steps[index] == before.quantisation[index] ? 1 : 0;
    }
    EXPECT_GE(known, 10);
    EXPECT_GE(right, known * 8 / 10);
    EXPECT_GT(result.trace_db, 1);
}

TEST(DoubleQuantisation, FindsASpliceAtSeveralStrengths) {
    for (const auto& [first, second] : {std::pair{70, 90}, {75, 85}, {85, 95}}) {
        for (const std::uint64_t seed : {1ULL, 2ULL}) {
            const Case made = spliced(first, second, seed);
            const DoubleQuantisationResult edited = judge(made.edited), twin = judge(made.twin);
            ASSERT_EQ(edited.not_applicable, "") << first << " to " << second;
            EXPECT_GT(edited.evidence_db, twin.evidence_db + 40) << first << " to " << second << ", seed " << seed;
            EXPECT_GT(contrast(edited.map, made.mask), 40) << first << " to " << second << ", seed " << seed;
        }
    }
}

TEST(DoubleQuantisation, PointsAtTheSpliceAndNowhereElse) {
    const Case made = spliced(75, 92, 3);
    const DoubleQuantisationResult result = judge(made.edited);
    ASSERT_FALSE(result.regions.empty());
    const cv::Rect box = result.regions[0].blocks;
    const cv::Rect pixels(box.x * 8, box.y * 8, box.width * 8, box.height * 8);
    const cv::Rect truth = cv::boundingRect(made.mask);
    EXPECT_GT(static_cast<double>((pixels & truth).area()) / (pixels | truth).area(), 0.5);
    EXPECT_NEAR(result.suspicious_area_percent, 10, 5);
    EXPECT_TRUE(judge(made.twin).regions.empty());
}

TEST(DoubleQuantisation, FindsAMovedCopyWhoseGridNoLongerFits) {
    const cv::Mat original = fixtures::read_jpeg(fixtures::shoot(camera(75, 4)));
    const fixtures::Edited edited = fixtures::copy_move(original, {60, 200, 120, 96}, {363, 123});
    const DoubleQuantisationResult result = judge(fixtures::write_jpeg(edited.rgb, at_quality(90)));
    ASSERT_EQ(result.not_applicable, "");
    EXPECT_GT(contrast(result.map, edited.mask), 40);
}

TEST(DoubleQuantisation, AbstainsWhereThereIsNoTrace) {
    for (const std::uint64_t seed : {1ULL, 2ULL, 3ULL}) {
        // Saved once.
        EXPECT_THAT(judge(fixtures::shoot(camera(90, seed))).not_applicable, HasSubstr("no trace"));
        // Saved twice with the same tables, and with an earlier save too fine to leave a rhythm.
        const cv::Mat same = fixtures::read_jpeg(fixtures::shoot(camera(85, seed)));
        EXPECT_THAT(judge(fixtures::write_jpeg(same, at_quality(85))).not_applicable, HasSubstr("no trace"));
        const cv::Mat fine = fixtures::read_jpeg(fixtures::shoot(camera(100, seed)));
        EXPECT_THAT(judge(fixtures::write_jpeg(fine, at_quality(80))).not_applicable, HasSubstr("no trace"));
        // The earlier save lies on another grid, and was resized.
        const cv::Mat coarse = fixtures::read_jpeg(fixtures::shoot(camera(75, seed)));
        const cv::Mat shifted = coarse(cv::Rect(3, 5, coarse.cols - 8, coarse.rows - 8)).clone();
        EXPECT_THAT(judge(fixtures::write_jpeg(shifted, at_quality(90))).not_applicable, HasSubstr("no trace"));
        cv::Mat small;
        cv::resize(coarse, small, {}, 0.7, 0.7, cv::INTER_AREA);
        EXPECT_THAT(judge(fixtures::write_jpeg(small, at_quality(90))).not_applicable, HasSubstr("no trace"));
    }
}

TEST(DoubleQuantisation, StaysQuietOnPicturesSavedTwiceAsAWhole) {
    for (std::uint64_t seed = 11; seed <= 16; ++seed) {
        for (const auto& [first, second] : {std::pair{75, 92}, {92, 80}}) {
            const DoubleQuantisationResult result = judge(spliced(first, second, seed).twin);
            EXPECT_LT(result.evidence_db, 60) << first << " to " << second << ", seed " << seed;
        }
    }
}

TEST(DoubleQuantisation, RefusesWhatItCannotJudge) {
    EXPECT_THAT(find_double_quantisation({}, {}, {}).not_applicable, HasSubstr("too small"));
    const Bytes black = media::encode_jpeg(cv::Mat(400, 400, CV_8UC3, cv::Scalar(0, 0, 0)), 90);
    EXPECT_THAT(judge(black).not_applicable, HasSubstr("flat"));
    media::JpegPlane zero_table = luma_of(fixtures::shoot(camera(80)));
    zero_table.quantisation.fill(0);
    EXPECT_TRUE(std::isfinite(find_double_quantisation(zero_table, {}, {}).evidence_db));
    media::JpegPlane extreme = luma_of(fixtures::shoot(camera(80)));
    extreme.quantisation.fill(65535);
    for (std::int16_t& value : extreme.coefficients) {
        value = static_cast<std::int16_t>(value * 5000);
    }
    EXPECT_TRUE(std::isfinite(find_double_quantisation(extreme, {}, {}).evidence_db));
}

TEST(DoubleQuantisation, MarksBlocksWithClippedColoursInTheOrderTheyAreStoredIn) {
    cv::Mat stored(24, 40, CV_8UC3, cv::Scalar(100, 100, 100));
    stored(cv::Rect(32, 8, 8, 8)).setTo(cv::Scalar(255, 90, 90));
    cv::Mat turned;
    cv::rotate(stored, turned, cv::ROTATE_90_CLOCKWISE);  // orientation 6
    for (const cv::Mat& blocks : {features::clipped_blocks(stored, 1, {}), features::clipped_blocks(turned, 6, {})}) {
        ASSERT_EQ(blocks.size(), cv::Size(5, 3));
        EXPECT_EQ(cv::countNonZero(blocks), 1);
        EXPECT_EQ(blocks.at<unsigned char>(1, 4), 255);
    }
}

analysis::Analysis analyse_bytes(const Bytes& bytes) {
    const auto source = ingest::open_memory(bytes);
    const auto media = features::Media::open(ingest::identify(*source), *source, Limits{});
    EXPECT_TRUE(media.ok());
    const auto& definition = image_jpeg_double_quantisation();
    const auto parameters = analysis::Parameters::resolve(definition.parameters, {});
    const infer::ModelStore models;
    return definition.create(*parameters)->finish({**media, models, nullptr, {}});
}

TEST(DoubleQuantisationAnalyzer, ReportsItsMainMeasurementFirstAndPlacesInPixels) {
    const Case made = spliced(75, 92, 3);
    const analysis::Analysis analysis = analyse_bytes(made.edited);
    ASSERT_EQ(analysis.outcome, evidence::Outcome::kRan) << analysis.reason;
    EXPECT_EQ(analysis.measurements.front().name, "evidence");
    EXPECT_EQ(analysis.map.size(), cv::Size(64, 48));
    ASSERT_FALSE(analysis.observations.empty());
    const auto box = *analysis.observations.front().where.box_px;
    EXPECT_GT((cv::Rect(box.x, box.y, box.width, box.height) & cv::boundingRect(made.mask)).area(), 0);
    const analysis::Analysis again = analyse_bytes(made.edited);
    EXPECT_EQ(again.measurements.front().value, analysis.measurements.front().value);
    EXPECT_EQ(cv::norm(again.map, analysis.map, cv::NORM_INF), 0);
}

TEST(DoubleQuantisationAnalyzer, DoesNotApplyToOtherFormats) {
    const cv::Mat picture = fixtures::read_jpeg(fixtures::shoot(camera(75)));
    const analysis::Analysis analysis = analyse_bytes(media::encode_png(picture));
    EXPECT_EQ(analysis.outcome, evidence::Outcome::kNotApplicable);
    EXPECT_THAT(analysis.reason, HasSubstr("JPEG"));
}

}  // namespace
}  // namespace bonafide::analyzers

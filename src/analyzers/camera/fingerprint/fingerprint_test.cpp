#include "analyzers/camera/fingerprint/fingerprint.h"

#include "fixtures/camera.h"
#include "fixtures/edits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

#include <cmath>
#include <memory>

namespace bonafide::analyzers {
namespace {

using features::SensorFingerprint;
using features::WeightedResidual;
using fixtures::CameraSettings;
using testing::HasSubstr;

CameraSettings shot(std::uint64_t camera, std::uint64_t number) {
    CameraSettings settings;
    settings.width_px = 512;
    settings.height_px = 384;
    settings.camera_seed = camera;
    settings.scene_seed = 1000 * camera + number;
    settings.shot_seed = 77 * camera + number;
    return settings;
}

std::vector<std::uint8_t> jpeg_of(const cv::Mat& rgb, int quality) {
    fixtures::JpegSettings settings;
    settings.quality = quality;
    return fixtures::write_jpeg(rgb, settings);
}

cv::Mat resaved(const cv::Mat& rgb, int quality) {
    return fixtures::read_jpeg(jpeg_of(rgb, quality));
}

WeightedResidual residual_of(const cv::Mat& rgb) {
    cv::Mat grey, luma;
    cv::cvtColor(rgb, grey, cv::COLOR_RGB2GRAY);
    grey.convertTo(luma, CV_32FC1);
    return features::weighted_residual(luma);
}

const SensorFingerprint& enrolled() {
    static const SensorFingerprint fingerprint = [] {
        features::SensorSums halves[2];
        for (int number = 0; number < 10; ++number) {
            const WeightedResidual one = residual_of(fixtures::read_jpeg(fixtures::shoot(shot(1, number))));
            features::SensorSums& sums = halves[number % 2];
            if (sums.products.empty()) {
                sums = {cv::Mat::zeros(one.residual.size(), CV_32FC1), cv::Mat::zeros(one.residual.size(), CV_32FC1)};
            }
            sums.products += one.residual.mul(one.intensity);
            sums.squares += one.intensity.mul(one.intensity);
        }
        SensorFingerprint made = features::estimate_fingerprint(halves[0], halves[1], 10);
        made.name = "simulated";
        return made;
    }();
    return fingerprint;
}

PatternMap map_of(const cv::Mat& rgb) {
    return missing_pattern(residual_of(rgb), enrolled().pattern, {});
}

/// Share of the map's cells at or above the threshold, inside `mask` or outside it, leaving out cells on its rim.
double marked(const cv::Mat& map, const cv::Mat& mask, bool inside) {
    cv::Mat share;
    cv::resize(mask, share, map.size(), 0, 0, cv::INTER_AREA);
    cv::Mat near;
    cv::dilate(share, near, cv::Mat::ones(7, 7, CV_8UC1));
    const cv::Mat chosen = inside ? cv::Mat(share == 255) : cv::Mat(near == 0);
    return static_cast<double>(cv::countNonZero((map >= 128) & chosen)) / std::max(1, cv::countNonZero(chosen));
}

TEST(MissingPattern, PlacesFromAnotherCameraAreFound) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        for (const int quality : {95, 85}) {
            const cv::Mat own = fixtures::render(shot(1, 50 + seed)), other = fixtures::render(shot(9, seed));
            const fixtures::Edited edited =
                fixtures::splice(own, other, fixtures::random_region(own.size(), 0.12, seed));
            const PatternMap found = map_of(resaved(edited.rgb, quality));
            ASSERT_GT(found.window_px, 0);
            EXPECT_GT(found.missing, 1.2) << seed << " " << quality;
            if (quality == 95) {
                ASSERT_FALSE(found.places.empty()) << seed;
                EXPECT_GT((found.places[0].box_px & cv::boundingRect(edited.mask)).area(), 0);
                EXPECT_GT(marked(found.map, edited.mask, true), 0.25) << seed;
            }
            EXPECT_LT(marked(found.map, edited.mask, false), 0.01) << seed << " " << quality;
        }
    }
}

TEST(MissingPattern, RemovedAndSmoothedPlacesAreFound) {
    const cv::Mat own = fixtures::render(shot(1, 60));
    const cv::Mat mask = fixtures::random_region(own.size(), 0.1, 4);
    const PatternMap removed = map_of(resaved(fixtures::remove_object(own, mask).rgb, 92));
    EXPECT_GT(removed.missing, 1.5);
    const PatternMap blurred = map_of(resaved(fixtures::blur_region(own, mask, 2.5).rgb, 92));
    EXPECT_GT(blurred.missing, 1.5);
}

TEST(MissingPattern, UntouchedPicturesAreLeftAlone) {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        for (const int quality : {95, 80}) {
            const PatternMap found = map_of(resaved(fixtures::render(shot(1, 70 + seed)), quality));
            ASSERT_GT(found.window_px, 0);
            EXPECT_TRUE(found.places.empty()) << seed << " " << quality << ": " << found.missing;
            EXPECT_GT(found.testable_percent, 30);
        }
    }
}

TEST(MissingPattern, AWeakPatternIsNotLookedForInPlaces) {
    const PatternMap foreign = map_of(fixtures::render(shot(9, 1)));
    EXPECT_EQ(foreign.window_px, 0);
    EXPECT_TRUE(foreign.map.empty());
    const cv::Mat zero = cv::Mat::zeros(200, 200, CV_32FC1);
    EXPECT_EQ(missing_pattern({zero, zero}, zero, {}).window_px, 0);
    EXPECT_EQ(missing_pattern({zero.clone(), zero.clone()}, zero.clone() + 1, {}).window_px, 0);
}

analysis::Analysis analyse(const std::vector<std::uint8_t>& bytes, const SensorFingerprint* camera) {
    const Limits limits;
    const std::unique_ptr<ingest::ByteSource> source = ingest::open_memory(bytes);
    const auto media = features::Media::open(ingest::identify(*source), *source, limits);
    EXPECT_TRUE(media.ok());
    const auto parameters = analysis::Parameters::resolve(camera_fingerprint().parameters, {});
    EXPECT_TRUE(parameters.ok());
    const infer::ModelStore models;
    return camera_fingerprint().create(*parameters)->finish({**media, models, nullptr, {}, camera});
}

double value_of(const analysis::Analysis& analysis, std::string_view name) {
    for (const evidence::Measurement& measurement : analysis.measurements) {
        if (measurement.name == name) {
            return measurement.value;
        }
    }
    return std::nan("");
}

TEST(CameraFingerprint, AppliesOnlyWhereACameraWasNamed) {
    const analysis::Analysis analysis = analyse(fixtures::shoot(shot(1, 80)), nullptr);
    EXPECT_EQ(analysis.outcome, evidence::Outcome::kNotApplicable);
    EXPECT_THAT(analysis.reason, HasSubstr("No camera fingerprint"));
    CameraSettings tiny = shot(1, 80);
    tiny.width_px = 32;
    EXPECT_EQ(analyse(fixtures::shoot(tiny), &enrolled()).outcome, evidence::Outcome::kNotApplicable);
}

TEST(CameraFingerprint, OwnPictureReportsMatchAndMap) {
    const analysis::Analysis analysis = analyse(fixtures::shoot(shot(1, 81)), &enrolled());
    ASSERT_EQ(analysis.outcome, evidence::Outcome::kRan);
    EXPECT_EQ(analysis.measurements.front().name, "missing");
    EXPECT_LT(value_of(analysis, "missing"), 1.5);
    EXPECT_GT(value_of(analysis, "pce"), 500);
    EXPECT_EQ(analysis.map.size(), cv::Size(64, 48));
    EXPECT_THAT(analysis.explanation, HasSubstr("carries the sensor pattern of camera 'simulated'"));
}

TEST(CameraFingerprint, ForeignPictureIsNoFinding) {
    const analysis::Analysis analysis = analyse(fixtures::shoot(shot(9, 82)), &enrolled());
    ASSERT_EQ(analysis.outcome, evidence::Outcome::kRan);
    EXPECT_LT(value_of(analysis, "pce"), 60);
    EXPECT_TRUE(std::isnan(value_of(analysis, "missing"))) << "another camera is no edit";
    EXPECT_TRUE(analysis.map.empty());
    EXPECT_THAT(analysis.explanation, HasSubstr("not found"));
}

TEST(CameraFingerprint, ACropsMapLiesUnderTheCrop) {
    const cv::Mat own = fixtures::render(shot(1, 83)), other = fixtures::render(shot(9, 83));
    cv::Mat mask = cv::Mat::zeros(own.size(), CV_8UC1);
    mask(cv::Rect(230, 130, 190, 160)).setTo(255);
    const cv::Rect crop(61, 35, 400, 300);
    const fixtures::Edited edited = fixtures::splice(own, other, mask);
    const analysis::Analysis analysis = analyse(jpeg_of(edited.rgb(crop).clone(), 92), &enrolled());
    EXPECT_EQ(value_of(analysis, "offset_x"), crop.x);
    EXPECT_EQ(value_of(analysis, "offset_y"), crop.y);
    ASSERT_EQ(analysis.map.size(), cv::Size(50, 38));
    cv::Mat inside;
    cv::resize(mask(crop), inside, analysis.map.size(), 0, 0, cv::INTER_AREA);
    EXPECT_GT(cv::mean(analysis.map, inside == 255)[0], cv::mean(analysis.map, inside == 0)[0] + 20);
    EXPECT_LT(marked(analysis.map, mask(crop), false), 0.02);
}

}  // namespace
}  // namespace bonafide::analyzers

#include "analyzers/image/generated/generated.h"

#include "features/luma.h"
#include "features/page_layout.h"
#include "fixtures/camera.h"
#include "fixtures/model_store.h"
#include "fixtures/up_sampled.h"
#include "ingest/byte_source.h"
#include "media/encode.h"

#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

#include <array>
#include <numeric>

namespace bonafide::analyzers {
namespace {

namespace fx = fixtures;

infer::Session& network() {
    static infer::Session one = std::move(*infer::Session::open(fx::shipped_models(), "image.generated", {}));
    return one;
}

analysis::Analysis run_on(const std::vector<std::uint8_t>& bytes) {
    const auto source = ingest::open_memory(bytes);
    const auto media = features::Media::open(ingest::identify(*source), *source, Limits{});
    ENSURE(media.ok());
    const infer::ModelStore store = fx::shipped_models();
    const auto& definition = image_generated();
    return definition.create(*analysis::Parameters::resolve(definition.parameters, {}))
        ->finish({**media, store, nullptr, ""});
}

/// As train/generated/merge.py makes it.
cv::Mat reference_picture() {
    return fx::paired_pixels({430, 260});
}

TEST(Generated, AnswersTwiceAlikeAndWithinItsCrops) {
    const cv::Mat photo = fx::render({});
    const auto first = generated(photo, network(), {});
    const auto second = generated(photo, network(), {});
    ASSERT_TRUE(first.ok() && second.ok());
    EXPECT_EQ(first->score, second->score);
    EXPECT_GT(first->crops_judged, 4);
    EXPECT_LE(first->lowest_crop, first->score);
    EXPECT_GE(first->highest_crop, first->score);
}

TEST(Generated, LittleOfAPictureCountsForLittleButOnlyAgainstIt) {
    cv::Mat large;
    cv::repeat(reference_picture(), 3, 2, large);
    const auto all = generated(large, network(), {});
    const auto part = generated(large(cv::Rect(0, 0, 256, 256)), network(), {});
    ASSERT_TRUE(all.ok() && part.ok());
    EXPECT_EQ(all->counted_share, 1);
    EXPECT_EQ(part->counted_share, 0.25);
    ASSERT_GT(part->score, 0);
    EXPECT_LE(part->score, 0.25 * part->highest_crop);
    const auto photo = generated(fx::render({})(cv::Rect(0, 0, 256, 256)), network(), {});
    ASSERT_TRUE(photo.ok());
    ASSERT_LT(photo->score, 0);
    EXPECT_EQ(photo->counted_share, 1) << "a small picture is no sign of a generator";
}

TEST(Generated, SaysWhatTheTrainingsProgramSays) {
    // Log odds of the crops of the reference picture as train/generated/merge.py prints them, cut and normalised in
    // Python, each network asked by itself.
    constexpr std::array kCrops = {4.1799, 3.3217, 3.9474, 3.9806, 3.7316, 3.7511};
    const auto result = generated(reference_picture(), network(), {});
    ASSERT_TRUE(result.ok());
    EXPECT_EQ(result->crops_judged, static_cast<int>(kCrops.size()));
    EXPECT_NEAR(result->counted_share, 260 * 430 / (512.0 * 512), 1e-9);
    EXPECT_NEAR(result->score,
                result->counted_share * std::accumulate(kCrops.begin(), kCrops.end(), 0.0) / kCrops.size(), 0.01);
    EXPECT_NEAR(result->lowest_crop, 3.3217, 0.01);
    EXPECT_NEAR(result->highest_crop, 4.1799, 0.01);
    EXPECT_EQ(result->strongest_px, cv::Rect(0, 0, 128, 128)) << "the first crop";
}

TEST(Generated, WhatItPointsAtIsWhatItsScoreRestsOn) {
    // Crops side by side: to hide one takes it out of the mean, and no other loses as much as the one pointed at.
    fx::CameraSettings square;
    square.height_px = square.width_px;
    const cv::Mat photo = fx::render(square);
    const auto score_without = [&](const cv::Rect& place) {
        cv::Mat hidden = photo.clone();
        hidden(place).setTo(cv::mean(photo));
        const auto result = generated(hidden, network(), {});
        ENSURE(result.ok());
        return result->score;
    };
    const auto result = generated(photo, network(), {});
    ASSERT_TRUE(result.ok());
    ASSERT_GT(result->crops_judged, 12);
    const double without_strongest = score_without(result->strongest_px);
    EXPECT_LT(without_strongest, result->score);
    for (const cv::Rect& place : features::generated::crop_places(photo.size(), 16)) {
        EXPECT_LE(without_strongest, score_without(place)) << place;
    }
}

TEST(Generated, PointsIntoPicturesThatLookGeneratedAlone) {
    const auto made = run_on(media::encode_png(reference_picture()));
    ASSERT_GT(made.measurements.at(0).value, 0);
    ASSERT_EQ(made.observations.size(), 1U);
    EXPECT_EQ(made.observations[0].where.box_px->width, features::generated::kCropPx);
    EXPECT_EQ(made.observations[0].measurements.at(0).value, made.measurements.at(2).value);
    const auto photo = run_on(fx::shoot({}));
    ASSERT_LT(photo.measurements.at(0).value, 0);
    EXPECT_TRUE(photo.observations.empty());
}

TEST(Generated, OnAPageThePhotographAloneIsJudged) {
    cv::Mat photo;
    cv::repeat(reference_picture(), 3, 2, photo);
    cv::Mat page(photo.rows + 200, photo.cols + 100, CV_8UC3, cv::Scalar::all(255));
    for (const int baseline : {40, 70, photo.rows + 150, photo.rows + 180}) {
        cv::putText(page, "Lines of a report", {50, baseline}, cv::FONT_HERSHEY_SIMPLEX, 0.8, {20, 20, 20}, 2);
    }
    photo.copyTo(page(cv::Rect(50, 100, photo.cols, photo.rows)));
    const cv::Rect place = features::page_layout(features::luma_of(page)).photograph_px;
    ASSERT_FALSE(place.empty());
    const auto by_itself = generated(page(place), network(), {});
    ASSERT_TRUE(by_itself.ok());
    const auto on_page = run_on(media::encode_png(page));
    ASSERT_EQ(on_page.outcome, evidence::Outcome::kRan);
    EXPECT_NEAR(on_page.measurements.at(0).value, by_itself->score, 1e-6);
    EXPECT_NE(on_page.explanation.find("largest photograph"), std::string::npos);
    ASSERT_EQ(on_page.observations.size(), 1U);
    const auto& shown = *on_page.observations[0].where.box_px;
    EXPECT_EQ(cv::Rect(shown.x, shown.y, shown.width, shown.height), by_itself->strongest_px + place.tl());

    page.rowRange(95, photo.rows + 105).setTo(cv::Scalar::all(255));
    const auto words = run_on(media::encode_png(page));
    EXPECT_EQ(words.outcome, evidence::Outcome::kNotApplicable);
    EXPECT_NE(words.reason.find("no photograph"), std::string::npos);
}

TEST(Generated, WhatHoldsNothingIsNotJudged) {
    const auto flat = generated(cv::Mat(600, 800, CV_8UC3, cv::Scalar(90, 90, 90)), network(), {});
    ASSERT_TRUE(flat.ok());
    EXPECT_FALSE(flat->not_applicable.empty());
    const auto small = generated(cv::Mat(127, 800, CV_8UC3, cv::Scalar(90, 90, 90)), network(), {});
    ASSERT_TRUE(small.ok());
    EXPECT_FALSE(small->not_applicable.empty());
    // Half even, half picture: the even half has no say.
    cv::Mat half = fx::render({}).clone();
    const auto whole = generated(half, network(), {});
    half.colRange(0, half.cols / 2).setTo(cv::Scalar(90, 90, 90));
    const auto judged = generated(half, network(), {});
    ASSERT_TRUE(whole.ok() && judged.ok());
    EXPECT_GT(judged->crops_empty, 0);
    EXPECT_EQ(judged->crops_judged + judged->crops_empty, whole->crops_judged + whole->crops_empty);
}

TEST(Generated, TheAnalyzerNamesItsModelAndRefuses) {
    EXPECT_EQ(image_generated().models, std::vector<std::string_view>{"image.generated"});
    EXPECT_EQ(run_on(fx::shoot({})).outcome, evidence::Outcome::kRan);
    const auto tiny = run_on(media::encode_png(cv::Mat(64, 64, CV_8UC3, cv::Scalar(1, 2, 3))));
    EXPECT_EQ(tiny.outcome, evidence::Outcome::kNotApplicable);
    EXPECT_FALSE(tiny.reason.empty());
}

TEST(Generated, SixteenBitsAreReadAsEight) {
    cv::Mat eight, sixteen;
    cv::extractChannel(fx::render({}), eight, 1);
    eight.convertTo(sixteen, CV_16U, 257);
    const auto score = [](const analysis::Analysis& analysis) { return analysis.measurements.at(0).value; };
    EXPECT_NEAR(score(run_on(media::encode_png(sixteen))), score(run_on(media::encode_png(eight))), 1e-6);
}

}  // namespace
}  // namespace bonafide::analyzers

#include "analyzers/image/copy_move/copy_move.h"

#include "fixtures/camera.h"
#include "fixtures/edits.h"
#include "ingest/byte_source.h"

#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

#include <cmath>

namespace bonafide::analyzers {
namespace {

namespace fx = fixtures;

const cv::Rect kSource(192, 106, 96, 96);
const cv::Point kCopyCentre(380, 120);

cv::Mat shot_of(std::uint64_t scene_seed) {
    fx::CameraSettings settings;
    settings.scene_seed = scene_seed;
    return fx::render(settings);
}

cv::Mat luma_of(const cv::Mat& rgb, int quality) {
    fx::JpegSettings settings;
    settings.quality = quality;
    cv::Mat grey, luma;
    cv::cvtColor(fx::read_jpeg(fx::write_jpeg(rgb, settings)), grey, cv::COLOR_RGB2GRAY);
    grey.convertTo(luma, CV_32F);
    return luma;
}

/// Mean shade of the map inside the copied place and, much larger, outside of both.
double shade_at(const CopyMoveResult& result, cv::Rect place, cv::Size picture) {
    const int step = picture.width / result.map.cols;
    const cv::Rect inner(place.x / step, place.y / step, place.width / step, place.height / step);
    return cv::mean(result.map(inner & cv::Rect({}, result.map.size())))[0];
}

struct Motion {
    double rotation_deg, scale;
    int quality;
};

class CopyMoved : public ::testing::TestWithParam<Motion> {};

TEST_P(CopyMoved, IsFoundWithItsMotionAndBothPlaces) {
    const auto& [rotation_deg, scale, quality] = GetParam();
    const cv::Mat photo = shot_of(7);
    const fx::Edited edited = fx::copy_move(photo, kSource, kCopyCentre, rotation_deg, scale);
    const CopyMoveResult result = copy_move(luma_of(edited.rgb, quality), {});
    ASSERT_EQ(result.not_applicable, "");
    ASSERT_GT(result.strength, CopyMoveOptions{}.threshold);
    const CopiedPlace& found = result.copies.front();
    // Either place may come first.
    const double found_scale = found.scale < 1 ? 1 / found.scale : found.scale;
    EXPECT_NEAR(found_scale, scale < 1 ? 1 / scale : scale, 0.05);
    EXPECT_NEAR(std::abs(found.rotation_deg), std::abs(rotation_deg), 3);
    EXPECT_FALSE(found.mirrored);
    EXPECT_GT(shade_at(result, {kCopyCentre.x - 16, kCopyCentre.y - 16, 32, 32}, photo.size()), 128);
    EXPECT_GT(shade_at(result, {kSource.x + 32, kSource.y + 32, 32, 32}, photo.size()), 128);
    EXPECT_LT(shade_at(result, {20, 20, 90, 80}, photo.size()), 64) << "what was not copied";
}

INSTANTIATE_TEST_SUITE_P(Motions, CopyMoved,
                         ::testing::Values(Motion{0, 1, 95}, Motion{0, 1, 80}, Motion{30, 1, 92}, Motion{0, 1.3, 92}));

TEST(CopyMove, AMirroredCopyIsFound) {
    const cv::Mat photo = shot_of(7);
    cv::Mat edited = photo.clone(), mirrored;
    cv::flip(photo(kSource), mirrored, 1);
    mirrored.copyTo(edited(cv::Rect(350, 60, kSource.width, kSource.height)));
    const CopyMoveResult result = copy_move(luma_of(edited, 92), {});
    ASSERT_GT(result.strength, CopyMoveOptions{}.threshold);
    EXPECT_TRUE(result.copies.front().mirrored);
    EXPECT_GT(shade_at(result, {382, 92, 32, 32}, photo.size()),
              shade_at(result, {kSource.x + 32, kSource.y + 32, 32, 32}, photo.size()))
        << "the place with the cut border is the pasted one";
}

TEST(CopyMove, GenuinePicturesStayBelowTheThreshold) {
    for (const std::uint64_t seed : {1, 2, 3, 4}) {
        const int quality = seed % 2 == 1 ? 75 : 95;
        const CopyMoveResult result = copy_move(luma_of(shot_of(seed), quality), {});
        EXPECT_LT(result.strength, CopyMoveOptions{}.threshold) << seed << " at " << quality;
    }
}

TEST(CopyMove, PatternsThatRepeatInTheSceneAreNoCopies) {
    // A wall of tiles: the scene repeats, the sensor's noise does not.
    cv::Mat scene = fx::scene(512, 384, 5) * 0.2;
    for (int y = 0; y < 384; y += 32) {
        for (int x = 0; x < 512; x += 32) {
            cv::rectangle(scene, {x + 3, y + 3, 26, 26}, cv::Scalar(0.5, 0.35, 0.3), cv::FILLED);
            cv::circle(scene, {x + 16, y + 16}, 6, cv::Scalar(0.2, 0.4, 0.5), cv::FILLED, cv::LINE_AA);
        }
    }
    const CopyMoveResult result = copy_move(luma_of(fx::render_scene(scene, {}), 90), {});
    EXPECT_LT(result.strength, CopyMoveOptions{}.threshold);
}

TEST(CopyMove, StripesAtAnyAngleAreNoCopies) {
    // Cloth: along its stripes every place looks like every other, and here no second repetition is in view.
    for (const double angle : {20.0, 33.0}) {
        cv::Mat scene = fx::scene(512, 384, 5) * 0.2;
        const double across_x = std::sin(angle * CV_PI / 180), across_y = std::cos(angle * CV_PI / 180);
        for (int y = 120; y < 320; ++y) {
            for (int x = 100; x < 360; ++x) {
                const double light = 0.5 + 0.1 * std::sin(2 * CV_PI / 9 * (x * across_x + y * across_y));
                scene.at<cv::Vec3f>(y, x) = cv::Vec3f(0.6F, 1, 0.8F) * static_cast<float>(light);
            }
        }
        const CopyMoveResult result = copy_move(luma_of(fx::render_scene(scene, {}), 92), {});
        EXPECT_LT(result.strength, CopyMoveOptions{}.threshold) << angle << " degrees";
    }
}

TEST(CopyMove, MotionsOntoBlackSurfacesGiveNumbers) {
    // The way back from the copy leads onto black, where there is nothing to correlate.
    for (const int x : {150, 192, 300}) {
        cv::Mat luma = luma_of(shot_of(7), 95);
        luma.rowRange(260, luma.rows) = 0.0;
        luma(cv::Rect(x, 150, 96, 96)).copyTo(luma(cv::Rect(x, 20, 96, 96)));
        const CopyMoveResult result = copy_move(luma, {});
        ASSERT_FALSE(result.copies.empty());
        for (const CopiedPlace& place : result.copies) {
            EXPECT_TRUE(std::isfinite(place.strength)) << place.shift_x_px << ", " << place.shift_y_px;
        }
        EXPECT_GT(result.strength, CopyMoveOptions{}.threshold);
    }
}

TEST(CopyMove, DoesNotJudgeWhatAProgramDrew) {
    // A window with a list of the same entry and a row of the same card: exact copies, and no edit.
    cv::Mat window(600, 900, CV_8UC3, cv::Scalar(240, 240, 245));
    for (int entry = 0; entry < 12; ++entry) {
        cv::putText(window, "Menu entry", {20, 50 + 40 * entry}, cv::FONT_HERSHEY_SIMPLEX, 0.7, {60, 60, 60});
    }
    for (int card = 0; card < 3; ++card) {
        cv::rectangle(window, cv::Rect(240 + 210 * card, 80, 180, 300), {180, 140, 90}, cv::FILLED);
        cv::putText(window, "Card", {260 + 210 * card, 120}, cv::FONT_HERSHEY_SIMPLEX, 1, {0, 0, 0});
    }
    for (const int quality : {75, 90}) {
        EXPECT_NE(copy_move(luma_of(window, quality), {}).not_applicable, "") << quality;
    }
    // An overexposed sky over a scene is a photograph still.
    cv::Mat sky = shot_of(7);
    sky.rowRange(0, sky.rows / 2).setTo(cv::Scalar::all(255));
    EXPECT_EQ(copy_move(luma_of(sky, 90), {}).not_applicable, "");
}

/// A scanned page: different words, but one of them twice; ink is `ink`, paper `paper`.
cv::Mat scanned_page(double ink, double paper) {
    cv::Mat page(480, 640, CV_32FC1, cv::Scalar(paper));
    const char* words[] = {"Minutes", "Council", "Approved", "Budget", "Number", "Council", "Signed", "Amount"};
    for (int i = 0; i < 8; ++i) {
        cv::putText(page, words[i], {30 + 310 * (i % 2), 90 + 100 * (i / 2) + 7 * (i % 3)}, cv::FONT_HERSHEY_TRIPLEX,
                    1.9, cv::Scalar(ink), 3, cv::LINE_AA);
    }
    cv::GaussianBlur(page, page, {}, 0.7);
    cv::Mat noise(page.size(), CV_32FC1);
    cv::RNG(3).fill(noise, cv::RNG::NORMAL, 0, 2);
    return page + noise;
}

TEST(CopyMove, AWordThatStandsTwiceOnAPageIsNoCopy) {
    const CopyMoveResult page = copy_move(scanned_page(40, 235), {});
    ASSERT_EQ(page.not_applicable, "") << "a scan has grain, unlike a drawn window";
    EXPECT_GT(page.prints, 0);
    EXPECT_LT(page.strength, CopyMoveOptions{}.threshold);
    // Too faint for print: nothing says that it is any, and the same detail counts in full.
    const CopyMoveResult faint = copy_move(scanned_page(200, 235), {});
    EXPECT_EQ(faint.prints, 0);
    EXPECT_GT(faint.strength, CopyMoveOptions{}.threshold);
    // Two brightnesses alone are no print either: a copied place of a photograph.
    EXPECT_EQ(copy_move(luma_of(fx::copy_move(shot_of(7), kSource, kCopyCentre).rgb, 90), {}).prints, 0);
}

TEST(CopyMove, RefusesWhatHoldsNothingToCompare) {
    EXPECT_FALSE(copy_move({}, {}).not_applicable.empty());
    EXPECT_FALSE(copy_move(cv::Mat(63, 500, CV_32FC1, cv::Scalar(3)), {}).not_applicable.empty());
    EXPECT_FALSE(copy_move(cv::Mat(300, 500, CV_32FC1, cv::Scalar(90)), {}).not_applicable.empty());
}

TEST(CopyMove, TheSameAnswerWithOneThreadAndWithMany) {
    const cv::Mat luma = luma_of(fx::copy_move(shot_of(7), kSource, kCopyCentre).rgb, 90);
    const int threads = cv::getNumThreads();
    cv::setNumThreads(1);
    const CopyMoveResult one = copy_move(luma, {});
    cv::setNumThreads(4);
    const CopyMoveResult many = copy_move(luma, {});
    cv::setNumThreads(threads);
    EXPECT_EQ(one.strength, many.strength);
    EXPECT_EQ(cv::norm(one.map, many.map, cv::NORM_INF), 0);
}

}  // namespace
}  // namespace bonafide::analyzers

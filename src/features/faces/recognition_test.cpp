#include "features/faces/recognition.h"

#include "features/faces/draw.h"
#include "features/faces/look.h"
#include "fixtures/camera.h"
#include "fixtures/drawn_face.h"

#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

namespace bonafide::features::faces {
namespace {

namespace fx = fixtures;

infer::ModelStore models() {
    auto store = infer::ModelStore::open(BONAFIDE_SOURCE_DIR "/models/manifest.json", {BONAFIDE_WHEELS_DIR}, "");
    ENSURE(store.ok());
    return std::move(*store);
}

std::vector<Face> seen_in(const cv::Mat& rgb) {
    static Detector detector = std::move(*Detector::open(models(), {}));
    static Mesh mesh = std::move(*Mesh::open(models(), {}));
    auto found = faces_in(detector, mesh, rgb, {}, 0.5F, true);
    EXPECT_TRUE(found.ok());
    return found.ok() ? *found : std::vector<Face>{};
}

Recogniser& recogniser() {
    static Recogniser one = std::move(*Recogniser::open(models(), {}));
    return one;
}

TEST(FacesIn, APictureHeldInAnyWayShowsTheSameFace) {
    const cv::Mat upright = fx::portrait({640, 480}, {.centre_px = {380, 220}, .height_px = 200});
    const std::vector<Face> found = seen_in(upright);
    ASSERT_EQ(found.size(), 1U);
    const cv::Point2f nose = found[0].point(landmark::kNoseTip);
    const struct {
        cv::RotateFlags flag;
        cv::Point2f nose;
        float roll_deg;
    } turns[] = {{cv::ROTATE_90_CLOCKWISE, {480 - nose.y, nose.x}, 90},
                 {cv::ROTATE_180, {640 - nose.x, 480 - nose.y}, 180},
                 {cv::ROTATE_90_COUNTERCLOCKWISE, {nose.y, 640 - nose.x}, -90}};
    for (const auto& turn : turns) {
        cv::Mat turned;
        cv::rotate(upright, turned, turn.flag);
        const std::vector<Face> again = seen_in(turned);
        ASSERT_EQ(again.size(), 1U) << turn.roll_deg;
        EXPECT_LT(cv::norm(again[0].point(landmark::kNoseTip) - turn.nose), 4) << turn.roll_deg;
        const float departure = again[0].pose.roll_deg - turn.roll_deg;
        EXPECT_LT(std::abs(departure - 360 * std::round(departure / 360)), 6) << turn.roll_deg;
        EXPECT_TRUE((again[0].detection.box_px & cv::Rect2f(cv::Point2f(), turned.size())).area() > 0);
    }
    EXPECT_TRUE(seen_in(fx::render({})).empty());
    EXPECT_TRUE(seen_in({}).empty());
}

TEST(Chip, HoldsTheFaceUprightAtOneSize) {
    for (const float height : {80.0F, 200.0F, 900.0F}) {
        for (const float roll : {0.0F, 25.0F}) {
            const std::vector<Face> found =
                seen_in(fx::portrait({1280, 1280}, {.centre_px = {600, 640}, .height_px = height, .roll_deg = roll}));
            ASSERT_EQ(found.size(), 1U) << height;
            const cv::Matx23f matrix = chip_transform(found[0]);
            const auto in_chip = [&](std::size_t k) {
                const cv::Vec2f place = matrix * cv::Vec3f(found[0].point(k).x, found[0].point(k).y, 1);
                return cv::Point2f(place[0], place[1]);
            };
            const cv::Point2f right = in_chip(landmark::kRightEyeOuter), left = in_chip(landmark::kLeftEyeOuter);
            EXPECT_NEAR(right.y, left.y, 4) << height << " " << roll;
            // dlib's mean face: 0.739 of the face's side of 100 px apart, at 0.2135 of it.
            EXPECT_NEAR(left.x - right.x, 73.9, 10) << height << " " << roll;
            EXPECT_NEAR((left.y + right.y) / 2, 25 + 21.35, 8) << height << " " << roll;
        }
    }
}

TEST(Recogniser, TheSameFaceIsNearAtAnySizeAndTurn) {
    const auto numbers = [&](const fx::DrawnFace& drawn) {
        const cv::Mat rgb = fx::portrait({1280, 1280}, drawn);
        const std::vector<Face> found = seen_in(rgb);
        ENSURE(found.size() == 1);
        return *recogniser().numbers_of(rgb, found[0]);
    };
    const auto reference = numbers({.centre_px = {600, 640}, .height_px = 300});
    EXPECT_LT(evidence::face_distance(reference, numbers({.centre_px = {600, 640}, .height_px = 300})), 1e-6);
    for (const float height : {150.0F, 900.0F}) {
        for (const float roll : {0.0F, 30.0F}) {
            const auto other = numbers({.centre_px = {640, 600}, .height_px = height, .roll_deg = roll});
            EXPECT_LT(evidence::face_distance(reference, other), 0.35) << height << " " << roll;
        }
    }
}

TEST(Appearances, StayBoundedAndSpreadOverTheWholeFilm) {
    const cv::Mat rgb = fx::portrait({320, 320}, {.centre_px = {160, 160}, .height_px = 150});
    const std::vector<Face> found = seen_in(rgb);
    ASSERT_EQ(found.size(), 1U);
    AppearanceCollector collector;
    for (int i = 0; i < 400; ++i) {
        ASSERT_TRUE(collector.add(&recogniser(), rgb, 5, found[0], i * 0.05).ok());
    }
    Face small = found[0];
    for (cv::Point3f& point : small.landmarks_px) {
        point *= 0.1F;
    }
    ASSERT_TRUE(collector.add(&recogniser(), rgb, 9, small, 1).ok());
    const std::vector<Appearance> all = collector.appearances();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].track, 5);
    EXPECT_EQ(all[0].frames, 400);
    EXPECT_GE(all[0].samples.size(), AppearanceCollector::kMostSamples / 2);
    EXPECT_LE(all[0].samples.size(), AppearanceCollector::kMostSamples);
    EXPECT_DOUBLE_EQ(all[0].sample_s.front(), 0);
    EXPECT_GT(all[0].sample_s.back(), 15);
    EXPECT_LT(*all[0].drift(), 1e-6);
    EXPECT_TRUE(all[1].samples.empty()) << "15 px high: nobody can tell who that is";
    EXPECT_FALSE(all[1].drift().has_value());
}

TEST(Draw, MarksTheFaceAndNothingElse) {
    cv::Mat rgb = fx::portrait({640, 480}, {.centre_px = {200, 240}, .height_px = 150});
    const cv::Mat before = rgb.clone();
    const std::vector<Face> found = seen_in(rgb);
    ASSERT_EQ(found.size(), 1U);
    std::vector<cv::Point2f> points;
    for (std::size_t k = 0; k < kLandmarks; ++k) {
        points.push_back(found[0].point(k));
    }
    draw(rgb, found[0], points, 3);
    cv::Mat changed;
    cv::absdiff(rgb, before, changed);
    EXPECT_GT(cv::countNonZero(changed.reshape(1)), 1000);
    EXPECT_EQ(cv::countNonZero(changed(cv::Rect(400, 0, 240, 480)).clone().reshape(1)), 0);
}

}  // namespace
}  // namespace bonafide::features::faces

// On drawn faces; over real ones where the development data is. What must hold is written in README.md.
#include "features/faces/anchors.h"
#include "features/faces/tracker.h"
#include "fixtures/camera.h"
#include "fixtures/drawn_face.h"
#include "fixtures/shared_data.h"
#include "media/image.h"

#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace bonafide::features::faces {
namespace {

namespace fx = fixtures;

infer::ModelStore models() {
    auto store = infer::ModelStore::open(BONAFIDE_SOURCE_DIR "/models/manifest.json", {BONAFIDE_WHEELS_DIR}, "");
    ENSURE(store.ok());
    return std::move(*store);
}

// Models are compiled once for all tests: that takes longer than everything else together.
Detector& detector() {
    static Detector one = std::move(*Detector::open(models(), {}));
    return one;
}
Mesh& mesh() {
    static Mesh one = std::move(*Mesh::open(models(), {}));
    return one;
}

std::vector<Detection> found_in(const cv::Mat& rgb) {
    auto found = detector().detect(rgb, {});
    EXPECT_TRUE(found.ok());
    return found.ok() ? *found : std::vector<Detection>{};
}

std::optional<Face> measured(const cv::Mat& rgb) {
    const std::vector<Detection> found = found_in(rgb);
    if (found.empty()) {
        return std::nullopt;
    }
    auto face = mesh().measure(rgb, UprightSquare::around(found.front()), 0.5F, true);
    EXPECT_TRUE(face.ok());
    return face.ok() ? *face : std::nullopt;
}

TEST(Anchors, StandInTheMiddleOfTheirCellsInRowOrder) {
    EXPECT_EQ(anchor_centres({{16, 2}, {8, 6}}).size(), 896U);
    const auto centres = anchor_centres({{48, 1}});
    ASSERT_EQ(centres.size(), 2304U);
    EXPECT_FLOAT_EQ(centres[49].x, 1.5F / 48);
    EXPECT_FLOAT_EQ(centres[49].y, 1.5F / 48);
}

TEST(Merge, OneFaceIsTheWeightedMeanAndAnotherStays) {
    Detection a, b, far, fragment;
    a.box_px = {100, 100, 100, 100};
    a.score = 0.75F;
    b.box_px = {110, 100, 100, 100};
    b.score = 0.25F;
    far.box_px = {400, 100, 100, 100};
    far.score = 0.9F;
    fragment.box_px = {150, 150, 30, 30};  // what a tile's edge left of the first
    fragment.score = 0.6F;
    const auto faces = merged({b, a, far, fragment}, 0.3F);
    ASSERT_EQ(faces.size(), 2U);
    EXPECT_FLOAT_EQ(faces[0].box_px.x, 400);
    EXPECT_FLOAT_EQ(faces[1].box_px.x, 102.5F);
    EXPECT_FLOAT_EQ(faces[1].score, 0.75F);
    EXPECT_TRUE(merged({}, 0.3F).empty());
}

TEST(UprightSquare, MapsItsCentreAndTurnsTheEyesLevel) {
    const UprightSquare square{{300, 200}, 100, 0.5F};
    const cv::Matx23f matrix = square.to_square(192);
    const cv::Vec2f centre = matrix * cv::Vec3f(300, 200, 1);
    EXPECT_NEAR(centre[0], 96, 1e-3);
    EXPECT_NEAR(centre[1], 96, 1e-3);
    const cv::Vec2f along = matrix * cv::Vec3f(300 + 50 * std::cos(0.5F), 200 + 50 * std::sin(0.5F), 1);
    EXPECT_NEAR(along[0], 192, 1e-3);
    EXPECT_NEAR(along[1], 96, 1e-3);
}

TEST(Faces, ADrawnFaceIsFoundAtItsPlaceInManySizes) {
    for (const float height : {300.0F, 216.0F, 108.0F, 48.0F}) {
        const fx::DrawnFace drawn{.centre_px = {330, 220}, .height_px = height};
        const auto face = measured(fx::portrait({640, 480}, drawn));
        ASSERT_TRUE(face.has_value()) << height;
        const cv::Rect2f box = face->box_px();
        EXPECT_LT(cv::norm((box.tl() + box.br()) / 2 - drawn.centre_px), 0.15 * height) << height;
        EXPECT_NEAR(box.height, height, 0.35 * height) << height;
        // The drawing's pupils stand 34 units of 216 left and right of the middle.
        ASSERT_TRUE(face->left_iris && face->right_iris) << height;
        const float apart = face->left_iris->centre_px.x - face->right_iris->centre_px.x;
        EXPECT_NEAR(apart, 68.0F / 216 * height, 0.04 * height) << height;
    }
}

TEST(Faces, ASmallFaceInALargePictureIsFoundByTiles) {
    cv::Mat rgb = fx::portrait({1920, 1080}, {.centre_px = {1500, 800}, .height_px = 40});
    EXPECT_EQ(found_in(rgb).size(), 1U);
    EXPECT_TRUE(detector().glance(rgb, {})->empty())
        << "a glance is cheaper and sees less: is it still documented right?";
}

TEST(Faces, EveryFaceOfAGroupIsFoundOnce) {
    cv::Mat rgb(720, 1280, CV_8UC3, cv::Scalar(120, 140, 150));
    for (const float x : {200.0F, 480.0F, 760.0F, 1040.0F}) {
        fx::draw_face(rgb, {.centre_px = {x, 300 + x / 10}, .height_px = 130});
    }
    EXPECT_EQ(found_in(rgb).size(), 4U);
}

TEST(Faces, ALeaningHeadIsMeasuredByItsAngle) {
    for (const float roll : {-30.0F, 0.0F, 20.0F}) {
        const auto face = measured(fx::portrait({640, 480}, {.roll_deg = roll}));
        ASSERT_TRUE(face.has_value()) << roll;
        EXPECT_NEAR(face->pose.roll_deg, roll, 5) << roll;
        EXPECT_NEAR(face->pose.yaw_deg, 0, 8) << roll;
    }
}

TEST(Faces, AnOpenMouthIsWiderThanAShutOne) {
    const auto shut = measured(fx::portrait({640, 480}, {}));
    const auto open = measured(fx::portrait({640, 480}, {.mouth_opening = 0.15F}));
    ASSERT_TRUE(shut && open);
    EXPECT_LT(shut->mouth_opening, 0.04F);
    EXPECT_GT(open->mouth_opening, shut->mouth_opening + 0.04F);
}

TEST(Faces, NoFaceIsNoFace) {
    EXPECT_TRUE(found_in(fx::render({})).empty());
    EXPECT_TRUE(found_in(cv::Mat(300, 400, CV_8UC3, cv::Scalar(0, 0, 0))).empty());
    EXPECT_TRUE(found_in(cv::Mat(1, 1, CV_8UC3, cv::Scalar(9, 9, 9))).empty());
    EXPECT_TRUE(found_in(cv::Mat(2, 3000, CV_8UC3, cv::Scalar(200, 9, 9))).empty());
    EXPECT_TRUE(found_in({}).empty());
    EXPECT_FALSE(mesh().measure(fx::render({}), {{200, 200}, 150, 0}, 0.5F, true)->has_value());
    EXPECT_FALSE(mesh().measure(fx::render({}), {{200, 200}, 0, 0}, 0.5F, true)->has_value());
}

class TrackerTest : public ::testing::Test {
  protected:
    Tracker tracker_ = std::move(*Tracker::open(models(), {}, {}));
    std::vector<TrackedFace> see(const cv::Mat& rgb) {
        auto faces = tracker_.next(rgb, static_cast<double>(frame_++) / 25);
        EXPECT_TRUE(faces.ok());
        return faces.ok() ? *faces : std::vector<TrackedFace>{};
    }
    int frame_ = 0;
};

TEST_F(TrackerTest, FollowsMovingFacesUnderTheirNumbers) {
    for (int i = 0; i < 20; ++i) {
        cv::Mat rgb(480, 854, CV_8UC3, cv::Scalar(120, 140, 150));
        const auto step = static_cast<float>(i);
        fx::draw_face(rgb, {.centre_px = {200 + 4 * step, 240}, .height_px = 150});
        fx::draw_face(rgb, {.centre_px = {650 - 4 * step, 200}, .height_px = 120});
        const auto faces = see(rgb);
        ASSERT_EQ(faces.size(), 2U) << i;
        for (const TrackedFace& tracked : faces) {
            EXPECT_EQ(tracked.smoothed_px.size(), kLandmarks);
            EXPECT_LT(cv::norm(tracked.smoothed_px[landmark::kNoseTip] - tracked.face.point(landmark::kNoseTip)), 12)
                << i;
        }
        const bool first_is_left = faces[0].face.box_px().x < faces[1].face.box_px().x;
        static bool order = first_is_left;
        EXPECT_EQ(first_is_left, order) << i;
    }
    EXPECT_EQ(tracker_.tracks(), 2);
    EXPECT_EQ(tracker_.cuts(), 0);
}

TEST_F(TrackerTest, BridgesAShortLossAndEndsALongOne) {
    const cv::Mat with = fx::portrait({640, 480}, {.height_px = 120});
    const cv::Mat without(480, 640, CV_8UC3, cv::Scalar(170, 165, 150));
    EXPECT_EQ(see(with).size(), 1U);
    for (int i = 0; i < 5; ++i) {
        EXPECT_TRUE(see(without).empty()) << i;
    }
    ASSERT_EQ(see(with).size(), 1U);
    EXPECT_EQ(tracker_.tracks(), 1) << "gone for a fifth of a second";
    for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(see(without).empty()) << i;
    }
    ASSERT_EQ(see(with).size(), 1U);
    EXPECT_EQ(tracker_.tracks(), 2) << "gone for most of a second";
}

TEST_F(TrackerTest, ACutStartsANewTrack) {
    cv::Mat dark(480, 640, CV_8UC3, cv::Scalar(20, 30, 60));
    fx::draw_face(dark, {.height_px = 150});
    const cv::Mat light = fx::portrait({640, 480}, {.height_px = 150});
    EXPECT_EQ(see(light).size(), 1U);
    ASSERT_EQ(see(dark).size(), 1U);
    EXPECT_EQ(tracker_.cuts(), 1);
    EXPECT_EQ(see(dark).at(0).track, 1);
}

TEST_F(TrackerTest, TheSameFilmGivesTheSameLandmarks) {
    auto again = std::move(*Tracker::open(models(), {}, {}));
    for (int i = 0; i < 3; ++i) {
        const cv::Mat rgb = fx::portrait({640, 480}, {.centre_px = {300 + 5.0F * static_cast<float>(i), 240}});
        const auto first = see(rgb);
        const auto second = again.next(rgb, i / 25.0);
        ASSERT_TRUE(second.ok() && first.size() == 1 && second->size() == 1);
        EXPECT_EQ(first[0].face.landmarks_px, second->at(0).face.landmarks_px);
    }
}

TEST(FacesData, GenuineFacesAreFoundAtEverySize) {
    const auto pack = fx::shared_data();
    if (!pack) {
        GTEST_SKIP() << "no development data";
    }
    std::set<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(*pack + "/faces/real")) {
        files.insert(entry.path());
    }
    int number = 0, faces = 0, missed = 0;
    for (const auto& path : files) {
        if (number++ % 20 != 0) {
            continue;
        }
        std::ifstream stream(path, std::ios::binary);
        const std::vector<std::uint8_t> bytes((std::istreambuf_iterator<char>(stream)), {});
        const auto source = ingest::open_memory(bytes);
        const auto image = media::decode_image(ingest::identify(*source), bytes, Limits{});
        ASSERT_TRUE(image.ok()) << path;
        for (const double scale : {1.0, 0.5, 0.125}) {
            cv::Mat rgb;
            cv::resize(image->rgb, rgb, {}, scale, scale, cv::INTER_AREA);
            ++faces;
            missed += measured(rgb).has_value() ? 0 : 1;
        }
    }
    ASSERT_GT(faces, 100);
    EXPECT_LE(missed, faces / 100);
}

}  // namespace
}  // namespace bonafide::features::faces

// On drawn faces, whose mouths are as open as they are drawn, and which the face pipeline measures again.
#include "forge/mouth/render.h"

#include "fixtures/drawn_face.h"
#include "forge/face.h"
#include "forge/mouth/warp.h"
#include "forge/test_models.h"

#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

#include <algorithm>

namespace bonafide::forge {
namespace {

namespace landmark = features::faces::landmark;
using features::faces::Face;

Face face_in(const cv::Mat& picture) {
    auto face = largest_face(picture, models(), 1, 64);
    ENSURE(face.ok());
    return std::move(*face);
}

struct Person {
    cv::Mat picture;
    Face face;
    MouthOwner owner;
};

Person person(float mouth_opening, float roll_deg = 0) {
    const cv::Mat picture = fixtures::portrait(
        {560, 560}, {.centre_px = {280, 300}, .height_px = 260, .roll_deg = roll_deg, .mouth_opening = mouth_opening});
    const Face face = face_in(picture);
    MouthStudy study;
    study.add(picture, face);
    return {picture, face, study.owner()};
}

/// Measured again where the face was.
Face held(const Person& one, const MouthShape& shape) {
    static features::faces::Mesh mesh = [] {
        auto opened = features::faces::Mesh::open(models(), {.threads = 1});
        ENSURE(opened.ok());
        return std::move(*opened);
    }();
    const cv::Mat picture = hold_mouth(one.picture, one.face, one.owner, shape);
    auto face = mesh.measure(picture, features::faces::UprightSquare::around(one.face.landmarks_px), 0.5F, false);
    ENSURE(face.ok() && *face);
    return std::move(**face);
}

float width_of(const Face& face) {
    return static_cast<float>(cv::norm(face.point(landmark::kMouthRight) - face.point(landmark::kMouthLeft)));
}

/// Somebody with closed lips.
const Person& somebody() {
    static const Person one = person(0);
    return one;
}

TEST(HoldMouth, OpensAsFarAsAsked) {
    for (const float roll_deg : {0.0F, 20.0F}) {
        const Person one = roll_deg > 0 ? person(0, roll_deg) : somebody();
        float last = held(one, {}).mouth_opening;
        EXPECT_LT(last, one.face.mouth_opening + 0.02F);
        for (const float opening : {0.4F, 0.7F, 1.0F}) {
            const float now = held(one, {opening, 0, 0}).mouth_opening;
            EXPECT_GT(now, last + 0.015F) << opening << " at " << roll_deg;
            last = now;
        }
    }
}

TEST(HoldMouth, TakesTheOwnMovementOut) {
    const Person open = person(0.14F);
    ASSERT_GT(open.face.mouth_opening, 0.07F);
    EXPECT_LT(held(open, {}).mouth_opening, 0.4F * open.face.mouth_opening);
    EXPECT_LT(std::abs(opening_of(open.owner.neutral)), 0.02F);
}

TEST(HoldMouth, SpreadsAndRoundsLips) {
    const Person& one = somebody();
    const float spread = width_of(held(one, {0.3F, 1, 0})), rest = width_of(held(one, {0.3F, 0, 0})),
                round = width_of(held(one, {0.3F, -1, 0}));
    EXPECT_GT(spread, rest + 1);
    EXPECT_LT(round, rest - 2);
}

TEST(HoldMouth, ChangesTheLowerFaceAlone) {
    const Person& one = somebody();
    const cv::Mat changed = hold_mouth(one.picture, one.face, one.owner, {1, 0, 0});
    cv::Mat difference;
    cv::absdiff(one.picture, changed, difference);
    const int nose = cvRound(one.face.point(landmark::kNoseTip).y);
    double most = 0;
    cv::minMaxLoc(difference.reshape(1).rowRange(0, nose - 30), nullptr, &most);
    EXPECT_LE(most, 2);
    cv::minMaxLoc(difference.reshape(1).rowRange(540, 560), nullptr, &most);
    EXPECT_LE(most, 0);
    const cv::Mat again = hold_mouth(one.picture, one.face, one.owner, {1, 0, 0});
    EXPECT_EQ(cv::norm(changed, again, cv::NORM_INF), 0);
    // A face at the picture's edge is drawn on as far as there is a picture.
    const cv::Mat cut = one.picture.rowRange(0, nose + 40).clone();
    EXPECT_EQ(hold_mouth(cut, one.face, one.owner, {1, 0, 0}).size(), cut.size());
}

TEST(HeadPlace, FindsAHeadAgainThatWasTurned) {
    const Person& one = somebody();
    Face turned = one.face;
    const HeadPlace own = own_place(one.face);
    const HeadPoints points = own.in_head(one.face);
    const float cosine = std::cos(0.5F), sine = std::sin(0.5F);
    HeadPlace there = own;
    there.turn = cv::Matx33f(cosine, 0, sine, 0, 1, 0, -sine, 0, cosine) * own.turn;
    there.unit_px *= 1.3F;
    for (std::size_t i = 0; i < points.size(); ++i) {
        turned.landmarks_px[i] = there.in_picture(points[i]);
    }
    const HeadPlace found = place_of(points, turned);
    EXPECT_NEAR(found.unit_px, there.unit_px, 0.01);
    EXPECT_LT(cv::norm(found.turn - there.turn), 1e-3);
    EXPECT_LT(cv::norm(found.origin_px - there.origin_px), 0.1);
    // A mouth that opens moves no head.
    for (const std::size_t number : {landmark::kLowerLip, landmark::kChin}) {
        turned.landmarks_px[number].y += 30;
    }
    EXPECT_LT(cv::norm(place_of(points, turned).turn - found.turn), 1e-5);
}

TEST(ThinPlate, GoesThroughItsAnchors) {
    const cv::Rect area(10, 20, 120, 90);
    std::vector<Anchor> anchors;
    for (const cv::Point2f place : {cv::Point2f(15, 25), {120, 25}, {15, 100}, {120, 100}, {60, 60}}) {
        anchors.push_back({place, place});
    }
    anchors.back().there += cv::Point2f(4, -3);
    cv::Mat map = thin_plate(anchors, area, 40);
    for (const Anchor& anchor : anchors) {
        const cv::Vec2f from = map.at<cv::Vec2f>(cvRound(anchor.here.y) - area.y, cvRound(anchor.here.x) - area.x);
        EXPECT_NEAR(from[0], anchor.there.x, 0.2);
        EXPECT_NEAR(from[1], anchor.there.y, 0.2);
    }
    map_triangle(map, area, {{30, 40}, {31, 42}}, {{60, 40}, {61, 42}}, {{30, 70}, {31, 72}});
    EXPECT_NEAR(map.at<cv::Vec2f>(45 - area.y, 35 - area.x)[0], 36, 1e-3);
    map_triangle(map, area, {{-50, -50}, {0, 0}}, {{-40, -50}, {9, 9}}, {{-50, -40}, {5, 0}});  // outside: nothing
    map_triangle(map, area, {{40, 40}, {0, 0}}, {{40, 40}, {9, 9}}, {{40, 40}, {5, 0}});        // no triangle
}

}  // namespace
}  // namespace bonafide::forge

// On drawn faces, which open their mouths and close their eyes when told to.
#include "forge/animal.h"

#include "fixtures/drawn_face.h"
#include "forge/face.h"
#include "forge/test_models.h"

#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

#include <algorithm>

namespace bonafide::forge {
namespace {

struct Person {
    cv::Mat picture;
    features::faces::Face face;
};

Person person(const fixtures::DrawnFace& drawn) {
    const cv::Mat picture = fixtures::portrait({640, 640}, drawn);
    auto face = largest_face(picture, models(), 1, 64);
    ENSURE(face.ok());
    return {picture, std::move(*face)};
}

const fixtures::DrawnFace kFace{.centre_px = {320, 360}, .height_px = 200};

DrawAnimal drawn(std::string_view name, std::uint64_t seed = 1) {
    return [=](const Expression& expression, double unit_px) {
        return Result<cv::Mat>(draw_animal(name, expression, unit_px, seed));
    };
}

/// Where two pictures differ by more than a shade.
cv::Mat changed(const cv::Mat& a, const cv::Mat& b) {
    cv::Mat difference, most;
    cv::absdiff(a, b, difference);
    cv::transform(difference, most, cv::Matx13f(1, 1, 1));
    return most > 6;
}

TEST(Animal, EachCoversTheFaceAndLeavesTheRest) {
    const Person one = person(kFace);
    const cv::Mat face = filled_hull(points_of(one.face), one.picture.size());
    std::vector<cv::Mat> results;
    for (const std::string_view name : drawn_animals()) {
        const auto worn = wear_animal(one.picture, one.face, drawn(name));
        ASSERT_TRUE(worn.ok());
        const cv::Mat where = changed(one.picture, *worn);
        EXPECT_GT(cv::countNonZero(where & face), 0.9 * cv::countNonZero(face)) << name;
        EXPECT_EQ(cv::countNonZero(where.rowRange(630, 640)), 0) << name;
        EXPECT_EQ(cv::countNonZero(where.colRange(0, 20)), 0) << name;
        for (const cv::Mat& other : results) {
            EXPECT_GT(cv::countNonZero(changed(other, *worn)), 3000) << name;
        }
        results.push_back(*worn);
    }
}

TEST(Animal, ComesFromItsSeed) {
    const Person one = person(kFace);
    const auto first = wear_animal(one.picture, one.face, drawn("cat", 3)),
               again = wear_animal(one.picture, one.face, drawn("cat", 3)),
               other = wear_animal(one.picture, one.face, drawn("cat", 4));
    EXPECT_EQ(cv::norm(*first, *again, cv::NORM_INF), 0);
    EXPECT_GT(cv::norm(*first, *other, cv::NORM_INF), 20);
}

TEST(Animal, OpensItsMouthAndClosesItsEyesAsThePersonDoes) {
    fixtures::DrawnFace open = kFace, asleep = kFace;
    open.mouth_opening = 0.16F;
    asleep.eyes_open = false;
    const Expression shut = expression_of(person(kFace).face), wide = expression_of(person(open).face);
    EXPECT_GT(wide.mouth_gap, shut.mouth_gap + 0.1);
    const Expression closed = expression_of(person(asleep).face);
    EXPECT_LT(closed.left_open + closed.right_open, shut.left_open + shut.right_open);

    Expression expression{.mouth_below_eyes = 1, .mouth_gap = 0};
    const auto at = [](const cv::Mat& canvas, double x, double y) {
        return canvas.at<cv::Vec4f>(cvRound((y - kCanvasTop) * 40), cvRound((x - kCanvasLeft) * 40));
    };
    const cv::Mat silent = draw_animal("bear", expression, 40, 1);
    expression.mouth_gap = 0.5;
    const cv::Mat roaring = draw_animal("bear", expression, 40, 1);
    EXPECT_GT(at(silent, 0, 1.2)[1], 0.4);   // the light jaw
    EXPECT_LT(at(roaring, 0, 1.2)[1], 0.2);  // the dark between the jaws
    EXPECT_GT(at(roaring, 0, 1.2)[0], at(roaring, 0, 1.2)[1] + 0.1F);
    expression.left_open = 0;
    const cv::Mat winking = draw_animal("bear", expression, 40, 1);
    EXPECT_LT(at(roaring, -0.5, 0.04)[0], 0.15);
    EXPECT_GT(at(winking, -0.5, -0.05)[0], 0.3);  // fur over the left eye
    EXPECT_LT(at(winking, 0.5, 0.04)[0], 0.15);
}

TEST(Animal, TurnsWithTheHead) {
    Person one = person(kFace);
    // The nose is where the drawing's darkest place below the eyes is: it moves to the side that the head turns to.
    const auto nose_x = [&](double yaw_rad) {
        features::faces::Face face = one.face;
        const cv::Point3f origin = face.landmarks_px[features::faces::landmark::kNoseTip];
        for (cv::Point3f& landmark : face.landmarks_px) {
            const cv::Point3f offset = landmark - origin;
            landmark.x = static_cast<float>(origin.x + std::cos(yaw_rad) * offset.x + std::sin(yaw_rad) * offset.z);
            landmark.z = static_cast<float>(origin.z - std::sin(yaw_rad) * offset.x + std::cos(yaw_rad) * offset.z);
        }
        const cv::Mat white(one.picture.size(), CV_8UC3, cv::Scalar::all(255));
        const auto worn = wear_animal(white, face, drawn("bear"));
        cv::Mat grey;
        cv::cvtColor(*worn, grey, cv::COLOR_RGB2GRAY);
        const cv::Point eyes = (face.point(features::faces::landmark::kRightEyeInner) +
                                face.point(features::faces::landmark::kLeftEyeInner)) /
                               2;
        const cv::Rect below(eyes.x - 60, eyes.y + 25, 120, 60);
        const cv::Moments dark = cv::moments(grey(below) < 60, true);
        return below.x + dark.m10 / dark.m00 - eyes.x;
    };
    EXPECT_GT(std::abs(nose_x(0.5) - nose_x(-0.5)), 8);
    EXPECT_LT(std::abs(nose_x(0)), 12);
}

TEST(Animal, PictureIsBroughtToThePersonsEyesAndMouth) {
    const Person one = person(kFace);
    cv::Mat lion(300, 300, CV_8UC3, cv::Scalar(200, 160, 60));
    cv::circle(lion, {100, 120}, 14, {20, 200, 20}, cv::FILLED);
    cv::circle(lion, {200, 120}, 14, {20, 200, 20}, cv::FILLED);
    const std::array<cv::Point2f, 3> places = {cv::Point2f(100, 120), cv::Point2f(200, 120), cv::Point2f(150, 220)};
    const auto cut = [&](const std::array<cv::Point2f, 3>& at) {
        return [&lion, at](const Expression& expression, double unit_px) {
            return animal_from_picture(lion, at, expression, unit_px);
        };
    };
    const auto worn = wear_animal(one.picture, one.face, cut(places));
    ASSERT_TRUE(worn.ok());
    for (const auto& [outer, inner] : {std::pair{33, 133}, std::pair{362, 263}}) {
        const cv::Point eye =
            (one.face.point(static_cast<std::size_t>(outer)) + one.face.point(static_cast<std::size_t>(inner))) / 2;
        const auto& pixel = worn->at<cv::Vec3b>(eye);
        EXPECT_GT(pixel[1], pixel[0] + 40) << outer;  // the lion's green eye
    }
    using Places = std::array<cv::Point2f, 3>;
    for (const Places& wrong : {Places{places[1], places[0], places[2]}, Places{places[0], places[1], {150, 100}},
                                Places{places[0], places[1], {150, 900}}, Places{places[0], places[0], places[0]}}) {
        const auto refused = wear_animal(one.picture, one.face, cut(wrong));
        ASSERT_FALSE(refused.ok());
        EXPECT_EQ(refused.error().code, ErrorCode::kUsage);
    }
}

}  // namespace
}  // namespace bonafide::forge

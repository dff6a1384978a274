#include "analyzers/video/face_swap/face_swap.h"

#include "features/faces/dense_motion.h"
#include "features/faces/local_mean.h"

#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

#include <cmath>

namespace bonafide::analyzers::film_swap {
namespace {

using evidence::Outcome;
using features::faces::TrackedFace;

constexpr int kSide = 320;
constexpr double kFrame_s = 0.04;

/// Ellipses, `height` px from forehead to chin around `middle`, every landmark somewhere plausible.
std::vector<cv::Point2f> ellipse_landmarks(cv::Point2f middle, double height) {
    std::vector<cv::Point2f> points(features::faces::kLandmarks, middle);
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double angle = 2.4 * static_cast<double>(i);
        const double reach = 0.3 * height * std::sqrt(static_cast<double>(i) / static_cast<double>(points.size()));
        points[i] +=
            cv::Point2f(static_cast<float>(0.7 * reach * std::cos(angle)), static_cast<float>(reach * std::sin(angle)));
    }
    for (std::size_t corner = 0; corner < places::kOutline.size(); ++corner) {
        const double angle = 2 * CV_PI * static_cast<double>(corner) / static_cast<double>(places::kOutline.size());
        points[places::kOutline[corner]] = middle + cv::Point2f(static_cast<float>(0.37 * height * std::sin(angle)),
                                                                static_cast<float>(-0.5 * height * std::cos(angle)));
    }
    return points;
}

std::vector<TrackedFace> face_at(cv::Point2f middle, double height, int track = 0) {
    TrackedFace tracked;
    tracked.track = track;
    for (const cv::Point2f& point : ellipse_landmarks(middle, height)) {
        tracked.face.landmarks_px.emplace_back(point.x, point.y, 0.0F);
    }
    return {tracked};
}

cv::Mat grain(std::uint64_t seed, double levels) {
    cv::Mat noise(kSide, kSide, CV_32F);
    cv::RNG random(seed);
    random.fill(noise, cv::RNG::NORMAL, 0, levels);
    return noise;
}

cv::Mat in_colour(const cv::Mat& plane) {
    cv::Mat bytes, rgb;
    plane.convertTo(bytes, CV_8U);
    cv::cvtColor(bytes, rgb, cv::COLOR_GRAY2RGB);
    return rgb;
}

/// Skin that moves by `shift` px.
cv::Mat skin(cv::Point2f shift) {
    static const cv::Mat fixed = [] {
        cv::Mat smooth;
        cv::GaussianBlur(grain(3, 60), smooth, {}, 1.2);
        return cv::Mat(smooth + 128);
    }();
    cv::Mat moved;
    cv::warpAffine(fixed, moved, cv::Matx23f(1, 0, shift.x, 0, 1, shift.y), fixed.size(), cv::INTER_CUBIC,
                   cv::BORDER_REFLECT_101);
    return moved;
}

/// A camera's film of a moving head, new grain in every frame. `drawn`: the inner face lacks the grain, and the edge of
/// the mask trembles, as in a swap.
FaceRecords film(int frames, double height, bool drawn, const FaceLimits& limits = {64, 40, -3}, float speed = 0.7F) {
    FaceRecords records(limits);
    cv::RNG random(11);
    for (int frame = 0; frame < frames; ++frame) {
        const cv::Point2f shift(speed * static_cast<float>(frame % 8), speed * 0.5F * static_cast<float>(frame % 5));
        const cv::Point2f middle = cv::Point2f(kSide / 2.0F, kSide / 2.0F) + shift;
        const cv::Mat clean = skin(shift);
        cv::Mat picture = clean + grain(100 + static_cast<std::uint64_t>(frame), speed > 0 ? 6 : 0);
        if (drawn) {
            cv::Mat mask(kSide, kSide, CV_32F, cv::Scalar(0));
            const double tremble = random.uniform(-0.03, 0.03) * height;
            cv::ellipse(mask, cv::Point(middle), {cvRound(0.34 * height + tremble), cvRound(0.46 * height + tremble)},
                        0, 0, 360, cv::Scalar(1), cv::FILLED);
            cv::GaussianBlur(mask, mask, {}, 2);
            picture = picture.mul(1 - mask) + clean.mul(mask);
        }
        records.add(in_colour(picture), face_at(middle, height), kFrame_s * frame);
    }
    return records;
}

/// Speaks for a swap where the finest detail changes more along the outline than inside, or flickers more.
constexpr const char* kByFinest = R"({"schema": "bonafide.video_face_swap/1", "clip": 5, "offset": 0,
        "change": [{"mean": 0, "scale": 0.2, "weight": 1}, {"mean": 0, "scale": 1, "weight": 0},
                   {"mean": 0, "scale": 1, "weight": 0}, {"mean": 0, "scale": 1, "weight": 0}],
        "flicker": [{"mean": 0, "scale": 0.5, "weight": 0.2}, {"mean": 0, "scale": 1, "weight": 0},
                    {"mean": 0, "scale": 1, "weight": 0}, {"mean": 0, "scale": 1, "weight": 0}]})";

Model by_finest() {
    auto model = Model::parse(kByFinest);
    EXPECT_TRUE(model.ok());
    return *model;
}

JudgeOptions usual() {
    JudgeOptions options;
    options.limits = {64, 40, -3};
    options.least_moments = 5;
    options.least_motion_px = 0.05;
    options.least_detail = -2;
    options.least_score = 2;
    return options;
}

TEST(DenseMotion, FindsHowAPictureMoved) {
    cv::Mat before, now;
    skin({0, 0}).convertTo(before, CV_8U);
    skin({2.3F, -1.4F}).convertTo(now, CV_8U);
    const cv::Mat motion = features::faces::dense_motion(now, before);
    const cv::Scalar mean = cv::mean(motion(cv::Rect(40, 40, kSide - 80, kSide - 80)));
    EXPECT_NEAR(mean[0], -2.3, 0.05);
    EXPECT_NEAR(mean[1], 1.4, 0.05);
    const cv::Mat flat(40, 30, CV_8U, cv::Scalar(90));
    EXPECT_EQ(cv::norm(features::faces::dense_motion(flat, flat), cv::NORM_INF), 0);
}

// What is measured in a part of a picture is what is measured there in the whole.
TEST(LocalMean, OfAPartIsThatOfTheWhole) {
    const cv::Mat plane = skin({0, 0});
    const cv::Point2f corner(0, 0), opposite(kSide - 1, kSide - 1);
    for (const cv::Point2f place : {cv::Point2f(150, 170), cv::Point2f(3, 200), cv::Point2f(kSide - 2, kSide - 2)}) {
        const features::faces::LocalMean whole(plane.size(), 150, {corner, place, opposite}),
            alone(plane.size(), 150, {place});
        EXPECT_LT(alone.part().area(), plane.size().area() / 4);
        const cv::Mat everywhere = whole.of(plane(whole.part())), here = alone.of(plane(alone.part()));
        EXPECT_NEAR(here.at<float>(alone.cell_of(place)), everywhere.at<float>(whole.cell_of(place)), 1e-3);
    }
    const features::faces::LocalMean none(plane.size(), 150, {});
    EXPECT_FALSE(none.part().empty());
}

TEST(DenseMotion, BringsAPartToWhereTheWholeWouldBe) {
    cv::Mat before, now;
    skin({0, 0}).convertTo(before, CV_8U);
    skin({2.3F, -1.4F}).convertTo(now, CV_8U);
    const cv::Mat motion = features::faces::dense_motion(now, before);
    const cv::Rect part(30, 50, 90, 70);
    const cv::Mat whole = features::faces::moved_by(before, motion, cv::Rect({}, now.size()));
    EXPECT_EQ(cv::norm(features::faces::moved_by(before, motion, part), whole(part), cv::NORM_INF), 0);
}

TEST(FilmSwap, TellsADrawnFaceFromAFilmedOne) {
    const auto filmed = judge(film(24, 150, false).finish(), std::nullopt, by_finest(), usual());
    const auto drawn = judge(film(24, 150, true).finish(), std::nullopt, by_finest(), usual());
    ASSERT_EQ(filmed.outcome, Outcome::kRan) << filmed.reason;
    ASSERT_EQ(drawn.outcome, Outcome::kRan) << drawn.reason;
    ASSERT_EQ(drawn.measurements.front().name, "film_score");
    EXPECT_LT(filmed.measurements.front().value, 1);
    EXPECT_GT(drawn.measurements.front().value, 3);
    EXPECT_TRUE(filmed.observations.empty());
    ASSERT_EQ(drawn.observations.size(), 1U);
    EXPECT_LE(*drawn.observations.front().where.end_s, 23 * kFrame_s + 1e-9);
}

TEST(FilmSwap, SaysWhyItDoesNotApply) {
    const auto reason = [](FaceRecords records) {
        const auto analysis = judge(records.finish(), std::nullopt, by_finest(), usual());
        EXPECT_EQ(analysis.outcome, Outcome::kNotApplicable);
        return analysis.reason;
    };
    EXPECT_EQ(reason(film(0, 150, false)), "no face was found");
    EXPECT_NE(reason(film(1, 150, false)).find("too short"), std::string::npos);
    EXPECT_NE(reason(film(12, 50, false)).find("too small"), std::string::npos);
    EXPECT_NE(reason(film(24, 150, false, {64, 40, -3}, 0)).find("do not move"), std::string::npos);
    FaceRecords sparse({64, 40, -3});
    FaceRecords turned({64, 40, -3});
    for (int frame = 0; frame < 6; ++frame) {
        const cv::Mat picture = in_colour(skin({static_cast<float>(frame), 0}));
        auto face = face_at({kSide / 2.0F, kSide / 2.0F}, 150);
        sparse.add(picture, face, 0.13 * frame);
        face.front().face.pose.yaw_deg = 60;
        turned.add(picture, face, 0.05 * frame);
    }
    EXPECT_NE(reason(std::move(sparse)).find("too far apart"), std::string::npos);
    EXPECT_NE(reason(std::move(turned)).find("turned too far"), std::string::npos);
}

TEST(FilmSwap, StaysBoundedInLongFilms) {
    FaceRecords records({16, 40, -100});
    const cv::Mat whole = in_colour(skin({0, 0}));
    for (int frame = 0; frame < 1500; ++frame) {  // small pictures: quick to compare
        const cv::Mat picture = whole(cv::Rect(frame % 7, frame % 5, 48, 48)).clone();
        records.add(picture, face_at({24, 24}, 24, frame < 900 ? 0 : frame / 4),
                    frame < 900 ? kFrame_s * frame : frame);
    }
    const auto faces = records.finish();
    EXPECT_LE(faces.size(), FaceRecords::kMostTracks);
    ASSERT_EQ(faces.front().track, 0);
    EXPECT_LT(faces.front().moments.size(), FaceRecords::kMostMoments);
    EXPECT_GE(faces.front().moments.size(), FaceRecords::kMostMoments / 2);
    EXPECT_GT(faces.front().moments.back().time_s, 30);  // of 36 s: evenly spread
    EXPECT_TRUE(records.finish().empty());
}

TEST(FilmSwapModel, CountsLessOfWhatFewMomentsSay) {
    const std::string text = kByFinest;
    const auto shrinking =
        Model::parse(text.substr(0, text.size() - 1) + R"(, "few_moments": {"enough": 24, "noise": 12}})");
    ASSERT_TRUE(shrinking.ok());
    EXPECT_DOUBLE_EQ(shrinking->share_of(24), 1);
    EXPECT_DOUBLE_EQ(shrinking->share_of(1000), 1);
    EXPECT_DOUBLE_EQ(shrinking->share_of(12), 0.75);
    EXPECT_LT(shrinking->share_of(6), shrinking->share_of(12));
    EXPECT_DOUBLE_EQ(by_finest().share_of(6), 1);
    const auto faces = film(24, 150, true).finish();
    const std::size_t moments = faces.at(0).moments.size();
    ASSERT_LT(moments, 24U);
    const auto whole = judge(faces, std::nullopt, by_finest(), usual()),
               shrunk = judge(faces, std::nullopt, *shrinking, usual());
    EXPECT_NEAR(shrunk.measurements.front().value, whole.measurements.front().value * shrinking->share_of(moments),
                1e-9);
    EXPECT_NE(shrunk.explanation.find("moments alone"), std::string::npos);
    EXPECT_EQ(whole.explanation.find("moments alone"), std::string::npos);
    EXPECT_FALSE(Model::parse(text.substr(0, text.size() - 1) + R"(, "few_moments": {"enough": 0, "noise": 1}})").ok());
}

TEST(FilmSwapModel, CountsLessOfWhatAStrongCoderLeft) {
    const std::string text = kByFinest;
    const auto model =
        Model::parse(text.substr(0, text.size() - 1) + R"(, "strong_coding": {"none_below": 0.01, "all_from": 0.04}})");
    ASSERT_TRUE(model.ok());
    EXPECT_EQ(model->share_of_coding(std::nullopt), 1);
    EXPECT_EQ(model->share_of_coding(0.04), 1);
    EXPECT_DOUBLE_EQ(model->share_of_coding(0.02), 0.5);
    EXPECT_EQ(model->share_of_coding(0.01), 0);
    EXPECT_EQ(model->share_of_coding(0), 0);
    EXPECT_EQ(by_finest().share_of_coding(0.001), 1);
    const auto faces = film(24, 150, true).finish();
    const auto weak = judge(faces, 0.04, *model, usual()), strong = judge(faces, 0.02, *model, usual()),
               strongest = judge(faces, 0.01, *model, usual());
    EXPECT_NEAR(strong.measurements.front().value, weak.measurements.front().value / 2, 1e-9);
    EXPECT_NE(strong.explanation.find("the coder's doing"), std::string::npos);
    EXPECT_EQ(weak.explanation.find("the coder's doing"), std::string::npos);
    EXPECT_EQ(strongest.outcome, evidence::Outcome::kNotApplicable);
    EXPECT_NE(strongest.reason.find("0.010 bits a pixel"), std::string::npos);
    EXPECT_FALSE(
        Model::parse(text.substr(0, text.size() - 1) + R"(, "strong_coding": {"none_below": 0.03, "all_from": 0.01}})")
            .ok());
}

TEST(FilmSwapModel, RefusesWhatItCannotUse) {
    const auto bands = [](const char* last) {
        std::string text = "[";
        for (int band = 0; band < 3; ++band) {
            text += R"({"mean": 0, "scale": 1, "weight": 1}, )";
        }
        return text.append(last).append("]");
    };
    const std::string four = bands(R"({"mean": 0, "scale": 1, "weight": 1})");
    const auto with = [](const std::string& change, const std::string& flicker, const std::string& clip = "5") {
        return R"({"schema": "bonafide.video_face_swap/1", "clip": )" + clip + R"(, "offset": 0, "change": )" + change +
               R"(, "flicker": )" + flicker + "}";
    };
    EXPECT_TRUE(Model::parse(with(four, four)).ok());
    for (const std::string& broken :
         {std::string(), std::string("[]"), with(four, "[]"), with("[1, 2, 3, 4]", four), with(four, four, "0"),
          with(four, bands(R"({"mean": 0, "scale": 0, "weight": 1})"))}) {
        EXPECT_FALSE(Model::parse(broken).ok()) << broken;
    }
}

}  // namespace
}  // namespace bonafide::analyzers::film_swap

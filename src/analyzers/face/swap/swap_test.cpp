#include "analyzers/face/swap/swap.h"

#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

#include <cmath>
#include <set>

namespace bonafide::analyzers::swapped {
namespace {

using evidence::Outcome;

constexpr int kSide = 360;
const cv::Point2f kMiddle(180, 180);

/// A face of ellipses, `height` px from forehead to chin, every landmark somewhere plausible.
std::vector<cv::Point2f> ellipse_landmarks(double height) {
    std::vector<cv::Point2f> points(features::faces::kLandmarks, kMiddle);
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double angle = 2.4 * static_cast<double>(i);
        const double reach = 0.3 * height * std::sqrt(static_cast<double>(i) / static_cast<double>(points.size()));
        points[i] +=
            cv::Point2f(static_cast<float>(0.7 * reach * std::cos(angle)), static_cast<float>(reach * std::sin(angle)));
    }
    for (std::size_t corner = 0; corner < kOutline.size(); ++corner) {
        const double angle = 2 * CV_PI * static_cast<double>(corner) / static_cast<double>(kOutline.size());
        points[kOutline[corner]] = kMiddle + cv::Point2f(static_cast<float>(0.37 * height * std::sin(angle)),
                                                         static_cast<float>(-0.5 * height * std::cos(angle)));
    }
    return points;
}

features::faces::Face face_at(double height) {
    features::faces::Face face;
    for (const cv::Point2f& point : ellipse_landmarks(height)) {
        face.landmarks_px.emplace_back(point.x, point.y, 0.0F);
    }
    face.presence = 1;
    return face;
}

cv::Mat noise() {
    cv::Mat picture(kSide, kSide, CV_8UC3);
    cv::RNG random(7);
    random.fill(picture, cv::RNG::NORMAL, 128, 12);
    return picture;
}

/// Noise all over, smoothed within the face of `height` px, with a soft edge.
cv::Mat smoothed_inside(double height) {
    const cv::Mat picture = noise();
    cv::Mat smooth, mask(kSide, kSide, CV_32FC3, cv::Scalar::all(0)), mixed;
    cv::GaussianBlur(picture, smooth, {}, 2);
    cv::ellipse(mask, cv::Point(kMiddle), {cvRound(0.34 * height), cvRound(0.46 * height)}, 0, 0, 360,
                cv::Scalar::all(1), cv::FILLED);
    cv::GaussianBlur(mask, mask, {}, 0.04 * height);
    cv::Mat sharp, soft;
    picture.convertTo(sharp, CV_32F);
    smooth.convertTo(soft, CV_32F);
    cv::Mat(mask.mul(soft) + (cv::Scalar::all(1) - mask).mul(sharp)).convertTo(mixed, CV_8U);
    return mixed;
}

float value(const Texture& texture, std::size_t place, Channel channel) {
    return texture[place][static_cast<std::size_t>(channel)];
}

/// Speaks for a swap where the lips hold less fine detail than what surrounds the face.
constexpr const char* kSmoothLips = R"({"schema": "bonafide.face_swap/1", "clip": 5, "offset": -2, "terms": [
    {"place": "lips", "channel": "luma_0", "mean": 0, "scale": 0.5, "weight": -1}]})";

LinearModel smooth_lips() {
    auto model = LinearModel::parse(kSmoothLips);
    EXPECT_TRUE(model.ok());
    return *model;
}

JudgeOptions film() {
    JudgeOptions options;
    options.limits = {64, 40};
    options.least_measured = 3;
    options.least_detail = -1;
    options.least_score = 1;
    return options;
}

FaceRecords watched(const cv::Mat& picture, int frames, double height) {
    FaceRecords records({64, 40}, all_channels());
    for (int frame = 0; frame < frames; ++frame) {
        records.add(picture, 0, face_at(height), 0.2 * frame);
    }
    return records;
}

TEST(Places, HaveNamesOfTheirOwnAndPointsOnTheFace) {
    std::set<std::string> names;
    const auto points = points_of(ellipse_landmarks(150));
    for (std::size_t place = 0; place < kPlaces; ++place) {
        names.insert(name_of_place(place));
        EXPECT_FALSE(points[place].empty()) << name_of_place(place);
    }
    EXPECT_EQ(names.size(), kPlaces);
    EXPECT_NEAR(face_height_px(ellipse_landmarks(150)), 150, 1);
    // The widest ring lies 1.6 times as far out as the outline.
    EXPECT_NEAR(cv::norm(points[place_of(8, Sector::kTop)][0] - kMiddle), 120, 2);
}

TEST(TextureOfAFace, IsTheSameAllOverInPureNoise) {
    const auto texture = measure_texture(noise(), ellipse_landmarks(150), all_channels());
    ASSERT_TRUE(texture);
    const auto relative = against_surroundings(*texture);
    ASSERT_TRUE(relative);
    for (std::size_t place = 0; place < kPlaces; ++place) {
        EXPECT_NEAR(value(*relative, place, Channel::kLuma0), 0, 0.3) << name_of_place(place);
        EXPECT_NEAR(value(*relative, place, Channel::kAcross), 0, 0.12) << name_of_place(place);
    }
}

TEST(TextureOfAFace, ShowsWhereItWasSmoothed) {
    const auto texture = measure_texture(smoothed_inside(150), ellipse_landmarks(150), all_channels());
    ASSERT_TRUE(texture);
    const auto relative = against_surroundings(*texture);
    ASSERT_TRUE(relative);
    EXPECT_LT(value(*relative, place_of(Part::kLips), Channel::kLuma0), -3);
    EXPECT_GT(value(*relative, place_of(Part::kLips), Channel::kAcross), 0.2);  // smooth: neighbours alike
    EXPECT_NEAR(value(*relative, place_of(8, Sector::kSide), Channel::kLuma0), 0, 0.3);
}

TEST(TextureOfAFace, KnowsWhatLiesOutsideThePicture) {
    const cv::Mat narrow = noise()(cv::Rect(112, 97, 135, 165)).clone();
    std::vector<cv::Point2f> landmarks = ellipse_landmarks(150);
    for (cv::Point2f& point : landmarks) {
        point -= cv::Point2f(112, 97);
    }
    const auto texture = measure_texture(narrow, landmarks, all_channels());
    ASSERT_TRUE(texture);
    EXPECT_TRUE(std::isnan(value(*texture, place_of(8, Sector::kSide), Channel::kLuma0)));
    EXPECT_TRUE(std::isfinite(value(*texture, place_of(Part::kNose), Channel::kLuma0)));
    EXPECT_FALSE(against_surroundings(*texture));
    EXPECT_FALSE(measure_texture(cv::Mat(), landmarks, all_channels()));
    EXPECT_FALSE(
        measure_texture(narrow, std::vector<cv::Point2f>(features::faces::kLandmarks, {5000, 5000}), all_channels()));
}

TEST(TextureOfAFace, MeasuresOnlyWhatIsWanted) {
    Channels channels;
    channels.set(static_cast<std::size_t>(Channel::kAcross));
    const auto texture = measure_texture(noise(), ellipse_landmarks(150), channels);
    const auto whole = measure_texture(noise(), ellipse_landmarks(150), all_channels());
    ASSERT_TRUE(texture && whole);
    EXPECT_EQ(value(*texture, 3, Channel::kAcross), value(*whole, 3, Channel::kAcross));
    EXPECT_TRUE(std::isnan(value(*texture, 3, Channel::kLuma0)));
}

TEST(FaceRecords, LetAFewBadFramesHaveNoSay) {
    FaceRecords records({64, 40}, all_channels());
    for (int frame = 0; frame < 9; ++frame) {
        const bool bad = frame == 2 || frame == 5;
        records.add(bad ? cv::Mat(kSide, kSide, CV_8UC3, cv::Scalar::all(90)) : noise(), 0, face_at(150), 0.2 * frame);
    }
    const auto faces = records.finish();
    ASSERT_EQ(faces.size(), 1U);
    EXPECT_EQ(faces[0].measured, 9U);
    const auto clean = measure_texture(noise(), ellipse_landmarks(150), all_channels());
    EXPECT_FLOAT_EQ(value(faces[0].texture, 0, Channel::kLuma0), value(*clean, 0, Channel::kLuma0));
}

TEST(FaceRecords, StayBoundedAndSkipWhatCannotBeMeasured) {
    const cv::Mat small = noise()(cv::Rect(0, 0, 60, 60)).clone();  // quick to measure
    FaceRecords many({8, 40}, all_channels());
    for (int frame = 0; frame < 1000; ++frame) {
        many.add(small, frame / 4, face_at(20), 0.5 * frame);
    }
    EXPECT_LE(many.finish().size(), FaceRecords::kMostTracks);
    FaceRecords one({64, 40}, all_channels());
    features::faces::Face turned = face_at(150);
    turned.pose.yaw_deg = 60;
    one.add(noise(), 3, turned, 0);
    one.add(noise(), 4, face_at(40), 0);
    const auto faces = one.finish();
    ASSERT_EQ(faces.size(), 2U);
    EXPECT_EQ(faces[0].measured + faces[1].measured, 0U);
    EXPECT_EQ(faces[0].turned, 1);
}

TEST(FaceSwapModel, RefusesWhatItCannotUse) {
    for (const char* broken : {"", "[]", R"({"schema": "bonafide.face_swap/2", "clip": 5, "offset": 0, "terms": []})",
                               R"({"schema": "bonafide.face_swap/1", "clip": 5, "offset": 0, "terms": []})",
                               R"({"schema": "bonafide.face_swap/1", "clip": 5, "offset": 0, "terms": [
              {"place": "ear", "channel": "luma_0", "mean": 0, "scale": 1, "weight": 1}]})",
                               R"({"schema": "bonafide.face_swap/1", "clip": 5, "offset": 0, "terms": [
              {"place": "lips", "channel": "luma_0", "mean": 0, "scale": 0, "weight": 1}]})",
                               R"({"schema": "bonafide.face_swap/1", "clip": 5, "offset": 0, "terms": [
              {"place": "lips", "channel": "luma_0", "mean": 0, "scale": 1, "weight": 1},
              {"place": "lips", "channel": "luma_0", "mean": 0, "scale": 1, "weight": 1}]})"}) {
        EXPECT_FALSE(LinearModel::parse(broken).ok()) << broken;
    }
}

TEST(FaceSwap, TellsASmoothedFaceFromAnUntouchedOne) {
    const LinearModel model = smooth_lips();
    const auto untouched = judge(watched(noise(), 5, 150).finish(), model, film());
    const auto swapped = judge(watched(smoothed_inside(150), 5, 150).finish(), model, film());
    ASSERT_EQ(untouched.outcome, Outcome::kRan);
    ASSERT_EQ(swapped.outcome, Outcome::kRan);
    EXPECT_EQ(untouched.measurements.front().name, "film_score");
    EXPECT_NEAR(untouched.measurements.front().value, -2, 0.7);
    EXPECT_NEAR(swapped.measurements.front().value, 3, 0.01);  // clipped at five standard scores
    EXPECT_TRUE(untouched.observations.empty());
    ASSERT_EQ(swapped.observations.size(), 1U);
    EXPECT_NEAR(*swapped.observations.front().where.end_s, 0.8, 1e-9);
    EXPECT_NE(swapped.observations.front().explanation.find("outline"), std::string::npos);
}

TEST(FaceSwap, ComparesASmallFaceWithSmallOnes) {
    const std::string text = kSmoothLips;
    const auto sized = LinearModel::parse(text.substr(0, text.size() - 1) +
                                          R"(, "small_faces": {"below_px": 160, "a_halving": 1.5}})");
    ASSERT_TRUE(sized.ok());
    EXPECT_DOUBLE_EQ(sized->expected_of_size(80), -1.5);
    EXPECT_DOUBLE_EQ(sized->expected_of_size(160), 0);
    EXPECT_DOUBLE_EQ(sized->expected_of_size(400), 0);
    EXPECT_DOUBLE_EQ(smooth_lips().expected_of_size(80), 0);
    const auto faces = watched(noise(), 5, 80).finish();
    const auto as_large = judge(faces, smooth_lips(), film()), as_small = judge(faces, *sized, film());
    ASSERT_EQ(as_small.outcome, Outcome::kRan);
    EXPECT_NEAR(as_small.measurements.front().value, as_large.measurements.front().value + 1.5, 0.05);
    EXPECT_NE(as_small.explanation.find("1.5 standard deviations were added"), std::string::npos);
    EXPECT_EQ(as_large.explanation.find("were added"), std::string::npos);
    EXPECT_FALSE(LinearModel::parse(text.substr(0, text.size() - 1) + R"(, "small_faces": {"below_px": 160}})").ok());
}

TEST(FaceSwap, OneSwappedFaceAmongSeveralCountsAsOneOfThem) {
    FaceRecords records({64, 40}, all_channels());
    for (int frame = 0; frame < 4; ++frame) {
        records.add(smoothed_inside(150), 0, face_at(150), 0.2 * frame);
        records.add(noise(), 1, face_at(150), 0.2 * frame);
    }
    const auto analysis = judge(records.finish(), smooth_lips(), film());
    EXPECT_NEAR(analysis.measurements.front().value, 3 - std::log(2.0) / 0.7, 0.05);
    EXPECT_EQ(analysis.observations.size(), 1U);
}

TEST(FaceSwap, SaysWhyItDoesNotApply) {
    const LinearModel model = smooth_lips();
    const auto reason = [&](FaceRecords records) {
        const auto analysis = judge(records.finish(), model, film());
        EXPECT_EQ(analysis.outcome, Outcome::kNotApplicable);
        return analysis.reason;
    };
    EXPECT_EQ(reason(watched(noise(), 0, 150)), "no face was found");
    EXPECT_NE(reason(watched(noise(), 9, 50)).find("too small"), std::string::npos);
    EXPECT_NE(reason(watched(noise(), 2, 150)).find("too short"), std::string::npos);
    const cv::Mat flat(kSide, kSide, CV_8UC3, cv::Scalar::all(90));
    EXPECT_NE(reason(watched(flat, 9, 150)).find("no fine detail"), std::string::npos);
}

}  // namespace
}  // namespace bonafide::analyzers::swapped

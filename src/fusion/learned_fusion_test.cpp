#include "fusion/learned_fusion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>

namespace bonafide::fusion {
namespace {

using nlohmann::json;
using testing::HasSubstr;

// Two analyzers, one hidden unit that adds their shades up, a picture score that is the largest smoothed log odds plus
// the first analyzer's measurement.
json model() {
    json made = {{"schema", "bonafide.fusion/1"}, {"version", "test"}, {"least_maps", 1}};
    made["analyzers"] = {{{"id", "image.a"}, {"measurement", "strength"}, {"centre", 0.0}, {"spread", 1.0}},
                         {{"id", "image.b"}, {"measurement", "strength"}, {"centre", 0.0}, {"spread", 1.0}}};
    made["blocks"] = {{"threshold", 0.0},
                      {"mean", std::vector<double>(8, 0.0)},
                      {"deviation", std::vector<double>(8, 1.0)},
                      {"hidden", {1, 0, 0, 0, 1, 0, 0, 0}},
                      {"hidden_bias", {4.0}},
                      {"last", {1.0}},
                      {"last_bias", -4.0}};
    std::vector<double> weights(14, 0.0);
    weights[4] = 1;   // the largest over 3 x 3 blocks
    weights[10] = 1;  // the first analyzer's measurement
    made["picture"] = {
        {"weights", weights}, {"bias", 0.0}, {"size", {{"from_megapixels", 1.0}, {"per_doubling", 0.5}}}};
    made["knots"] = {{-10, -1.0}, {0, 0.0}, {10, 2.0}};
    return made;
}

LearnedFusion parsed(const json& text) {
    auto fusion = LearnedFusion::parse(text.dump());
    ENSURE(fusion.ok());
    return std::move(*fusion);
}

Heard heard(const std::string& analyzer, int shade, double strength, cv::Rect bright = {}) {
    cv::Mat map(20, 30, CV_8UC1, cv::Scalar(shade));
    map(bright).setTo(cv::Scalar(255));
    return {analyzer, map, {{"strength", strength, "1"}}};
}

const cv::Size kPicture(240, 160);
const cv::Rect kPlace(10, 5, 8, 8);

TEST(LearnedFusion, SumsWhatItHearsAndRises) {
    const LearnedFusion fusion = parsed(model());
    double last = -10;
    for (const double strength : {-3.0, -1.0, 0.0, 0.5, 2.0}) {
        const auto answer =
            fusion.judge({heard("image.a", 100, strength, kPlace), heard("image.b", 128, 0)}, kPicture, Calibration());
        ASSERT_TRUE(answer.has_value());
        EXPECT_GT(answer->evidence.llr, last);
        last = answer->evidence.llr;
    }
    // The largest log odds are (255 - 128) / 64; the measurement adds log(1 + 2); 0.2 a unit.
    EXPECT_NEAR(last, 0.2 * (127.0 / 64 + std::log(3.0)), 1e-5);
}

TEST(LearnedFusion, MapIsAboveTheThresholdOnlyWhereTheRatioSpeaksForManipulation) {
    const LearnedFusion fusion = parsed(model());
    const auto loud =
        fusion.judge({heard("image.a", 100, 1, kPlace), heard("image.b", 100, 0)}, kPicture, Calibration());
    ASSERT_TRUE(loud.has_value());
    EXPECT_GT(loud->evidence.llr, 0);
    EXPECT_EQ(loud->map.size(), cv::Size(30, 20));
    EXPECT_GT(loud->map.at<unsigned char>(8, 14), 128);
    EXPECT_LT(loud->map.at<unsigned char>(0, 0), 128);
    const auto quiet =
        fusion.judge({heard("image.a", 100, -4, kPlace), heard("image.b", 100, 0)}, kPicture, Calibration());
    ASSERT_TRUE(quiet.has_value());
    EXPECT_LT(quiet->evidence.llr, 0);
    double most = 0;
    cv::minMaxLoc(quiet->map, nullptr, &most);
    EXPECT_LE(most, 128);
    EXPECT_GT(quiet->map.at<unsigned char>(8, 14), quiet->map.at<unsigned char>(0, 0));
}

TEST(LearnedFusion, CopesWithWhatIsMissing) {
    const LearnedFusion fusion = parsed(model());
    EXPECT_FALSE(fusion.judge({}, kPicture, Calibration()).has_value());
    EXPECT_FALSE(fusion.judge({heard("image.unknown", 255, 9)}, kPicture, Calibration()).has_value());
    EXPECT_FALSE(LearnedFusion().judge({heard("image.a", 255, 9)}, kPicture, Calibration()).has_value());
    const auto one = fusion.judge({heard("image.b", 100, 0, kPlace)}, kPicture, Calibration());
    ASSERT_TRUE(one.has_value());
    EXPECT_EQ(one->evidence.analyzers, std::vector<std::string>{"image.b"});
    // Without a map of its own an analyzer still adds its measurement, and one that is not finite does not.
    Heard no_map{"image.a", {}, {{"strength", 2, "1"}}};
    const auto with = fusion.judge({no_map, heard("image.b", 100, 0, kPlace)}, kPicture, Calibration());
    ASSERT_TRUE(with.has_value());
    EXPECT_GT(with->evidence.llr, one->evidence.llr);
    no_map.measurements[0].value = std::nan("");
    EXPECT_EQ(fusion.judge({no_map, heard("image.b", 100, 0, kPlace)}, kPicture, Calibration())->evidence.llr,
              one->evidence.llr);
    json demanding = model();
    demanding["least_maps"] = 2;
    EXPECT_FALSE(parsed(demanding).judge({heard("image.b", 100, 0)}, kPicture, Calibration()).has_value());
}

TEST(LearnedFusion, WhatIsSetAsideSpeaksForNeitherSideAndMarksNothing) {
    const LearnedFusion fusion = parsed(model());
    const auto aside =
        fusion.set_aside({heard("image.a", 255, 9, kPlace), heard("image.unknown", 255, 9)}, kPicture, "it is a page");
    ASSERT_TRUE(aside.has_value());
    EXPECT_EQ(aside->set_aside, "it is a page");
    EXPECT_EQ(aside->evidence.llr, 0);
    EXPECT_THAT(aside->evidence.analyzers, testing::ElementsAre("image.a")) << "no other loses its say";
    EXPECT_EQ(aside->map.size(), cv::Size(30, 20));
    EXPECT_EQ(cv::countNonZero(aside->map), 0);
    EXPECT_FALSE(fusion.set_aside({heard("image.unknown", 255, 9)}, kPicture, "it is a page").has_value());
}

TEST(LearnedFusion, TakesMapsOfAnyStep) {
    const LearnedFusion fusion = parsed(model());
    for (const int step : {1, 4, 16}) {
        Heard one{"image.a", cv::Mat((160 + step - 1) / step, (240 + step - 1) / step, CV_8UC1, cv::Scalar(160)), {}};
        const auto answer = fusion.judge({one}, kPicture, Calibration());
        ASSERT_TRUE(answer.has_value());
        EXPECT_NEAR(answer->evidence.llr, 0.2 * 0.5, 1e-5) << step;
    }
}

TEST(LearnedFusion, ExpectsMoreOfLargePictures) {
    const LearnedFusion fusion = parsed(model());
    const auto ratio = [&](int width, int height) {
        const cv::Mat map((height + 15) / 16, (width + 15) / 16, CV_8UC1, cv::Scalar(160));
        return fusion.judge({{"image.a", map, {}}}, {width, height}, Calibration())->evidence.llr;
    };
    EXPECT_EQ(ratio(640, 480), ratio(1000, 1000));
    EXPECT_NEAR(ratio(1000, 1000) - ratio(2000, 1000), 0.2 * 0.5, 1e-6);
    EXPECT_NEAR(ratio(1000, 1000) - ratio(4000, 2000), 0.2 * 0.5 + 0.1 * 1.0, 1e-6);
}

TEST(LearnedFusion, SaysNoLessThanAnAnalyzerThatMaySpeakAlone) {
    const auto calibration =
        Calibration::parse(R"({"schema": "bonafide.calibration/1", "version": "1", "forgeable_cap": 0.9,
        "groups": {"pixels": {"correlation": 0.5, "basis": "test"}},
        "curves": [
          {"analyzer": "image.a", "measurement": "strength", "group": "pixels", "forgeable": false, "synthetic": false,
           "knots": [[0, -0.1], [1, 0], [2, 0.9]], "fitted_on": "test"}]})");
    ASSERT_TRUE(calibration.ok()) << calibration.error().message;
    json text = model();
    text["picture"]["weights"][10] = 0;  // what image.a measures moves the score no more
    const auto ratio = [&](bool alone, double strength) {
        text["analyzers"][0]["alone"] = alone;
        const LearnedFusion fusion = parsed(text);
        return fusion.judge({heard("image.a", 0, strength), heard("image.b", 0, 0)}, kPicture, *calibration)
            ->evidence.llr;
    };
    const double silent = ratio(false, 2);
    ASSERT_LT(silent, -0.3);
    EXPECT_EQ(ratio(false, 0), silent);
    // Nothing found lifts nothing, evidence counts in full, and between the two nothing jumps.
    EXPECT_EQ(ratio(true, 0), silent);
    EXPECT_NEAR(ratio(true, 2), 0.9, 1e-12);
    EXPECT_NEAR(ratio(true, 1.5), 0.45, 1e-12);
    double last = silent;
    for (double strength = 0; strength < 2; strength += 0.01) {
        const double now = ratio(true, strength);
        EXPECT_GE(now, last);
        EXPECT_LT(now - last, 0.06);
        last = now;
    }
}

TEST(LearnedFusion, ReadsTheShippedModel) {
    std::FILE* file = std::fopen(BONAFIDE_SOURCE_DIR "/models/fusion.json", "rb");
    if (file == nullptr) {
        GTEST_SKIP() << "no fitted fusion is shipped";
    }
    std::string text(4 << 20, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), file));
    std::fclose(file);
    const auto fusion = LearnedFusion::parse(text);
    ASSERT_TRUE(fusion.ok()) << fusion.error().message;
    EXPECT_FALSE(fusion->version().empty());
}

TEST(LearnedFusion, RefusesWhatIsWrong) {
    const auto refused = [](const std::function<void(json&)>& spoil) {
        json text = model();
        spoil(text);
        const auto fusion = LearnedFusion::parse(text.dump());
        return fusion.ok() ? std::string() : fusion.error().message;
    };
    EXPECT_EQ(refused([](json&) {}), "");
    EXPECT_THAT(refused([](json& text) { text["schema"] = "other"; }), HasSubstr("bonafide.fusion/1"));
    EXPECT_THAT(refused([](json& text) { text.erase("version"); }), HasSubstr("version"));
    EXPECT_THAT(refused([](json& text) { text["analyzers"][1]["id"] = "image.a"; }), HasSubstr("twice"));
    EXPECT_THAT(refused([](json& text) { text["analyzers"][1]["spread"] = 0; }), HasSubstr("analyzer"));
    EXPECT_THAT(refused([](json& text) { text["analyzers"][1]["alone"] = 1; }), HasSubstr("alone"));
    EXPECT_THAT(refused([](json& text) { text["blocks"]["mean"].push_back(0); }), HasSubstr("blocks"));
    EXPECT_THAT(refused([](json& text) { text["blocks"]["hidden"][0] = "x"; }), HasSubstr("blocks"));
    EXPECT_THAT(refused([](json& text) { text["blocks"]["deviation"][0] = 0; }), HasSubstr("deviation"));
    EXPECT_THAT(refused([](json& text) { text["picture"]["weights"].erase(0); }), HasSubstr("picture"));
    EXPECT_THAT(refused([](json& text) { text["picture"].erase("size"); }), HasSubstr("size"));
    EXPECT_THAT(refused([](json& text) { text["picture"]["size"]["from_megapixels"] = 0; }), HasSubstr("size"));
    EXPECT_THAT(refused([](json& text) { text["picture"]["size"]["per_doubling"] = -1; }), HasSubstr("size"));
    EXPECT_THAT(refused([](json& text) { text["knots"][1][0] = 11; }), HasSubstr("knots"));
    EXPECT_THAT(refused([](json& text) { text["knots"][2][1] = 99; }), HasSubstr("knots"));
    EXPECT_FALSE(LearnedFusion::parse("").ok());
    EXPECT_FALSE(LearnedFusion::parse("[1, 2").ok());
}

TEST(Calibration, EvidenceTogetherStandsForItsAnalyzers) {
    const auto calibration =
        Calibration::parse(R"({"schema": "bonafide.calibration/1", "version": "1", "forgeable_cap": 0.9,
        "groups": {"pixels": {"correlation": 0.5, "basis": "test"}},
        "curves": [
          {"analyzer": "image.a", "measurement": "strength", "group": "pixels", "forgeable": false, "synthetic": false,
           "knots": [[0, 0], [1, 0.4]], "fitted_on": "test"},
          {"analyzer": "image.c", "measurement": "strength", "group": "pixels", "forgeable": false, "synthetic": false,
           "knots": [[0, 0], [1, 0.3]], "fitted_on": "test"}]})");
    ASSERT_TRUE(calibration.ok()) << calibration.error().message;
    std::vector<evidence::Finding> findings(2);
    findings[0].analyzer = "image.a";
    findings[1].analyzer = "image.c";
    for (evidence::Finding& finding : findings) {
        finding.measurements = {{"strength", 1, "1"}};
    }
    const TogetherEvidence together{1.1, {"image.a"}};
    const Judgement judged = calibration->judge(findings, {}, 0.5, &together);
    EXPECT_NEAR(*findings[0].llr, 0.4, 1e-12);
    EXPECT_NEAR(*judged.llr, 1.1 + 0.3, 1e-12);
    EXPECT_EQ(decide(judged), Decision::kLikelyManipulated);
    findings.pop_back();
    EXPECT_NEAR(*calibration->judge(findings, {}, 0.5, &together).llr, 1.1, 1e-12);
    findings[0].measurements.clear();
    EXPECT_NEAR(*calibration->judge(findings, {}, 0.5, &together).llr, 1.1, 1e-12);
}

}  // namespace
}  // namespace bonafide::fusion

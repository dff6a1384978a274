#include "fusion/fusion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>

namespace bonafide::fusion {
namespace {

using evidence::Finding;
using evidence::Outcome;
using nlohmann::json;
using testing::HasSubstr;

json curve(const std::string& analyzer, const std::string& group, double llr_at_one, bool forgeable) {
    return {{"analyzer", analyzer},   {"measurement", "score"}, {"group", group},
            {"forgeable", forgeable}, {"synthetic", false},     {"knots", {{0, 0}, {1, llr_at_one}}},
            {"fitted_on", "a test"}};
}

json minimal() {
    return {{"schema", "bonafide.calibration/1"},
            {"version", "test"},
            {"forgeable_cap", 0.9},
            {"groups",
             {{"pixels", {{"correlation", 0.5}, {"basis", "a test"}}},
              {"marks", {{"correlation", 0.0}, {"basis", "a test"}}}}},
            {"curves", json::array()}};
}

Calibration parsed(const json& document) {
    Result<Calibration> calibration = Calibration::parse(document.dump());
    EXPECT_TRUE(calibration.ok()) << (calibration.ok() ? "" : calibration.error().message);
    return *calibration;
}

Result<Calibration> shipped_one() {
    std::ifstream file(BONAFIDE_SOURCE_DIR "/models/calibration.json");
    std::ostringstream text;
    text << file.rdbuf();
    return Calibration::parse(text.str());
}

std::string refusal(const json& document) {
    const Result<Calibration> calibration = Calibration::parse(document.dump());
    EXPECT_FALSE(calibration.ok());
    return calibration.ok() ? "" : calibration.error().message;
}

Finding finding(const std::string& analyzer, double value, Outcome outcome = Outcome::kRan) {
    Finding made;
    made.analyzer = analyzer;
    made.outcome = outcome;
    made.measurements = {{"score", value, "1"}};
    return made;
}

Judgement judge(const json& document, std::vector<Finding> findings, double prior = 0.5,
                evidence::ProvenanceState state = evidence::ProvenanceState::kAbsent) {
    evidence::Provenance provenance;
    provenance.state = state;
    return parsed(document).judge(findings, provenance, prior);
}

TEST(Fusion, InterpolatesBetweenKnotsAndSetsTheFindingsLlr) {
    json document = minimal();
    document["curves"] = {curve("a", "pixels", 2, false)};
    std::vector<Finding> findings = {finding("a", 0.25), finding("a", 1)};
    const Judgement judgement = parsed(document).judge(findings, {}, 0.5);
    ASSERT_TRUE(judgement.llr.has_value());
    EXPECT_DOUBLE_EQ(*judgement.llr, 0.5);
    EXPECT_DOUBLE_EQ(*findings[0].llr, 0.5);
    EXPECT_FALSE(findings[1].llr.has_value()) << "a place within the same evidence must not count again";
    EXPECT_NEAR(*judgement.probability, 1 / (1 + std::pow(10, -0.5)), 1e-12);
    EXPECT_TRUE(judgement.limits.empty());
}

TEST(Fusion, ClampsOutsideTheCalibratedRangeAndSaysSo) {
    json document = minimal();
    document["curves"] = {curve("a", "pixels", 2, false)};
    const Judgement judgement = judge(document, {finding("a", 7)});
    EXPECT_DOUBLE_EQ(*judgement.llr, 2);
    ASSERT_EQ(judgement.limits.size(), 1U);
    EXPECT_THAT(judgement.limits[0], HasSubstr("outside the calibrated range"));
}

TEST(Fusion, CorrelatedEvidenceCountsByItsShare) {
    json document = minimal();
    document["curves"] = {curve("a", "pixels", 1, false), curve("b", "pixels", 0.6, false)};
    EXPECT_NEAR(*judge(document, {finding("a", 1), finding("b", 1)}).llr, 1 + 0.6 / 3, 1e-12);
    document["groups"]["pixels"]["correlation"] = 1;
    EXPECT_NEAR(*judge(document, {finding("a", 1), finding("b", 1)}).llr, 1, 1e-12);
}

TEST(Fusion, GrowingEvidenceNeverLowersTheJudgement) {
    json document = minimal();
    document["curves"] = {curve("a", "pixels", 1, false), curve("b", "pixels", -0.5, false),
                          curve("c", "pixels", 0.7, false)};
    const auto llr_at = [&](double value) {
        return *judge(document, {finding("a", value), finding("b", 1), finding("c", 0.6)}).llr;
    };
    double previous = llr_at(0);
    for (int step = 1; step <= 20; ++step) {
        const double llr = llr_at(step / 20.0);
        EXPECT_GE(llr, previous);
        EXPECT_LE(llr - previous, 0.05 + 1e-9) << "no jump";
        previous = llr;
    }
}

TEST(Fusion, ForgeableMarksNeverDecideAloneHoweverManyThereAre) {
    json document = minimal();
    std::vector<Finding> findings;
    for (const char* name : {"a", "b", "c", "d"}) {
        document["curves"].push_back(curve(name, "marks", 0.8, true));
        findings.push_back(finding(name, 1));
    }
    const Judgement judgement = judge(document, findings);
    EXPECT_DOUBLE_EQ(*judgement.llr, 0.9);
    EXPECT_EQ(decide(judgement), Decision::kInconclusive);
    EXPECT_THAT(judgement.limits.back(), HasSubstr("do not decide"));

    document["curves"].push_back(curve("pixel", "pixels", 0.3, false));
    findings.push_back(finding("pixel", 1));
    EXPECT_EQ(decide(judge(document, findings)), Decision::kLikelyManipulated)
        << "together with evidence of another kind they may";
}

TEST(Fusion, AbsenceOfTracesAndForgeableMarksNeverMakeAuthentic) {
    json document = minimal();
    document["groups"]["others"] = {{"correlation", 0.0}, {"basis", "a test"}};
    document["curves"] = {curve("a", "pixels", -0.6, false), curve("b", "others", -0.6, false),
                          curve("marks", "marks", -0.9, true)};
    const TogetherEvidence together{-0.5, {}};
    const auto judged = [&](double a, double b) {
        std::vector<Finding> findings = {finding("a", a), finding("b", b), finding("marks", 1)};
        return parsed(document).judge(findings, {}, 0.5, &together);
    };
    const Judgement most = judged(1, 1);
    EXPECT_EQ(decide(most), Decision::kInconclusive);
    EXPECT_THAT(most.limits.back(), HasSubstr("a forgery that goes undetected has both"));
    EXPECT_LT(*most.llr, *judged(1, 0.5).llr) << "more of it still orders";
    EXPECT_LT(*judged(1, 0.5).llr, *judged(0, 0).llr);

    document["curves"][1]["confirms"] = true;  // as a known camera's pattern does
    EXPECT_EQ(decide(judged(1, 1)), Decision::kLikelyAuthentic);
    EXPECT_FALSE(Calibration::parse([&] {
                     document["curves"][1]["confirms"] = "yes";
                     return document.dump();
                 }())
                     .ok());
}

TEST(Fusion, LittleAbsenceCountsAsItIs) {
    json document = minimal();
    document["curves"] = {curve("a", "pixels", -0.3, false)};
    EXPECT_DOUBLE_EQ(*judge(document, {finding("a", 1)}).llr, -0.3);
    EXPECT_TRUE(judge(document, {finding("a", 1)}).limits.empty());
}

TEST(Fusion, NoTraceOfAGeneratorCountsLessTheMoreSpeaksForAnEdit) {
    json document = minimal();
    document["groups"]["generators"] = {{"correlation", 0.5}, {"basis", "a test"}};
    document["curves"] = {curve("edit", "pixels", 2, false), curve("generator", "generators", 0.9, false)};
    document["curves"][1]["synthetic"] = true;
    document["curves"][1]["knots"] = {{-1, -0.3}, {1, 0.9}};
    const auto llr = [&](double edit, double generator) {
        return *judge(document, {finding("edit", edit), finding("generator", generator)}).llr;
    };
    EXPECT_NEAR(llr(0, -1), -0.3, 1e-12);
    EXPECT_NEAR(llr(0.5, -1), 1 - 0.3 / 10, 1e-12);
    EXPECT_NEAR(llr(0.5, 1), std::log10(10 + std::pow(10, 0.9) - 1), 1e-12) << "traces of both: either may be";
    double last = -1;
    for (double edit = 0; edit <= 1; edit += 0.01) {
        EXPECT_GT(llr(edit, -1), last);
        last = llr(edit, -1);
    }
}

TEST(Fusion, NoTraceOfAnEditCountsLessTheMoreSpeaksForAGenerator) {
    json document = minimal();
    document["groups"]["generators"] = {{"correlation", 0.5}, {"basis", "a test"}};
    document["curves"] = {curve("edit", "pixels", -0.4, false), curve("generator", "generators", 0.9, false)};
    document["curves"][1]["synthetic"] = true;
    const auto llr = [&](double edit, double generator, double together) {
        std::vector<Finding> findings = {finding("edit", edit), finding("generator", generator)};
        const TogetherEvidence evidence{together, {}};
        return *parsed(document).judge(findings, {}, 0.5, &evidence).llr;
    };
    EXPECT_NEAR(llr(1, 0, 0), -0.4, 1e-12);
    EXPECT_NEAR(llr(1, 1, 0), 0.9 - 0.4 * std::pow(10, -0.9), 1e-12);
    EXPECT_NEAR(llr(0, 1, -0.5), 0.9 - 0.5 * std::pow(10, -0.9), 1e-12)
        << "what is judged together is such absence, too";
    EXPECT_LT(llr(1, 1, -0.5), llr(1, 1, 0)) << "it still orders";
}

TEST(Fusion, WeakSuspicionsOfAnEditAndOfAGeneratorDoNotMakeAVerdict) {
    json document = minimal();
    document["groups"]["generators"] = {{"correlation", 0.5}, {"basis", "a test"}};
    document["curves"] = {curve("edit", "pixels", 0.6, false), curve("generator", "generators", 0.6, false)};
    document["curves"][1]["synthetic"] = true;
    const Judgement both = judge(document, {finding("edit", 1), finding("generator", 1)});
    EXPECT_EQ(decide(both), Decision::kInconclusive) << "an edit is no sign of a generator";
    EXPECT_GT(*both.llr, *judge(document, {finding("edit", 1)}).llr);
    document["curves"][1]["synthetic"] = false;
    EXPECT_EQ(decide(judge(document, {finding("edit", 1), finding("generator", 1)})), Decision::kLikelyManipulated)
        << "two independent signs of one thing do";
}

TEST(Fusion, WhatShowsACameraSpeaksAgainstEither) {
    json document = minimal();
    document["groups"]["generators"] = {{"correlation", 0.5}, {"basis", "a test"}};
    document["groups"]["sensor"] = {{"correlation", 0.5}, {"basis", "a test"}};
    document["curves"] = {curve("edit", "pixels", 2, false), curve("generator", "generators", 0.9, false),
                          curve("camera", "sensor", -0.3, false)};
    document["curves"][1]["synthetic"] = true;
    document["curves"][2]["confirms"] = true;
    for (const double edit : {0.0, 0.5}) {
        for (const double generator : {0.0, 1.0}) {
            const double without = *judge(document, {finding("edit", edit), finding("generator", generator)}).llr;
            EXPECT_NEAR(
                *judge(document, {finding("edit", edit), finding("generator", generator), finding("camera", 1)}).llr,
                without - 0.3, 1e-12);
        }
    }
}

TEST(Fusion, TrustedCredentialsMayDecideAndUntrustedOnesMayNot) {
    json document = minimal();
    json declared = curve("provenance.credentials", "marks", 0.8, true);
    declared["synthetic"] = true;
    declared["trusted_knots"] = {{0, -0.5}, {1, 2}};
    document["curves"] = {declared};
    const std::vector<Finding> findings = {finding("provenance.credentials", 1)};
    EXPECT_EQ(decide(judge(document, findings, 0.5, evidence::ProvenanceState::kValid)), Decision::kInconclusive);
    EXPECT_EQ(decide(judge(document, findings, 0.5, evidence::ProvenanceState::kTrusted)), Decision::kLikelySynthetic);
}

TEST(Fusion, VerdictFollowsThePrior) {
    json document = minimal();
    document["curves"] = {curve("a", "pixels", 1, false)};
    EXPECT_EQ(decide(judge(document, {finding("a", 1)}, 0.5)), Decision::kLikelyManipulated);
    EXPECT_EQ(decide(judge(document, {finding("a", 1)}, 0.2)), Decision::kInconclusive);
    EXPECT_EQ(decide(judge(document, {finding("a", 0)}, 0.05)), Decision::kLikelyAuthentic);
}

TEST(Fusion, SynthesisIsNamedOnlyWhereTheStrongestEvidenceSpeaksOfIt) {
    json document = minimal();
    json generated = curve("g", "pixels", 1, false);
    generated["synthetic"] = true;
    document["curves"] = {generated, curve("a", "pixels", 1.2, false)};
    EXPECT_TRUE(judge(document, {finding("g", 1), finding("a", 0.5)}).synthetic);
    EXPECT_FALSE(judge(document, {finding("g", 1), finding("a", 1)}).synthetic);
}

TEST(Fusion, WhatDidNotRunCountsForNothing) {
    json document = minimal();
    document["curves"] = {curve("a", "pixels", 1, false)};
    for (const Outcome outcome : {Outcome::kNotApplicable, Outcome::kFailed}) {
        const Judgement judgement = judge(document, {finding("a", 1, outcome)});
        EXPECT_FALSE(judgement.llr.has_value());
        EXPECT_FALSE(judgement.abstained);
        EXPECT_EQ(decide(judgement), Decision::kNotApplicable);
    }
    EXPECT_EQ(decide(judge(document, {})), Decision::kNotApplicable);
    const Judgement uncalibrated = judge(document, {finding("unknown", 1)});
    EXPECT_TRUE(uncalibrated.abstained);
    EXPECT_EQ(decide(uncalibrated), Decision::kInconclusive);
    const Judgement broken = judge(document, {finding("a", std::numeric_limits<double>::quiet_NaN())});
    EXPECT_FALSE(broken.llr.has_value());
    EXPECT_FALSE(broken.limits.empty());
}

TEST(CalibrationFile, RefusesWhatIsMalformed) {
    for (const char* text : {"", "null", "[]", "{", "{\"schema\": 1}", "\xff\xfe", "{\"a\": 1e999}"}) {
        EXPECT_FALSE(Calibration::parse(text).ok()) << text;
    }
    EXPECT_FALSE(Calibration::parse(std::string(100'000, '[')).ok());
    for (const char* key : {"schema", "version", "forgeable_cap", "groups", "curves"}) {
        json document = minimal();
        document.erase(key);
        refusal(document);
        document[key] = nullptr;
        refusal(document);
    }
}

TEST(CalibrationFile, RefusesCurvesThatCannotBeMeant) {
    const auto with_knots = [](const json& knots, bool forgeable = false) {
        json document = minimal();
        document["curves"] = {curve("a", "pixels", 0.5, forgeable)};
        document["curves"][0]["knots"] = knots;
        return document;
    };
    EXPECT_THAT(refusal(with_knots({{0, 0}, {1, 1}, {2, 0.5}})), HasSubstr("not monotone"));
    EXPECT_THAT(refusal(with_knots({{0, 0}, {0, 1}})), HasSubstr("have to rise"));
    EXPECT_THAT(refusal(with_knots({{0, 0}, {1, 3.5}})), HasSubstr("cap"));
    EXPECT_THAT(refusal(with_knots({{0, 0}, {1, 0.95}}, true)), HasSubstr("cap"));
    EXPECT_THAT(refusal(with_knots(json::array({json::array({0, 0})}))), HasSubstr("2 to 256"));
    EXPECT_THAT(refusal(with_knots({{0, 0}, {1, "1"}})), HasSubstr("[value, llr]"));
    EXPECT_TRUE(Calibration::parse(with_knots({{0, 0.5}, {1, 0.1}, {2, -0.2}}).dump()).ok())
        << "evidence for authentic falls";

    json twice = minimal();
    twice["curves"] = {curve("a", "pixels", 1, false), curve("a", "pixels", 1, false)};
    EXPECT_THAT(refusal(twice), HasSubstr("has a curve already"));
    json homeless = minimal();
    homeless["curves"] = {curve("a", "nowhere", 1, false)};
    EXPECT_THAT(refusal(homeless), HasSubstr("groups"));
    json loud = minimal();
    loud["forgeable_cap"] = 0.96;
    EXPECT_THAT(refusal(loud), HasSubstr("forgeable_cap"));
}

TEST(CalibrationFile, TheShippedOneIsValidAndHonestAboutItsOrigin) {
    const Result<Calibration> calibration = shipped_one();
    ASSERT_TRUE(calibration.ok()) << calibration.error().message;
    EXPECT_FALSE(calibration->curves().empty());
    for (const Calibration::Curve& shipped : calibration->curves()) {
        // By docs/adr/0004-fusion.md, which asks that its curve was fitted and not set by judgement.
        const bool may_decide = shipped.analyzer == "image.generated" || shipped.analyzer == "voice.synthetic";
        for (const Calibration::Knot& knot : shipped.knots) {
            EXPECT_LT(std::abs(knot.llr), may_decide ? 1.2 : 0.95) << shipped.analyzer << " may not decide alone";
        }
        const bool judged = shipped.fitted_on.rfind("set by judgement", 0) == 0;
        EXPECT_FALSE(judged && may_decide) << shipped.analyzer;
        EXPECT_TRUE(judged || shipped.fitted_on.find(" files") != std::string::npos)
            << shipped.analyzer << ": " << shipped.fitted_on;
    }
}

TEST(MostAuthentic, NoAnswerOfTheAnalyzersLeadsBelowIt) {
    json document = minimal();
    document["curves"] = {curve("a", "pixels", 1.5, false), curve("b", "pixels", -0.4, false),
                          curve("c", "marks", -0.3, true), curve("d", "pixels", 2, false)};
    document["curves"][3]["knots"] = {{0, -0.2}, {1, 2}};
    const Calibration calibration = parsed(document);
    const evidence::Provenance provenance;
    const Judgement bound =
        calibration.most_authentic({finding("a", 0.9), finding("b", 0.1), finding("c", 1), finding("d", 0.7)},
                                   {"a", "b", "d"}, provenance, 0.5, -0.25);
    ASSERT_TRUE(bound.llr);
    for (const double a : {0.0, 0.4, 1.0}) {
        for (const double b : {0.0, 0.6, 1.0}) {
            for (const double d : {0.0, 0.1, 1.0}) {
                for (const double together : {-0.25, 0.0, 1.0}) {
                    std::vector<Finding> findings = {finding("a", a), finding("b", b), finding("c", 1),
                                                     finding("d", d)};
                    const TogetherEvidence evidence{together, {"a"}};
                    EXPECT_GE(*calibration.judge(findings, provenance, 0.5, &evidence).llr, *bound.llr - 1e-12)
                        << a << " " << b << " " << d << " " << together;
                }
            }
        }
    }
    std::vector<Finding> least = {finding("a", 0), finding("b", 1), finding("c", 1), finding("d", 0)};
    const TogetherEvidence evidence{-0.25, {}};
    EXPECT_NEAR(*calibration.judge(least, provenance, 0.5, &evidence).llr, *bound.llr, 1e-12) << "the bound is reached";
}

TEST(MostAuthentic, TheAbsenceOfTracesAloneStaysShortOfAVerdict) {
    const Result<Calibration> shipped = shipped_one();
    ASSERT_TRUE(shipped.ok());
    std::vector<std::string_view> pixels;
    for (const Calibration::Curve& curve : shipped->curves()) {
        if (curve.analyzer.starts_with("image.")) {
            pixels.push_back(curve.analyzer);
        }
    }
    EXPECT_EQ(decide(shipped->most_authentic({}, pixels, {}, 0.5, -0.5)), Decision::kInconclusive);
    EXPECT_EQ(decide(shipped->most_authentic({}, pixels, {}, 0.1, -0.5)), Decision::kLikelyAuthentic);
}

}  // namespace
}  // namespace bonafide::fusion

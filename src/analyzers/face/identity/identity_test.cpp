#include "analyzers/face/identity/identity.h"

#include <gtest/gtest.h>

namespace bonafide::analyzers {
namespace {

constexpr double kLeastLlr = 1;

// Numbers that lie `distance` from those of another such call.
evidence::FaceNumbers numbers_at(double distance) {
    evidence::FaceNumbers numbers{};
    numbers[3] = static_cast<float>(distance);
    return numbers;
}

features::faces::Appearance seen(int track, std::initializer_list<double> distances) {
    features::faces::Appearance appearance;
    appearance.track = track;
    appearance.first_s = track;
    appearance.last_s = track + 0.5;
    for (const double distance : distances) {
        appearance.samples.push_back(numbers_at(distance));
        appearance.sample_s.push_back(track);
    }
    return appearance;
}

const features::ClaimedPerson kAnn{"Ann", {numbers_at(0), numbers_at(0.1)}, {}};

double measured(const analysis::Analysis& analysis, std::string_view name) {
    for (const auto& measurement : analysis.measurements) {
        if (measurement.name == name) {
            return measurement.value;
        }
    }
    ADD_FAILURE() << name << " was not measured";
    return 0;
}

TEST(MatchClaimed, NearestFirstAndOnlyThoseThatCanBeRecognised) {
    const auto matches = match_claimed({seen(0, {0.9, 1.1}), seen(1, {}), seen(2, {0.2})}, kAnn);
    ASSERT_EQ(matches.size(), 2U);
    EXPECT_EQ(matches[0].appearance.track, 2);
    EXPECT_NEAR(matches[0].distance, 0.15, 1e-6) << "the mean over both looks";
    EXPECT_FALSE(matches[0].worst);
    EXPECT_NEAR(matches[1].distance, 0.95, 1e-6);
    EXPECT_NEAR(matches[1].worst.value_or(0), 1.05, 1e-6);
    EXPECT_GT(matches[0].llr, 0);
    EXPECT_LT(matches[1].llr, 0);
}

TEST(JudgeClaimed, SaysWhoIsShownAndThatItProvesNothing) {
    const auto same = judge_claimed(match_claimed({seen(0, {0.2})}, kAnn), 0, kAnn, kLeastLlr);
    EXPECT_NE(same.explanation.find("is probably that of 'Ann'"), std::string::npos) << same.explanation;
    EXPECT_NE(same.explanation.find("does not make it genuine"), std::string::npos);
    EXPECT_EQ(measured(same, "looks"), 2);
    const auto other = judge_claimed(match_claimed({seen(0, {1.2, 1.3})}, kAnn), 0, kAnn, kLeastLlr);
    EXPECT_NE(other.explanation.find("is probably not that of 'Ann'"), std::string::npos) << other.explanation;
    EXPECT_NEAR(measured(other, "drift"), 0.1, 1e-6);
    EXPECT_GT(measured(other, "farthest_moment"), measured(other, "distance"));
    const auto open = judge_claimed(match_claimed({seen(0, {0.62})}, kAnn), 0, kAnn, 2);
    EXPECT_NE(open.explanation.find("stays open"), std::string::npos) << open.explanation;
}

TEST(JudgeClaimed, EveryFaceOfAGroupIsListed) {
    const auto group = judge_claimed(match_claimed({seen(0, {1.2}), seen(1, {0.1})}, kAnn), 3, kAnn, kLeastLlr);
    EXPECT_NE(group.explanation.find("The nearest of 2 faces"), std::string::npos) << group.explanation;
    ASSERT_EQ(group.observations.size(), 2U);
    EXPECT_EQ(group.observations[0].where.start_s, 1) << "the nearest first";
    EXPECT_EQ(measured(group, "faces"), 2);
}

TEST(JudgeClaimed, NobodyToRecogniseIsNoAnswer) {
    EXPECT_EQ(judge_claimed({}, 0, kAnn, kLeastLlr).outcome, evidence::Outcome::kNotApplicable);
    const auto small = judge_claimed(match_claimed({seen(0, {})}, kAnn), 1, kAnn, kLeastLlr);
    EXPECT_EQ(small.outcome, evidence::Outcome::kNotApplicable);
    EXPECT_NE(small.reason.find("large enough"), std::string::npos) << small.reason;
}

}  // namespace
}  // namespace bonafide::analyzers

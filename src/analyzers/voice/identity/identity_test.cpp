#include "analyzers/voice/identity/identity.h"

#include <gtest/gtest.h>

#include <cmath>

namespace bonafide::analyzers {
namespace {

namespace speaker = features::speaker;

constexpr double kLeastLlr = 1;

// Of length 1, with `cosine` to the numbers of the voice that is claimed.
evidence::VoiceNumbers numbers_at(double cosine) {
    evidence::VoiceNumbers numbers{};
    numbers[3] = static_cast<float>(cosine);
    numbers[9] = static_cast<float>(std::sqrt(1 - cosine * cosine));
    return numbers;
}

speaker::Voice heard(double start_s, std::initializer_list<double> cosines) {
    speaker::Voice voice;
    for (const double cosine : cosines) {
        voice.moments.push_back({start_s, start_s + 4, 3, 40, 8000, numbers_at(cosine)});
        start_s += 2;
    }
    voice.numbers = speaker::mean_of(voice.moments);
    return voice;
}

const features::ClaimedPerson kAnn{"Ann", {}, {numbers_at(1), numbers_at(1)}};

double measured(const std::vector<evidence::Measurement>& measurements, std::string_view name) {
    for (const auto& measurement : measurements) {
        if (measurement.name == name) {
            return measurement.value;
        }
    }
    ADD_FAILURE() << name << " was not measured";
    return 0;
}

TEST(MatchVoices, NearestFirst) {
    const auto matches = match_voices({heard(0, {0.5, 0.6}), heard(20, {0.9, 0.8})}, kAnn);
    ASSERT_EQ(matches.size(), 2U);
    EXPECT_NEAR(matches[0].distance, 0.15, 1e-6) << "the mean over its moments";
    EXPECT_NEAR(matches[1].distance, 0.45, 1e-6);
    EXPECT_GT(matches[0].llr, 0);
    EXPECT_LT(matches[1].llr, 0);
}

TEST(JudgeVoices, SaysWhoIsHeardAndThatItProvesNothing) {
    const auto same = judge_voices(match_voices({heard(0, {0.9, 0.9})}, kAnn), kAnn, kLeastLlr);
    EXPECT_NE(same.explanation.find("sounds like that of 'Ann'"), std::string::npos) << same.explanation;
    EXPECT_NE(same.explanation.find("does not make it genuine"), std::string::npos);
    EXPECT_EQ(measured(same.measurements, "recordings"), 2);
    EXPECT_NEAR(measured(same.measurements, "spread"), 0, 1e-6);
    EXPECT_TRUE(same.observations.empty());
    const auto other = judge_voices(match_voices({heard(0, {0.5})}, kAnn), kAnn, kLeastLlr);
    EXPECT_NE(other.explanation.find("does not sound like that of 'Ann'"), std::string::npos) << other.explanation;
    const auto open = judge_voices(match_voices({heard(0, {0.675})}, kAnn), kAnn, kLeastLlr);
    EXPECT_NE(open.explanation.find("cannot be told"), std::string::npos) << open.explanation;
}

TEST(JudgeVoices, SeveralVoicesAreToldInTheOrderTheySpeak) {
    // Ann from 10 s on and once more from 40 s; somebody else before.
    speaker::Voice ann = heard(10, {0.9, 0.9});
    for (const speaker::Moment& later : heard(40, {0.8}).moments) {
        ann.moments.push_back(later);
    }
    ann.numbers = speaker::mean_of(ann.moments);
    const auto talk = judge_voices(match_voices({heard(0, {0.4, 0.4, 0.4}), ann}, kAnn), kAnn, kLeastLlr);
    EXPECT_NE(talk.explanation.find("The nearest of 2 voices sounds like"), std::string::npos) << talk.explanation;
    EXPECT_EQ(measured(talk.measurements, "moments"), 6);
    ASSERT_EQ(talk.observations.size(), 3U);
    EXPECT_EQ(talk.observations[0].where.start_s, 0);
    EXPECT_EQ(talk.observations[0].where.end_s, 8);
    EXPECT_NE(talk.observations[0].explanation.find("does not sound like 'Ann'"), std::string::npos);
    EXPECT_EQ(talk.observations[1].where.start_s, 10);
    EXPECT_EQ(talk.observations[2].where.start_s, 40);
    EXPECT_NEAR(measured(talk.observations[2].measurements, "voice_distance"), 0.2, 1e-6);
}

}  // namespace
}  // namespace bonafide::analyzers

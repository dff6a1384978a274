#include "evidence/same_voice.h"

#include "evidence/identity_words.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace bonafide::evidence {
namespace {

VoiceNumbers direction(std::size_t first, double share) {
    VoiceNumbers numbers{};
    numbers[first] = static_cast<float>(std::sqrt(share));
    numbers[first + 1] = static_cast<float>(std::sqrt(1 - share));
    return numbers;
}

TEST(SameVoice, DistanceIsOneLessTheCosine) {
    const VoiceNumbers a = direction(0, 1), b = direction(0, 0.25), c = direction(4, 1);
    EXPECT_NEAR(voice_distance(a, a), 0, 1e-6);
    EXPECT_NEAR(voice_distance(a, b), 0.5, 1e-6);
    EXPECT_NEAR(voice_distance(b, a), 0.5, 1e-6);
    EXPECT_NEAR(voice_distance(a, c), 1, 1e-6);
}

TEST(SameVoice, RatioFallsWithTheDistanceAndKeepsItsBounds) {
    EXPECT_DOUBLE_EQ(same_voice_llr(0), kMostSameVoiceLlr);
    EXPECT_DOUBLE_EQ(same_voice_llr(1), -kMostSameVoiceLlr);
    EXPECT_GT(same_voice_llr(0.25), 1) << "half of one person's pairs lie below 0.18";
    EXPECT_LT(same_voice_llr(0.45), -1) << "half of the pairs of two people lie above 0.48";
    double before = kMostSameVoiceLlr;
    for (double distance = 0; distance <= 1; distance += 0.05) {
        EXPECT_LE(same_voice_llr(distance), before);
        before = same_voice_llr(distance);
    }
}

TEST(SameVoice, OnlyPlausibleNumbersCount) {
    EXPECT_TRUE(are_voice_numbers(direction(0, 0.5)));
    EXPECT_FALSE(are_voice_numbers(VoiceNumbers{}));
    VoiceNumbers numbers = direction(0, 0.5);
    for (const float bad : {-0.1F, 1.5F, std::numeric_limits<float>::infinity(), std::nanf("")}) {
        numbers[7] = bad;
        EXPECT_FALSE(are_voice_numbers(numbers)) << bad;
    }
}

TEST(IdentityWords, NameTheLikelierKindFirst) {
    EXPECT_EQ(distance_in_words(2, "one", "two"),
              "a distance like this is 100 times more likely between one than between two");
    EXPECT_EQ(distance_in_words(-0.3, "one", "two"),
              "a distance like this is 2.0 times more likely between two than between one");
    EXPECT_EQ(distance_in_words(0, "one", "two"),
              "a distance like this is 1.0 times as likely between one than between two");
    EXPECT_EQ(in_digits(0.125, 2), "0.12");
}

}  // namespace
}  // namespace bonafide::evidence

#include "features/voice/turns.h"

#include "fixtures/sound.h"
#include "fixtures/voice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace bonafide::features::voice {
namespace {

using testing::Each;
using testing::Le;

std::vector<Frame> frames_of(std::span<const float> samples) {
    std::vector<Frame> frames;
    FrameStream stream;
    stream.add(samples, [&](const Frame& frame) { frames.push_back(frame); });
    return frames;
}

/// Turns, neighbours of one voice joined, by what the voices are at the end.
std::vector<Turn> turns_of(std::span<const float> samples) {
    std::vector<Turn> turns;
    TurnStream stream([&](const Turn& turn) {
        EXPECT_EQ(turn.start_s, turns.empty() ? 0 : turns.back().end_s);
        EXPECT_GT(turn.end_s, turn.start_s);
        turns.push_back(turn);
    });
    for (const Frame& frame : frames_of(samples)) {
        stream.add(frame);
    }
    stream.finish();
    const std::vector<std::size_t> voices = stream.voices();
    std::vector<Turn> joined;
    for (const Turn& turn : turns) {
        const std::size_t voice = voices.at(turn.voice);
        if (!joined.empty() && joined.back().voice == voice) {
            joined.back().end_s = turn.end_s;
        } else {
            joined.push_back({turn.start_s, turn.end_s, voice});
        }
    }
    return joined;
}

std::vector<float> voice(double duration_s, std::uint64_t seed, double pitch = 1, double formants = 1) {
    return fixtures::make_voice({duration_s, seed, 0, -70, pitch, formants}).channels.front();
}

std::vector<float> ann(double duration_s, std::uint64_t seed) {
    return voice(duration_s, seed, 1.7, 1.2);
}

std::vector<float> bob(double duration_s, std::uint64_t seed) {
    return voice(duration_s, seed, 0.9, 0.95);
}

void append(std::vector<float>& samples, const std::vector<float>& more, float gain = 1) {
    std::transform(more.begin(), more.end(), std::back_inserter(samples),
                   [gain](float sample) { return gain * sample; });
}

TEST(Turns, HearsWhoSpeaksWhen) {
    std::vector<float> samples;
    append(samples, ann(8, 1));
    append(samples, bob(6, 2));
    append(samples, ann(7, 3));
    append(samples, bob(9, 4));
    const std::vector<Turn> turns = turns_of(samples);
    ASSERT_EQ(turns.size(), 4U);
    EXPECT_NEAR(turns[0].end_s, 8, 1);
    EXPECT_NEAR(turns[1].end_s, 14, 1);
    EXPECT_NEAR(turns[2].end_s, 21, 1);
    EXPECT_NEAR(turns[3].end_s, 30, 0.1);
    EXPECT_EQ(turns[0].voice, turns[2].voice);
    EXPECT_EQ(turns[1].voice, turns[3].voice);
}

TEST(Turns, NeitherPausesNorLoudnessMakeAnotherVoice) {
    std::vector<float> samples;
    append(samples, ann(10, 1));
    append(samples, std::vector<float>(48'000, 0.0F));
    append(samples, ann(10, 2), 0.2F);
    append(samples, std::vector<float>(32'000, 0.0F));
    append(samples, ann(20, 3));
    const std::vector<Turn> turns = turns_of(samples);
    ASSERT_EQ(turns.size(), 1U);
    EXPECT_NEAR(turns[0].end_s, 45, 0.1);
}

TEST(Turns, ALongSpeechIsOneTurn) {
    EXPECT_EQ(turns_of(ann(150, 5)).size(), 1U);
}

TEST(Turns, HearsNobodyWhereNothingIsVoiced) {
    EXPECT_TRUE(turns_of({}).empty());
    EXPECT_TRUE(turns_of(std::vector<float>(300, 0.1F)).empty());
    EXPECT_TRUE(turns_of(std::vector<float>(80'000, 0.0F)).empty());
    EXPECT_TRUE(turns_of(fixtures::make_sound(fixtures::SoundKind::kNoise, 16'000, 10, 1).channels.front()).empty());
}

TEST(Turns, KnowsBoundedlyManyVoices) {
    TurnStream stream([](const Turn& turn) { EXPECT_LT(turn.voice, TurnStream::kMostPreliminary); });
    for (std::uint64_t each = 0; each < 40; ++each) {
        const double pitch = 0.7 + 0.03 * static_cast<double>(each * 7 % 40);
        const double formants = 0.8 + 0.015 * static_cast<double>(each * 11 % 40);
        for (const Frame& frame : frames_of(voice(4, each, pitch, formants))) {
            stream.add(frame);
        }
    }
    stream.finish();
    const std::vector<std::size_t> voices = stream.voices();
    EXPECT_LE(voices.size(), TurnStream::kMostPreliminary);
    EXPECT_GT(voices.size(), 3U);
    EXPECT_THAT(voices, Each(Le(TurnStream::kMostVoices - 1)));
}

VoiceSums drawn(std::mt19937& random, int count, double mean) {
    std::normal_distribution<double> normal(0, 1);
    VoiceSums sums;
    for (int i = 0; i < count; ++i) {
        std::array<double, kTurnNumbers> numbers{};
        std::generate(numbers.begin(), numbers.end(), [&] { return mean + normal(random); });
        sums.add(numbers);
    }
    return sums;
}

TEST(VoiceSums, TellsTwoDistributionsFromOne) {
    std::mt19937 random(1);
    const VoiceSums a = drawn(random, 400, 0), same = drawn(random, 300, 0), other = drawn(random, 300, 1);
    EXPECT_LT(difference(a, same, 1), 0);
    EXPECT_GT(difference(a, other, 1), 0);
    EXPECT_GT(difference(a, other, 1), difference(a, other, 2));
    EXPECT_EQ(difference({}, {}, 1), 0);
    EXPECT_NEAR(a.log_determinant(), 0, 0.5);
    VoiceSums both = a;
    both.add(other);
    EXPECT_EQ(both.count(), 700);
    EXPECT_EQ(both.at_most(70).count(), 70);
    EXPECT_NEAR(both.at_most(70).log_determinant(), both.log_determinant(), 1e-9);
    EXPECT_EQ(both.at_most(7000).count(), 700);
}

TEST(VoiceSums, StaysFiniteWhereNothingVaries) {
    VoiceSums still;
    for (int i = 0; i < 50; ++i) {
        still.add({1e6, -1e6, 3});
    }
    EXPECT_TRUE(std::isfinite(still.log_determinant()));
    EXPECT_TRUE(std::isfinite(difference(still, still, 1)));
    EXPECT_EQ(VoiceSums().log_determinant(), 0);
}

}  // namespace
}  // namespace bonafide::features::voice

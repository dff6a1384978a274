#include "analyzers/voice/synthetic/voices.h"

#include "analyzers/voice/synthetic/words.h"
#include "fixtures/voice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <utility>
#include <vector>

namespace bonafide::analyzers::voice {
namespace {

using testing::HasSubstr;

JudgedVoice voice_of_score(double score, std::int64_t windows = 1) {
    JudgedVoice voice;
    voice.sums.windows = windows;
    voice.sums.log_odds = score * static_cast<double>(windows);
    return voice;
}

TEST(Voices, OneAmongMoreSaysLess) {
    const JudgedVoice high = voice_of_score(4), low = voice_of_score(-9), higher = voice_of_score(900, 7);
    const auto of = [](std::vector<JudgedVoice> voices) { return any_of(voices); };
    EXPECT_EQ(of({high}), 4);
    EXPECT_NEAR(of({low, high}), 4 - std::log(2) - 0.5, 1e-5);
    EXPECT_NEAR(of({low, high, low}), 4 - std::log(3) - 0.5, 1e-5);
    EXPECT_NEAR(of({high, high}), 4 - 0.5, 1e-9);
    EXPECT_NEAR(of({higher, low}), 900 - std::log(2) - 0.5, 1e-9);
}

std::vector<features::voice::Frame> frames_of(const fixtures::VoiceOptions& options) {
    std::vector<features::voice::Frame> frames;
    features::voice::FrameStream stream;
    stream.add(fixtures::make_voice(options).channels.front(),
               [&](const features::voice::Frame& frame) { frames.push_back(frame); });
    return frames;
}

TEST(Voices, KeepsFewTurnsOfALongConversation) {
    const std::array<std::vector<features::voice::Frame>, 2> speech = {frames_of({6, 1, 0, -70, 1.7, 1.2}),
                                                                       frames_of({6, 2, 0, -70, 0.9, 0.95})};
    Voices voices;
    double at_s = 0;
    constexpr std::size_t kTurns = Voices::kMostTurns + 100;
    for (std::size_t turn = 0; turn < kTurns; ++turn) {
        voices.hear(speech[turn % 2]);
        const double end_s = at_s + 0.01 * static_cast<double>(speech[turn % 2].size());
        Score score;
        score.log_odds = turn % 2 == 0 ? 5 : -5;
        voices.take(at_s + 1, at_s + 5, score);
        at_s = end_s;
    }
    voices.finish();
    const std::vector<JudgedVoice> found = voices.found();
    ASSERT_EQ(found.size(), 2U);
    EXPECT_NEAR(found[0].sums.score(), 5, 0.1);
    EXPECT_NEAR(found[1].sums.score(), -5, 0.1);
    EXPECT_NEAR(static_cast<double>(found[0].sums.windows + found[1].sums.windows), kTurns, 5);
    EXPECT_TRUE(voices.dropped_turns());
    EXPECT_LE(found[0].turns.size() + found[1].turns.size(), Voices::kMostTurns);
    EXPECT_GE(found[0].turns.size(), kTurns / 2 - 5) << "the suspicious are kept";
}

TEST(Voices, WindowsAcrossTwoTurnsCountToNeither) {
    const auto ann = frames_of({8, 1, 0, -70, 1.7, 1.2}), bob = frames_of({8, 2, 0, -70, 0.9, 0.95});
    Voices voices;
    voices.hear(ann);
    voices.hear(bob);
    Score score;
    for (const double start_s : {1.0, 2.0, 3.0, 6.0, 9.0, 10.0, 11.0}) {
        voices.take(start_s, start_s + 4, score);
    }
    voices.finish();
    const std::vector<JudgedVoice> found = voices.found();
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].sums.windows, 3);
    EXPECT_EQ(found[1].sums.windows, 3);
}

TEST(Voices, NamesThemInWords) {
    std::vector<JudgedVoice> voices = {voice_of_score(3, 14), voice_of_score(2, 5), voice_of_score(-2, 5)};
    voices[0].turns = {{8.2, 21.9, 0, 9, 30}, {3700, 3725, 0, 5, 12}};
    voices[1].turns = {{22, 30, 1, 5, 10}};
    EXPECT_EQ(voices_in_words(voices, 2.5, false),
              "One of the three voices (0:08 to 0:21, and 1 more turn) is like synthetic speech, in the mean of 14 "
              "windows of up to four seconds. The others are like recorded speech.");
    EXPECT_THAT(voices_in_words(voices, 1, true), HasSubstr("Two of the three voices (most of all that of 0:08 to "
                                                            "0:21, and many more turns) are like synthetic speech"));
    EXPECT_THAT(voices_in_words(voices, -3, false), testing::StartsWith("All three voices (most"));
    voices.pop_back();
    EXPECT_THAT(voices_in_words(voices, 1, false), testing::StartsWith("Both voices (most"));
    std::swap(voices[0], voices[1]);
    voices[0].sums.log_odds = 50;
    EXPECT_THAT(voices_in_words(voices, 4, false), HasSubstr("(0:22 to 0:30) is"));
    voices[0].turns[0].start_s = 3700;
    EXPECT_THAT(voices_in_words(voices, 4, false), HasSubstr("1:01:40 to"));
}

TEST(Voices, SayInWhichBandACueSpeaks) {
    std::array<double, kCues> cues{};
    Rates rates{};
    rates[3] = 5;
    BandTraces traces;
    for (auto& bands : traces) {
        bands.fill(1.5);
    }
    traces[3][4] = 2.6;
    traces[3][5] = 3.5;
    traces[3][8] = 2.0;  // less than half as clear
    const auto band_of = [&](Cue cue) {
        cues.fill(0);
        cues[static_cast<std::size_t>(cue)] = 1;
        return loudest_band(cues, rates, traces);
    };
    ASSERT_TRUE(band_of(Cue::kFrameRate).has_value());
    EXPECT_EQ(band_of(Cue::kFrameRate)->lowest_hz, 3250);
    EXPECT_EQ(band_of(Cue::kFrameRate)->highest_hz, 4250);
    EXPECT_EQ(band_of(Cue::kHighMotion)->lowest_hz, 4000);
    EXPECT_FALSE(band_of(Cue::kMotion).has_value());
    EXPECT_FALSE(band_of(Cue::kRoughness).has_value());
}

}  // namespace
}  // namespace bonafide::analyzers::voice

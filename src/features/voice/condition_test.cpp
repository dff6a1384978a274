#include "features/voice/condition.h"

#include "fixtures/voice.h"

#include <gtest/gtest.h>

#include <cmath>

namespace bonafide::features::voice {
namespace {

Condition condition_in(const fixtures::Sound& sound) {
    std::vector<Frame> frames;
    FrameStream stream;
    stream.add(sound.channels.front(), [&](const Frame& frame) { frames.push_back(frame); });
    return condition_of(frames);
}

TEST(VoiceCondition, KnowsSpeechFromTheRest) {
    using fixtures::SoundKind;
    for (const std::uint64_t seed : {1U, 2U, 3U, 4U}) {
        EXPECT_EQ(content_of(condition_in(fixtures::make_voice({4, seed}))), Content::kSpeech) << seed;
        EXPECT_EQ(content_of(condition_in(fixtures::make_voice({4, seed, 1}))), Content::kSpeech) << seed;
        EXPECT_NE(content_of(condition_in(fixtures::make_music(4, seed))), Content::kSpeech) << seed;
        EXPECT_EQ(content_of(condition_in(fixtures::make_sound(SoundKind::kTones, 16'000, 4, seed))), Content::kSteady);
        EXPECT_EQ(content_of(condition_in(fixtures::make_sound(SoundKind::kNoise, 16'000, 4, seed))), Content::kNoise);
    }
    EXPECT_EQ(content_of(condition_in({16'000, {std::vector<float>(64'000, 0.0F)}})), Content::kSilence);
}

TEST(VoiceCondition, MeasuresTheSignalToNoiseRatio) {
    double last_db = 100;
    for (const double noise_db : {-80.0, -60.0, -50.0, -40.0, -30.0}) {
        const double found_db = condition_in(fixtures::make_voice({4, 1, 0, noise_db})).snr_db;
        EXPECT_LT(found_db, last_db) << noise_db;
        last_db = found_db;
    }
    EXPECT_LT(last_db, 20);
}

TEST(VoiceCondition, FindsTheEndOfANarrowBand) {
    fixtures::Sound sound = fixtures::make_voice({4, 2});
    EXPECT_GT(condition_in(sound).bandwidth_hz, 6000);
    fixtures::low_pass(sound, 3400);
    EXPECT_NEAR(condition_in(sound).bandwidth_hz, 3500, 300);
}

TEST(VoiceCondition, FindsThePitch) {
    std::vector<float> pulses(kFrameSamples);
    for (std::size_t i = 0; i < pulses.size(); i += 128) {
        pulses[i] = 1;
    }
    const Frame frame = analyse_frame(pulses);
    EXPECT_NEAR(frame.pitch_hz, 125, 1);
    EXPECT_GT(frame.periodicity, 0.8);
    EXPECT_EQ(analyse_frame(std::vector<float>(kFrameSamples, 0.5F)).pitch_hz, 0);
}

TEST(VoiceCondition, IsFiniteOnNothing) {
    EXPECT_EQ(condition_of({}).snr_db, 0);
    const Condition silent = condition_in({16'000, {std::vector<float>(16'000, 0.0F)}});
    for (const double value : {silent.level_db, silent.snr_db, silent.bandwidth_hz, silent.pitch_spread}) {
        EXPECT_TRUE(std::isfinite(value));
    }
}

}  // namespace
}  // namespace bonafide::features::voice

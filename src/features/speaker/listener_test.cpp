#include "features/speaker/listener.h"

#include "features/speaker/voices.h"
#include "fixtures/sound.h"
#include "fixtures/voice.h"

#include <gtest/gtest.h>

#include <cmath>

namespace bonafide::features::speaker {
namespace {

namespace fx = fixtures;

Encoder encoder() {
    const std::string folder = BONAFIDE_SOURCE_DIR "/models";
    const auto models = infer::ModelStore::open(folder + "/manifest.json", {folder}, "");
    ENSURE(models.ok());
    auto opened = Encoder::open(*models, {});
    ENSURE(opened.ok());
    return std::move(*opened);
}

fx::Sound spoken(double duration_s, std::uint64_t seed) {
    fx::VoiceOptions options;
    options.duration_s = duration_s;
    options.seed = seed;
    return fx::make_voice(options);
}

std::vector<Moment> heard_in(const fx::Sound& sound, std::size_t block = 1024) {
    Listener listener(encoder());
    const std::span<const float> samples = sound.channels.front();
    for (std::size_t at = 0; at < samples.size(); at += block) {
        EXPECT_TRUE(listener.add(samples.subspan(at, std::min(block, samples.size() - at))).ok());
    }
    EXPECT_TRUE(listener.finish().ok());
    return listener.moments();
}

std::string why_nothing(const fx::Sound& sound) {
    Listener listener(encoder());
    EXPECT_TRUE(listener.add(sound.channels.front()).ok());
    EXPECT_TRUE(listener.finish().ok());
    EXPECT_TRUE(listener.moments().empty());
    return listener.why_nothing();
}

TEST(Listener, HearsTheSameWhateverTheBlocks) {
    const fx::Sound sound = spoken(9, 1);
    const std::vector<Moment> one = heard_in(sound, 1'000'000), other = heard_in(sound, 777);
    ASSERT_GE(one.size(), 2U);
    ASSERT_EQ(one.size(), other.size());
    for (std::size_t i = 0; i < one.size(); ++i) {
        EXPECT_EQ(one[i].start_s, other[i].start_s);
        EXPECT_EQ(one[i].numbers, other[i].numbers);
        EXPECT_TRUE(evidence::are_voice_numbers(one[i].numbers));
        EXPECT_GE(one[i].speech_s, 1.6);
    }
}

TEST(Listener, KeepsABoundedNumberOfMomentsEverWiderApart) {
    const std::vector<Moment> moments = heard_in(spoken(300, 2));
    EXPECT_LE(moments.size(), Listener::kMostMoments);
    EXPECT_GE(moments.size(), Listener::kMostMoments / 2);
    EXPECT_LT(moments.front().start_s, 10);
    EXPECT_GT(moments.back().end_s, 280);
    for (std::size_t i = 1; i < moments.size(); ++i) {
        EXPECT_GE(moments[i].start_s - moments[i - 1].start_s, 4 - 0.01) << "at least twice the first spacing";
    }
}

TEST(Listener, SaysWhyNobodyIsHeard) {
    fx::Sound silence = spoken(5, 3), narrow = spoken(6, 4);
    fx::make_digital_silence(silence, 0, 5);
    fx::low_pass(narrow, 3400);
    EXPECT_EQ(why_nothing(silence), "no speech found: silence");
    EXPECT_EQ(why_nothing(fx::make_sound(fx::SoundKind::kTones, 16000, 5, 5)), "no speech found: steady sound");
    EXPECT_EQ(why_nothing(fx::make_sound(fx::SoundKind::kNoise, 16000, 5, 5)), "no speech found: noise");
    EXPECT_NE(why_nothing(fx::make_music(6, 5)).find("no speech"), std::string::npos);
    EXPECT_NE(why_nothing(narrow).find("telephone"), std::string::npos);
    EXPECT_NE(why_nothing(spoken(0.3, 6)).find("too short"), std::string::npos);
}

// Numbers of length 1 that agree in part with those of the same group.
std::vector<Moment> moments_of(std::initializer_list<int> groups) {
    std::vector<Moment> moments;
    std::size_t own = 100;
    for (const int group : groups) {
        Moment moment;
        moment.start_s = 2.0 * static_cast<double>(moments.size());
        moment.end_s = moment.start_s + 4;
        moment.speech_s = 3;
        moment.numbers[static_cast<std::size_t>(group)] = 0.9F;
        moment.numbers[50] = 0.2F;
        moment.numbers[own++] = std::sqrt(1 - 0.81F - 0.04F);
        moments.push_back(moment);
    }
    return moments;
}

TEST(VoicesOf, OneVoiceStaysOneAndSeveralAreTold) {
    EXPECT_TRUE(voices_of({}).empty());
    const auto one = voices_of(moments_of({3, 3, 3, 3, 3}));
    ASSERT_EQ(one.size(), 1U);
    EXPECT_NEAR(one[0].spread().value_or(0), 0.15, 1e-5);
    EXPECT_FALSE(voices_of(moments_of({3}))[0].spread());
    const auto three = voices_of(moments_of({3, 8, 3, 5, 8, 3, 5, 8, 3}));
    ASSERT_EQ(three.size(), 3U);
    EXPECT_EQ(three[0].moments.size(), 4U) << "who is heard longest comes first";
    EXPECT_EQ(three[0].moments[1].start_s, 4);
    EXPECT_EQ(three[1].moments.size(), 3U);
    EXPECT_EQ(three[2].moments.size(), 2U);
    EXPECT_EQ(voices_of(moments_of({3, 3, 3, 8})).size(), 1U) << "a single moment is not told apart";
}

}  // namespace
}  // namespace bonafide::features::speaker

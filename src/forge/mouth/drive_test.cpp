// What moves the mouth: vowels of known formants, dips and silence, and movements of known people.
#include "fixtures/voice.h"
#include "forge/mouth/formants.h"
#include "forge/mouth/from_clip.h"
#include "forge/mouth/from_sound.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <numbers>
#include <random>

namespace bonafide::forge {
namespace {

using testing::HasSubstr;

constexpr double kRate_hz = 16'000;
constexpr double kPitch_hz = 110;

/// Mean vowels of men by Peterson and Barney, with one formant more.
struct Vowel {
    std::array<double, 4> formants_hz;
};
constexpr Vowel kEe{{270, 2290, 3010, 3600}}, kAh{{730, 1090, 2440, 3400}}, kOo{{300, 870, 2240, 3400}};

std::vector<float> spoken(const Vowel& vowel, double duration_s, float amplitude = 0.3F) {
    std::vector<float> samples(static_cast<std::size_t>(duration_s * kRate_hz));
    for (std::size_t i = 0; i < samples.size(); i += static_cast<std::size_t>(kRate_hz / kPitch_hz)) {
        samples[i] = 1;
    }
    float source = 0;
    for (float& sample : samples) {  // a voice falls by 12 dB an octave, and lips give back six
        source = 0.95F * source + sample;
        sample = source;
    }
    for (const double centre_hz : vowel.formants_hz) {
        const double radius = std::exp(-std::numbers::pi * 80 / kRate_hz);
        const auto turn = static_cast<float>(2 * radius * std::cos(2 * std::numbers::pi * centre_hz / kRate_hz));
        const auto keep = static_cast<float>(radius * radius);
        float last = 0, before = 0;
        for (float& sample : samples) {
            sample = (1 - turn + keep) * sample + turn * last - keep * before;
            before = last;
            last = sample;
        }
    }
    float peak = 0;
    for (const float sample : samples) {
        peak = std::max(peak, std::abs(sample));
    }
    for (float& sample : samples) {
        sample *= amplitude / peak;
    }
    return samples;
}

std::vector<float> hiss(double duration_s) {
    std::mt19937 random(1);
    std::normal_distribution<float> normal(0, 0.05F);
    std::vector<float> samples(static_cast<std::size_t>(duration_s * kRate_hz));
    float last = 0;
    for (float& sample : samples) {
        const float fresh = normal(random);
        sample = fresh - last;
        last = fresh;
    }
    return samples;
}

std::vector<float> joined(const std::vector<std::vector<float>>& parts) {
    std::vector<float> all;
    for (const auto& part : parts) {
        all.insert(all.end(), part.begin(), part.end());
    }
    return all;
}

std::unique_ptr<SpeechListener> heard(const std::vector<float>& samples) {
    auto listener = std::make_unique<SpeechListener>();
    for (std::size_t start = 0; start < samples.size(); start += 1000) {
        listener->add(std::span(samples).subspan(start, std::min<std::size_t>(1000, samples.size() - start)));
    }
    listener->finish();
    return listener;
}

MouthCurve said(const std::vector<float>& samples) {
    return mouth_saying(heard(samples)->frames());
}

TEST(Formants, AreFoundWhereTheyAre) {
    for (const Vowel& vowel : {kEe, kAh, kOo}) {
        const std::vector<float> samples = spoken(vowel, 0.2);
        const Formants found = formants_of(std::span(samples).subspan(1600, features::voice::kFrameSamples));
        EXPECT_NEAR(found[0], vowel.formants_hz[0], 60);
        EXPECT_NEAR(found[1], vowel.formants_hz[1], 100);
        EXPECT_NEAR(found[2], vowel.formants_hz[2], 150);
    }
    const std::vector<float> silence(features::voice::kFrameSamples);
    EXPECT_EQ(formants_of(silence)[0], 0);
}

TEST(MouthSaying, ShapesVowelsAsMouthsDo) {
    const MouthShape ee = said(spoken(kEe, 0.5)).at(0.25), ah = said(spoken(kAh, 0.5)).at(0.25),
                     oo = said(spoken(kOo, 0.5)).at(0.25);
    EXPECT_GT(ah.opening, 0.8F);
    EXPECT_LT(ee.opening, 0.35F);
    EXPECT_LT(oo.opening, 0.35F);
    EXPECT_GT(ee.opening, 0.05F);
    EXPECT_GT(ee.width, 0.5F);
    EXPECT_LT(oo.width, -0.5F);
    EXPECT_NEAR(ah.width, 0, 0.3);
}

TEST(MouthSaying, IsAtRestInSilence) {
    const MouthCurve silent = said(std::vector<float>(16'000));
    ASSERT_GT(silent.shapes().size(), 90U);
    for (const MouthShape& shape : silent.shapes()) {
        ASSERT_EQ(shape.opening, 0);
        ASSERT_EQ(shape.width, 0);
    }
    const std::vector<float> pause(8'000);
    const MouthCurve curve = said(joined({spoken(kAh, 0.4), pause, spoken(kAh, 0.4)}));
    EXPECT_GT(curve.at(0.2).opening, 0.8F);
    EXPECT_LT(curve.at(0.65).opening, 0.02F);
    EXPECT_GT(curve.at(1.1).opening, 0.8F);
    EXPECT_NEAR(curve.duration_s(), 1.3, 0.03);
    EXPECT_EQ(curve.at(5).opening, 0);
    EXPECT_EQ(curve.at(-1).opening, 0);
    EXPECT_EQ(MouthCurve().at(0).opening, 0);
    EXPECT_TRUE(mouth_saying({}).shapes().empty());
}

TEST(MouthSaying, ClosesWhereTheSoundDipsButNotWhereItHisses) {
    const auto ah = spoken(kAh, 0.4);
    const MouthCurve mama = said(joined({ah, spoken({{250, 1100, 2200, 3300}}, 0.08, 0.01F), ah}));
    EXPECT_LT(mama.at(0.44).opening, 0.12F);
    EXPECT_GT(mama.at(0.44).press, 0.8F);
    EXPECT_GT(mama.at(0.25).opening, 0.8F);
    EXPECT_GT(mama.at(0.63).opening, 0.8F);
    // A film shows one frame of such a closure, wherever its frames lie.
    for (double first_s = 0; first_s < 0.04; first_s += 0.01) {
        float least = 1;
        for (double time_s = 0.3 + first_s; time_s < 0.6; time_s += 0.04) {
            least = std::min(least, mama.at(time_s).opening);
        }
        EXPECT_LT(least, 0.15F) << first_s;
    }
    const MouthCurve assa = said(joined({ah, hiss(0.1), ah}));
    EXPECT_LT(assa.at(0.45).press, 0.2F);
}

TEST(SpeechListener, TellsSpeechFromOtherSound) {
    EXPECT_FALSE(heard(fixtures::make_voice({.duration_s = 3}).channels[0])->no_speech());
    EXPECT_EQ(heard(fixtures::make_music(3, 1).channels[0])->no_speech(), "steady sound");
    EXPECT_EQ(heard(std::vector<float>(32'000))->no_speech(), "silence");
    EXPECT_THAT(*heard(std::vector<float>(1'000))->no_speech(), HasSubstr("less than a second"));
}

/// Somebody who opens the mouth twice a second.
std::vector<SeenMouth> seen(float rest, float range, float half_width) {
    std::vector<SeenMouth> mouths;
    for (int i = 0; i < 50; ++i) {
        const float open = 0.5F - 0.5F * std::cos(static_cast<float>(i) * 0.04F * 4 * std::numbers::pi_v<float>);
        mouths.push_back({i * 0.04, rest + range * open, half_width});
    }
    return mouths;
}

TEST(MouthLike, MeasuresEachFromTheirOwnRestAndRange) {
    const auto one = mouth_like(seen(0.02F, 0.2F, 0.4F)), other = mouth_like(seen(0.06F, 0.1F, 0.5F));
    ASSERT_TRUE(one.ok() && other.ok());
    for (double time_s = 0.1; time_s < 1.9; time_s += 0.05) {
        EXPECT_NEAR(one->at(time_s).opening, other->at(time_s).opening, 0.08) << time_s;
    }
    EXPECT_GT(one->at(0.25).opening, 0.75F);
    EXPECT_LT(one->at(0.5).opening, 0.1F);
    // Who mumbles does not shout.
    const auto mumbled = mouth_like(seen(0.02F, 0.04F, 0.4F));
    ASSERT_TRUE(mumbled.ok());
    EXPECT_LT(mumbled->at(0.25).opening, 0.6F);
}

TEST(MouthLike, RestsWhereNobodyWasSeenAndRefusesWhatSaysNothing) {
    auto gap = seen(0.02F, 0.2F, 0.4F);
    gap.erase(gap.begin() + 19, gap.begin() + 44);  // between two open mouths
    const auto curve = mouth_like(gap);
    ASSERT_TRUE(curve.ok());
    EXPECT_LT(curve->at(1.2).opening, 0.01F);
    EXPECT_GT(curve->at(0.7).opening, 0.5F);
    EXPECT_THAT(mouth_like({}).error().message, HasSubstr("no face"));
    EXPECT_THAT(mouth_like(seen(0.02F, 0.01F, 0.4F)).error().message, HasSubstr("hardly moves"));
}

}  // namespace
}  // namespace bonafide::forge

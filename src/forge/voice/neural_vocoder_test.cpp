// The network's sound against what it was made of, in the terms in which it was given.
#include "forge/voice/neural_vocoder.h"

#include "fixtures/voice.h"
#include "forge/test_models.h"
#include "forge/voice/excitation.h"
#include "forge/voice/pitch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace bonafide::forge {
namespace {

using Samples = std::vector<float>;
constexpr std::size_t kBands = 80;

infer::Session network() {
    auto opened = open_neural_vocoder(models(), 1);
    EXPECT_TRUE(opened.ok()) << opened.error().message;
    return std::move(*opened);
}

/// Mean absolute difference of logarithms, over bands and frames.
double mel_distance(const Samples& one, const Samples& other) {
    const auto a = mel_logarithms(one), b = mel_logarithms(other);
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        sum += std::abs(a[i] - b[i]);
    }
    return sum / static_cast<double>(a.size());
}

TEST(NeuralVocoder, MelOfAToneStandsInItsBand) {
    Samples tone(16'000);
    for (std::size_t i = 0; i < tone.size(); ++i) {
        tone[i] = 0.5F * std::sin(2 * 3.14159265F * 1026 * static_cast<float>(i) / 16'000);
    }
    const auto mel = mel_logarithms(tone);
    const auto middle = mel.begin() + static_cast<std::ptrdiff_t>(40 * kBands);
    // 1,026 Hz are 1,017 mel, of 2,840 in 81 steps: the middle of the 29th band.
    EXPECT_EQ(std::max_element(middle, middle + kBands) - middle, 28);
    // Half of the frame's sum of window times amplitude falls on either sign of the frequency.
    EXPECT_NEAR(*std::max_element(middle, middle + kBands), std::log(0.5 * 768 / 2 / 2), 0.7);
    EXPECT_FLOAT_EQ(mel_logarithms(Samples(16'000, 0.0F)).at(3000), std::log(1e-5F));
}

TEST(Excitation, PulsesComeOnceAPeriodWhereThereIsAPitch) {
    std::vector<double> pitch(201, 0.0);  // a second
    std::fill(pitch.begin() + 100, pitch.end(), 125.0);
    const Samples pulses = pulses_of(pitch, 16'000);
    ASSERT_EQ(pulses.size(), 16'000);
    const auto onset = pulses.begin() + 100 * 80 - 40;  // halfway between the marks
    EXPECT_TRUE(std::all_of(pulses.begin(), onset, [](float sample) { return sample == 0; }));
    std::vector<std::ptrdiff_t> places;
    for (auto at = onset; at != pulses.end(); ++at) {
        if (*at > 7) {  // 63 harmonics, by the root of their number: nearly 8
            places.push_back(at - pulses.begin());
        }
    }
    ASSERT_GE(places.size(), 62);
    for (std::size_t i = 1; i < places.size(); ++i) {
        EXPECT_EQ(places[i] - places[i - 1], 128);
    }
    EXPECT_EQ(told_of(pitch, 0), (std::array{0.0F, 0.0F}));
    EXPECT_EQ(told_of(pitch, 15'999)[0], 1.0F);
    EXPECT_NEAR(told_of(pitch, 15'999)[1], std::log2(125.0 / 150), 1e-6);
    EXPECT_EQ(white_noise(100, 3), white_noise(100, 3));
    EXPECT_NE(white_noise(100, 3), white_noise(100, 4));
}

TEST(NeuralVocoder, GivesSoundThatIsNearInMel) {
    auto session = network();
    const Samples voice = fixtures::make_voice({6, 5}).channels[0];  // longer than two pieces
    const auto made = neural_vocoder(voice, session, 1);
    ASSERT_TRUE(made.ok()) << made.error().message;
    ASSERT_EQ(made->size(), voice.size());
    const Samples silence(voice.size(), 0.0F);
    EXPECT_LT(mel_distance(voice, *made), mel_distance(voice, silence) / 30);
    EXPECT_LT(mel_distance(voice, *made), 0.25);
    EXPECT_NE(*made, voice);
    const auto otherwise = neural_vocoder(voice, session, 2);
    ASSERT_TRUE(otherwise.ok());
    EXPECT_NE(*otherwise, *made);
}

TEST(NeuralVocoder, KeepsThePitch) {
    auto session = network();
    const Samples voice = fixtures::make_voice({6, 5}).channels[0];
    const auto made = neural_vocoder(voice, session, 1);
    ASSERT_TRUE(made.ok());
    const auto wanted = pitch_of(voice), found = pitch_of(*made);
    std::size_t voiced = 0, kept = 0;
    for (std::size_t mark = 0; mark < wanted.size(); ++mark) {
        voiced += wanted[mark] > 0 ? 1 : 0;
        kept += wanted[mark] > 0 && std::abs(found[mark] / wanted[mark] - 1) < 0.03 ? 1 : 0;
    }
    ASSERT_GT(voiced, 200);
    EXPECT_GT(static_cast<double>(kept) / static_cast<double>(voiced), 0.97);
}

TEST(NeuralVocoder, PiecesLeaveNoSeam) {
    auto session = network();
    const Samples voice = fixtures::make_voice({6, 5}).channels[0];
    const auto given = given_to_vocoder(voice, pitch_of(voice));
    // Without its first 192 frames the same sound falls otherwise into pieces of 208.
    constexpr std::size_t kCut = 192, kSettled = 30, kGiven = kBands + 2, kRow = 3 * 385;
    const auto whole = shapes_of(given, session);
    const auto part = shapes_of(std::span(given).subspan(kCut * kGiven), session);
    ASSERT_TRUE(whole.ok() && part.ok());
    ASSERT_EQ(whole->size(), given.size() / kGiven * kRow);
    ASSERT_EQ(part->size(), whole->size() - kCut * kRow);
    float largest = 0;
    for (std::size_t i = kSettled * kRow; i < part->size(); ++i) {
        largest = std::max(largest, std::abs(part->at(i) - whole->at(i + kCut * kRow)));
    }
    EXPECT_LT(largest, 1e-3F);
}

TEST(NeuralVocoder, TakesSilenceNoiseAndAMoment) {
    auto session = network();
    Samples noise(8000);
    std::uint32_t state = 1;
    for (float& sample : noise) {
        state = state * 1664525 + 1013904223;
        sample = static_cast<float>(state >> 8) / 8388608.0F - 1.0F;
    }
    for (const Samples& given : {Samples(1, 0.5F), Samples(8000, 0.0F), noise}) {
        const auto made = neural_vocoder(given, session, 1);
        ASSERT_TRUE(made.ok());
        ASSERT_EQ(made->size(), given.size());
        EXPECT_TRUE(std::all_of(made->begin(), made->end(),
                                [](float sample) { return std::isfinite(sample) && std::abs(sample) < 20; }));
    }
}

}  // namespace
}  // namespace bonafide::forge

// The network's sound against what it was made of, in the terms in which it was given.
#include "forge/voice/neural_vocoder.h"

#include "fixtures/voice.h"
#include "forge/test_models.h"

#include <gtest/gtest.h>

#include <algorithm>
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

TEST(NeuralVocoder, GivesSoundThatIsNearInMel) {
    auto session = network();
    const Samples voice = fixtures::make_voice({6, 5}).channels[0];  // longer than two pieces
    const auto made = neural_vocoder(voice, session);
    ASSERT_TRUE(made.ok()) << made.error().message;
    ASSERT_EQ(made->size(), voice.size());
    const Samples silence(voice.size(), 0.0F);
    EXPECT_LT(mel_distance(voice, *made), mel_distance(voice, silence) / 4);
    EXPECT_LT(mel_distance(voice, *made), 0.6);
    EXPECT_NE(*made, voice);
}

TEST(NeuralVocoder, PiecesLeaveNoSeam) {
    auto session = network();
    const Samples voice = fixtures::make_voice({6, 5}).channels[0];
    const auto whole = neural_vocoder(voice, session);
    // Without its first 192 frames the same sound falls otherwise into pieces of 208.
    constexpr std::size_t kCut = 192 * 192, kSettled = 192 * 30;
    const auto part = neural_vocoder(std::span(voice).subspan(kCut), session);
    ASSERT_TRUE(whole.ok() && part.ok());
    float largest = 0;
    for (std::size_t i = kSettled; i < part->size(); ++i) {
        largest = std::max(largest, std::abs(part->at(i) - whole->at(i + kCut)));
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
        const auto made = neural_vocoder(given, session);
        ASSERT_TRUE(made.ok());
        ASSERT_EQ(made->size(), given.size());
        EXPECT_TRUE(std::all_of(made->begin(), made->end(),
                                [](float sample) { return std::isfinite(sample) && std::abs(sample) < 20; }));
    }
}

}  // namespace
}  // namespace bonafide::forge

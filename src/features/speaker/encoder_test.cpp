// The figures come from train/speaker/export.py: NumPy for the mel bands, PyTorch for the network.
#include "features/speaker/encoder.h"

#include "features/speaker/mel.h"
#include "features/voice/frames.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

namespace bonafide::features::speaker {
namespace {

constexpr std::size_t kFrames = 398;

Encoder encoder() {
    const std::string folder = BONAFIDE_SOURCE_DIR "/models";
    const auto models = infer::ModelStore::open(folder + "/manifest.json", {folder}, "");
    ENSURE(models.ok());
    auto opened = Encoder::open(*models, {});
    EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : opened.error().message);
    ENSURE(opened.ok());
    return std::move(*opened);
}

/// A wavering tone with a syllable's rhythm, at about -40 dB of full scale.
std::vector<float> reference_sound(double gain = 1) {
    std::vector<float> samples((kFrames - 1) * voice::kHopSamples + voice::kFrameSamples);
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const double turns = 2 * std::numbers::pi * static_cast<double>(i) / voice::kRate_hz;
        double tone = 0;
        for (int harmonic = 1; harmonic <= 12; ++harmonic) {
            tone += std::sin(harmonic * (120 * turns + 2 * std::sin(3 * turns))) / harmonic;
        }
        samples[i] = static_cast<float>(gain * 0.015 * tone * (0.5 + 0.5 * std::sin(4 * turns)));
    }
    return samples;
}

struct Expected {
    std::size_t index;
    float value;
};

TEST(MelFrame, IsWhatTheEncoderWasTrainedOn) {
    const std::vector<float> samples = reference_sound();
    double squares = 0;
    for (const float sample : samples) {
        squares += static_cast<double>(sample) * static_cast<double>(sample);
    }
    const double level = std::sqrt(squares / static_cast<double>(samples.size()));
    const MelFrame mel = mel_frame(std::span(samples).subspan(100 * voice::kHopSamples, voice::kFrameSamples),
                                   static_cast<float>(std::pow(10, -1.5) / level));
    for (const auto& [band, value] : {Expected{0, 0.099178F}, {3, 0.0352112F}, {8, 0.00664185F}}) {
        EXPECT_NEAR(mel[band], value, 1e-4F * value) << band;
    }
    EXPECT_LT(mel[20], 1e-6F) << "nothing sounds above 1,440 Hz";
}

TEST(MelFrame, SamplesThatAreNoNumbersAreSilence) {
    std::vector<float> samples(voice::kFrameSamples, std::nanf(""));
    samples[7] = std::numeric_limits<float>::infinity();
    for (const float band : mel_frame(samples, 1)) {
        EXPECT_EQ(band, 0);
    }
}

TEST(Encoder, AnswersAsPyTorchDoes) {
    Encoder network = encoder();
    const std::vector<float> samples = reference_sound();
    std::vector<bool> is_speech(kFrames, true);
    const auto whole = network.numbers_of(samples, is_speech);
    ASSERT_TRUE(whole.ok()) << whole.error().message;
    for (const auto& [index, value] : {Expected{235, 0.22195F}, {246, 0.21346F}, {113, 0.20786F}, {243, 0.20255F}}) {
        EXPECT_NEAR((*whole)[index], value, 1e-3) << index;
    }
    for (std::size_t i = 0; i < kFrames; i += 7) {
        is_speech[i] = false;
    }
    const auto parted = network.numbers_of(samples, is_speech);
    ASSERT_TRUE(parted.ok());
    for (const auto& [index, value] : {Expected{243, 0.22734F}, {246, 0.22414F}, {235, 0.21439F}, {195, 0.20678F}}) {
        EXPECT_NEAR((*parted)[index], value, 1e-3) << index;
    }
    EXPECT_NEAR(1 - evidence::voice_distance(*whole, *parted), 0.98541, 1e-3);
    EXPECT_NEAR(evidence::voice_distance(*whole, *whole), 0, 1e-5);
}

TEST(Encoder, QuietSoundIsHeardAsLoud) {
    Encoder network = encoder();
    const std::vector<bool> is_speech(kFrames, true);
    const auto loud = network.numbers_of(reference_sound(), is_speech);
    const auto quiet = network.numbers_of(reference_sound(0.1), is_speech);
    ASSERT_TRUE(loud.ok() && quiet.ok());
    EXPECT_NEAR(evidence::voice_distance(*loud, *quiet), 0, 1e-5);
}

}  // namespace
}  // namespace bonafide::features::speaker

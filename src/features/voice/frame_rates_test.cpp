#include "features/voice/frame_rates.h"

#include "fixtures/voice.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

namespace bonafide::features::voice {
namespace {

constexpr std::size_t kFourSeconds = 63'920;

FrameRateTraces traces_of(const fixtures::Sound& sound) {
    return frame_rate_traces(std::span(sound.channels.front()).first(kFourSeconds));
}

TEST(VoiceFrameRates, AgreeWithAnIndependentComputation) {
    // Printed by train/voice/reference.py.
    constexpr std::array<double, kFrameRates> kBeats = {2.4695, 1.5907, 1.6366, 1.6578, 1.5192, 1.4862,
                                                        1.4422, 2.3159, 1.4673, 2.0709, 1.7787, 1.6066};
    constexpr std::array<double, kFrameRates> kTones = {1.9342, 1.5063, 1.4586, 1.4798, 1.5657, 1.6722,
                                                        1.0386, 2.1163, 1.5028, 1.3437, 1.6239, 1.7117};
    const FrameRateTraces found = frame_rate_traces(fixtures::make_reference_sound(64'000));
    for (std::size_t rate = 0; rate < kFrameRates; ++rate) {
        EXPECT_NEAR(static_cast<double>(found.beats[rate]), kBeats[rate], 2e-3) << rate;
        EXPECT_NEAR(static_cast<double>(found.tones[rate]), kTones[rate], 2e-3) << rate;
    }
}

TEST(VoiceFrameRates, StandOutWhereSoundIsBuiltAtThem) {
    const fixtures::Sound voice = fixtures::make_voice({4.1, 1});
    const FrameRateTraces genuine = traces_of(voice);
    for (std::size_t rate = 0; rate < kFrameRates; ++rate) {
        fixtures::Sound built = voice;
        fixtures::add_frame_rate(built, kFrameRates_hz[rate]);
        const FrameRateTraces found = traces_of(built);
        EXPECT_GT(found.beats[rate], genuine.beats[rate] + 1) << kFrameRates_hz[rate];
        EXPECT_GT(found.tones[rate], genuine.tones[rate] + 1) << kFrameRates_hz[rate];
        for (std::size_t band = 0; band < kFrameRateBands; ++band) {
            EXPECT_GT(found.bands[rate][band], genuine.bands[rate][band]) << kFrameRates_hz[rate] << " " << band;
        }
    }
}

TEST(VoiceFrameRates, DoNotStandOutInAVoiceOrAtRatesThatShareNoMultiples) {
    // 70 Hz has no multiple up to 990 Hz in common with 62.5, 86.13 and 93.75 Hz.
    fixtures::Sound other = fixtures::make_voice({4.1, 2});
    const FrameRateTraces genuine = traces_of(other);
    fixtures::add_frame_rate(other, 70);
    const FrameRateTraces found = traces_of(other);
    for (std::size_t rate = 0; rate < kFrameRates; ++rate) {
        EXPECT_LT(genuine.beats[rate], 2.1F) << kFrameRates_hz[rate];
        EXPECT_LT(genuine.tones[rate], 2.1F) << kFrameRates_hz[rate];
    }
    for (const std::size_t rate : {4U, 8U, 9U}) {
        EXPECT_LT(found.beats[rate], 2.1F) << kFrameRates_hz[rate];
        EXPECT_LT(found.tones[rate], 2.1F) << kFrameRates_hz[rate];
    }
}

TEST(VoiceFrameRates, AWhistleMakesNoRate) {
    // 3 kHz is a multiple of seven of the rates: one tone of many.
    fixtures::Sound sound = fixtures::make_voice({4.1, 3});
    const FrameRateTraces before = traces_of(sound);
    for (std::size_t i = 0; i < sound.channels.front().size(); ++i) {
        sound.channels.front()[i] +=
            0.05F * static_cast<float>(std::sin(2 * std::numbers::pi * 3000 * static_cast<double>(i) / 16'000));
    }
    const FrameRateTraces after = traces_of(sound);
    for (std::size_t rate = 0; rate < kFrameRates; ++rate) {
        EXPECT_LT(after.tones[rate], before.tones[rate] + 0.4F) << kFrameRates_hz[rate];
    }
}

TEST(VoiceFrameRates, AreFiniteWhateverIsHeard) {
    const auto finite = [](std::span<const float> samples) {
        const FrameRateTraces found = frame_rate_traces(samples);
        const auto fine = [](float value) { return std::isfinite(value) && value >= 0 && value <= 8; };
        return std::all_of(found.beats.begin(), found.beats.end(), fine) &&
               std::all_of(found.tones.begin(), found.tones.end(), fine);
    };
    std::vector<float> samples(kFourSeconds, 0.0F);
    EXPECT_TRUE(finite(samples));
    samples[1000] = 1e30F;
    samples[2000] = std::numeric_limits<float>::quiet_NaN();
    samples[3000] = -std::numeric_limits<float>::infinity();
    EXPECT_TRUE(finite(samples));
    EXPECT_TRUE(finite(std::vector<float>(200'000, 0.5F)));
    for (const std::size_t count : {0U, 1U, 63U, 64U, 3'264U, 16'000U}) {
        EXPECT_TRUE(finite(std::span(samples).first(count))) << count;
    }
    EXPECT_EQ(frame_rate_traces({}).beats, FrameRateTraces{}.beats);
}

}  // namespace
}  // namespace bonafide::features::voice

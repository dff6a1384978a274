#include "features/voice/statistics.h"

#include "features/voice/windows.h"
#include "fixtures/voice.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace bonafide::features::voice {
namespace {

std::vector<Frame> frames_of(std::span<const float> samples) {
    std::vector<Frame> frames;
    FrameStream stream;
    stream.add(samples, [&](const Frame& frame) { frames.push_back(frame); });
    return frames;
}

/// Of a window that holds what `samples` begin with.
Statistics statistics_of(std::span<const float> samples) {
    std::vector<Frame> frames = frames_of(samples);
    frames.resize(std::min(frames.size(), kWindowFrames));
    const std::size_t length = frames.empty() ? 0 : (frames.size() - 1) * kHopSamples + kFrameSamples;
    ConstantQ transform;
    return window_statistics({0, static_cast<double>(length) / kRate_hz, frames, samples.first(length)}, transform);
}

Statistics statistics_of(const fixtures::Sound& sound) {
    return statistics_of(sound.channels.front());
}

TEST(VoiceStatistics, AgreeWithAnIndependentComputation) {
    // Every ninth number, printed by train/voice/reference.py.
    constexpr std::array kExpected = {
        2.16717,  -0.64162, -0.81582, -1.11876, -0.42264, -0.54796, -0.78078, 0.20893,  0.02274,  -0.18651, 2.01494,
        -0.35031, -0.58581, -0.07136, -0.25592, 0.43192,  0.23623,  -0.50526, -0.71451, -0.91394, -0.68163, -0.84380,
        1.92300,  -0.17744, -0.45668, -2.31147, -2.64039, -1.42828, -1.17217, -0.99202, -1.37797, -1.42358, -1.42114,
        -1.51411, -2.36969, -2.31213, -3.54089, -3.44092, 2.60880,  0.44945,  1.10297,  0.97379,  0.55123,  0.36289,
        0.59792,  0.40486,  0.40624,  0.36202,  0.44876,  1.73791,  0.88512,  0.94489,  0.91987,  0.87808};
    const Statistics found = statistics_of(fixtures::make_reference_sound(64'000));
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < kStatistics; ++i) {
        sum += static_cast<double>(found[i]);
        squares += static_cast<double>(found[i]) * static_cast<double>(found[i]);
        if (i % 9 == 0) {
            // The constant-Q transform leaves out small weights, and computes low bands at a quarter of the rate.
            EXPECT_NEAR(static_cast<double>(found[i]), kExpected[i / 9], i < 342 ? 1e-3 : 0.03) << i;
        }
    }
    EXPECT_NEAR(sum, -197.8331, 0.5);
    EXPECT_NEAR(squares, 807.6900, 1);
}

TEST(VoiceStatistics, OverSmoothedSpeechChangesLessFromFrameToFrame) {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
        std::array<double, 3> motion{};
        for (std::size_t step = 0; step < motion.size(); ++step) {
            const Statistics found = statistics_of(fixtures::make_voice({4, seed, static_cast<double>(step) / 2}));
            for (std::size_t i = 2 * kLinearCoefficients; i < 3 * kLinearCoefficients; ++i) {
                motion[step] += static_cast<double>(found[i]) / kLinearCoefficients;
            }
        }
        EXPECT_GT(motion[0], motion[1]) << seed;
        EXPECT_GT(motion[1], motion[2]) << seed;
    }
}

TEST(VoiceStatistics, DoNotDependOnLoudnessOrOffset) {
    fixtures::Sound sound = fixtures::make_voice({4, 5});
    const Statistics loud = statistics_of(sound);
    for (float& sample : sound.channels.front()) {
        sample = 0.05F * sample + 0.1F;
    }
    const Statistics quiet = statistics_of(sound);
    for (std::size_t i = 0; i < kStatistics; ++i) {
        EXPECT_NEAR(static_cast<double>(loud[i]), static_cast<double>(quiet[i]), 0.02) << i;
    }
}

TEST(VoiceStatistics, AreFiniteWhateverIsHeard) {
    std::vector<float> samples(64'000, 0.0F);
    const auto all_finite = [&] {
        const Statistics found = statistics_of(samples);
        return std::all_of(found.begin(), found.end(), [](float value) { return std::isfinite(value); });
    };
    EXPECT_TRUE(all_finite());
    samples[1000] = 1e30F;
    samples[2000] = std::numeric_limits<float>::quiet_NaN();
    samples[3000] = -std::numeric_limits<float>::infinity();
    EXPECT_TRUE(all_finite());
    EXPECT_EQ(statistics_of(std::span<const float>{}), Statistics{});
}

TEST(VoiceStatistics, KindsFollowTheOrder) {
    using Family = StatisticKind::Family;
    EXPECT_EQ(statistic_kind(0).family, Family::kLinear);
    EXPECT_EQ(statistic_kind(89).order, 2U);
    EXPECT_EQ(statistic_kind(90).family, Family::kHigh);
    EXPECT_EQ(statistic_kind(150).family, Family::kMel);
    EXPECT_EQ(statistic_kind(221).index, 23U);
    EXPECT_EQ(statistic_kind(222).family, Family::kModulation);
    EXPECT_EQ(statistic_kind(341).band, 5U);
    EXPECT_EQ(statistic_kind(341).index, 19U);
    EXPECT_EQ(statistic_kind(342).family, Family::kConstantQ);
    EXPECT_EQ(statistic_kind(485).order, 2U);
    EXPECT_EQ(statistic_kind(485).index, 47U);
}

TEST(VoiceStatistics, DoNotDependOnWhatWasHeardBefore) {
    const fixtures::Sound sound = fixtures::make_voice({7.3, 4});
    ConstantQ remembers;
    int windows = 0;
    WindowStream stream([&](const Window& window) {
        ++windows;
        ConstantQ fresh;
        const Statistics found = window_statistics(window, remembers), alone = window_statistics(window, fresh);
        for (std::size_t i = 0; i < kStatistics; ++i) {
            EXPECT_NEAR(static_cast<double>(found[i]), static_cast<double>(alone[i]), 1e-4) << windows << " " << i;
        }
    });
    stream.add(sound.channels.front());
    stream.finish();
    EXPECT_EQ(windows, 4);
}

TEST(VoiceWindows, AreFourSecondsLongAndOneSecondApart) {
    const fixtures::Sound sound = fixtures::make_voice({10.7, 1});
    std::vector<std::pair<double, double>> places;
    WindowStream stream([&](const Window& window) {
        places.emplace_back(window.start_s, window.end_s);
        EXPECT_LE(window.frames.size(), kWindowFrames);
        // The samples are those that the frames were made of.
        const auto first = static_cast<std::size_t>(std::lround(window.start_s * kRate_hz));
        ASSERT_EQ(window.samples.size(), (window.frames.size() - 1) * kHopSamples + kFrameSamples);
        EXPECT_TRUE(std::equal(window.samples.begin(), window.samples.end(),
                               sound.channels.front().begin() + static_cast<std::ptrdiff_t>(first)));
    });
    std::span<const float> rest(sound.channels.front());
    for (std::size_t piece = 77; !rest.empty(); piece = piece * 7 % 4099 + 1) {
        stream.add(rest.first(std::min(piece, rest.size())));
        rest = rest.subspan(std::min(piece, rest.size()));
    }
    stream.finish();
    ASSERT_EQ(places.size(), 8U);  // 0, 1, ... 6, and the rest
    for (std::size_t i = 0; i < 7; ++i) {
        EXPECT_NEAR(places[i].first, static_cast<double>(i), 1e-9);
        EXPECT_NEAR(places[i].second, static_cast<double>(i) + 3.995, 1e-9);
    }
    EXPECT_NEAR(places[7].second, 10.7, 0.02);
    EXPECT_NEAR(stream.duration_s(), 10.7, 1e-4);
}

TEST(VoiceWindows, ShortSoundGetsOneWindowAndTooShortNone) {
    for (const auto& [duration_s, expected] : {std::pair(0.3, 0), {0.9, 0}, {1.2, 1}, {3.0, 1}, {4.1, 1}, {4.6, 2}}) {
        int windows = 0;
        WindowStream stream([&](const Window&) { ++windows; });
        stream.add(fixtures::make_voice({duration_s, 1}).channels.front());
        stream.finish();
        EXPECT_EQ(windows, expected) << duration_s;
    }
}

}  // namespace
}  // namespace bonafide::features::voice

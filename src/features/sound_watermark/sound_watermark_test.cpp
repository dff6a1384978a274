#include "features/sound_watermark/finder.h"
#include "features/sound_watermark/marker.h"
#include "fixtures/sound.h"
#include "fixtures/voice.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace bonafide::features::sound_watermark {
namespace {

using fixtures::Sound;

/// In pieces of uneven length, as decoders deliver them.
Sound marked(const Sound& sound, double strength_db, double* snr_db = nullptr) {
    Marker marker(sound.rate_hz, sound.channels.size(), strength_db);
    Sound result{sound.rate_hz, Channels(sound.channels.size())};
    const auto take = [&](const Channels& ready) {
        for (std::size_t channel = 0; channel < ready.size(); ++channel) {
            result.channels[channel].insert(result.channels[channel].end(), ready[channel].begin(),
                                            ready[channel].end());
        }
    };
    const std::size_t length = sound.channels.front().size();
    for (std::size_t at = 0, piece = 777; at < length; at += piece, piece = piece * 7 % 4099 + 1) {
        std::vector<std::span<const float>> block;
        for (const auto& channel : sound.channels) {
            block.push_back(std::span(channel).subspan(at, std::min(piece, length - at)));
        }
        take(marker.add(block));
    }
    take(marker.finish());
    if (snr_db != nullptr) {
        *snr_db = 10 * std::log10(marker.signal() / marker.change());
    }
    return result;
}

Trace trace_of(std::span<const float> samples) {
    Finder finder;
    for (std::size_t at = 0, piece = 501; at < samples.size(); at += piece, piece = piece * 5 % 3001 + 1) {
        finder.add(samples.subspan(at, std::min(piece, samples.size() - at)));
    }
    return finder.find();
}

double exponent(const Sound& sound) {
    return trace_of(sound.channels.front()).false_alarm_exponent;
}

Sound voice(double duration_s, std::uint64_t seed) {
    return fixtures::make_voice({duration_s, seed});
}

TEST(SoundWatermark, IsFoundInThreeSecondsAfterCodersAndCuts) {
    for (const std::uint64_t seed : {1, 2}) {
        Sound sound = marked(voice(6, seed), 1.5);
        EXPECT_GE(exponent(sound), 15) << seed;
        sound.channels[0] = {sound.channels[0].begin() + 21'137, sound.channels[0].begin() + 21'137 + 48'000};
        EXPECT_GE(exponent(sound), kFoundExponent) << seed;
        EXPECT_GE(exponent(fixtures::lossy(sound, fixtures::SoundFormat::kMp3, 64'000)), kFoundExponent) << seed;
        EXPECT_GE(exponent(fixtures::lossy(sound, fixtures::SoundFormat::kM4a, 48'000)), kFoundExponent) << seed;
        std::transform(sound.channels[0].begin(), sound.channels[0].end(), sound.channels[0].begin(),
                       [](float sample) { return sample / 30; });
        EXPECT_GE(exponent(sound), kFoundExponent) << seed;
    }
}

TEST(SoundWatermark, IsNotFoundWhereNobodyPutIt) {
    for (const Sound& sound :
         {voice(6, 3), fixtures::make_music(6, 1), fixtures::make_sound(fixtures::SoundKind::kTones, 16'000, 6, 1),
          fixtures::make_sound(fixtures::SoundKind::kNoise, 16'000, 6, 1)}) {
        EXPECT_LT(exponent(sound), 3);
    }
    EXPECT_EQ(exponent({16'000, {std::vector<float>(80'000, 0.0F)}}), 0);
    EXPECT_EQ(exponent(marked(voice(0.9, 3), 3)), 0) << "too short to be looked at";
}

TEST(SoundWatermark, TellsWhichStretchCarriesIt) {
    Sound sound = voice(60, 4);
    const Sound part = marked(voice(6, 5), 2.2);
    std::copy(part.channels[0].begin(), part.channels[0].end(), sound.channels[0].begin() + 16'000 * 40);
    const Trace trace = trace_of(sound.channels[0]);
    EXPECT_GE(trace.false_alarm_exponent, kFoundExponent);
    EXPECT_GE(trace.start_s, 38);
    EXPECT_LE(trace.end_s, 48);
}

TEST(SoundWatermark, MarksEveryRateAndChannelAtItsPlace) {
    for (const int rate_hz : {8'000, 22'050, 44'100, 48'000}) {
        const Sound sound = fixtures::make_sound(fixtures::SoundKind::kSpeechLike, rate_hz, 4, 6, 2);
        double snr_db = 0;
        const Sound result = marked(sound, 1.5, &snr_db);
        ASSERT_EQ(result.channels[1].size(), sound.channels[1].size()) << rate_hz;
        double signal = 0, change = 0;
        for (std::size_t i = 0; i < sound.channels[1].size(); ++i) {
            signal += std::pow(sound.channels[1][i], 2);
            change += std::pow(result.channels[1][i] - sound.channels[1][i], 2);
        }
        EXPECT_NEAR(10 * std::log10(signal / change), snr_db, 0.5) << rate_hz;
        EXPECT_GT(snr_db, 14) << rate_hz;
        const Sound untouched = marked(sound, 0);
        for (std::size_t i = 0; i < sound.channels[0].size(); ++i) {
            ASSERT_NEAR(untouched.channels[0][i], sound.channels[0][i], 1e-4) << rate_hz << " at " << i;
        }
    }
}

TEST(SoundWatermark, StaysFiniteOnHostileSound) {
    Sound sound{16'000, {std::vector<float>(40'000, std::numeric_limits<float>::quiet_NaN())}};
    for (std::size_t i = 0; i < sound.channels[0].size(); i += 3) {
        sound.channels[0][i] = i % 2 == 0 ? std::numeric_limits<float>::infinity() : -1e30F;
    }
    EXPECT_TRUE(std::isfinite(exponent(sound)));
    EXPECT_LT(exponent(sound), 3);
    EXPECT_EQ(marked(sound, 1).channels[0].size(), sound.channels[0].size());
    Marker empty(8'000, 1, 1);
    EXPECT_EQ(empty.finish().front().size(), 0U);
}

}  // namespace
}  // namespace bonafide::features::sound_watermark

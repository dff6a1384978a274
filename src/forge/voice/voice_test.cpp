#include "fixtures/voice.h"

#include "features/voice/frames.h"
#include "forge/launder_film.h"
#include "forge/sound_marking.h"
#include "forge/voice/codec.h"
#include "forge/voice/convert.h"
#include "forge/voice/griffin_lim.h"
#include "forge/voice/linear_prediction.h"
#include "forge/voice/make_voice.h"
#include "forge/voice/sound.h"
#include "forge/voice/splice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

namespace bonafide::forge {
namespace {

using features::voice::kMelBands;
using testing::HasSubstr;
using Samples = std::vector<float>;

/// Pulses of a pitch through three resonances: a vowel of two seconds at 16 kHz.
Samples vowel(double pitch_hz, double formants = 1) {
    Samples samples(32'000);
    double phase = 0;
    for (float& sample : samples) {
        phase += pitch_hz / 16'000;
        sample = phase >= 1 ? 1.0F : 0.0F;
        phase -= std::floor(phase);
    }
    for (const double centre_hz : {700.0, 1800.0, 2700.0}) {
        double y1 = 0, y2 = 0;
        const double radius = std::exp(-std::numbers::pi * 100 / 16'000);
        const double turn = 2 * radius * std::cos(2 * std::numbers::pi * centre_hz * formants / 16'000);
        for (float& sample : samples) {
            const double out = sample + turn * y1 - radius * radius * y2;
            y2 = y1;
            y1 = out;
            sample = static_cast<float>(out);
        }
    }
    const float peak = *std::max_element(samples.begin(), samples.end());
    std::transform(samples.begin(), samples.end(), samples.begin(), [&](float sample) { return sample * 0.5F / peak; });
    return samples;
}

/// Below 900 Hz, where pitch is heard: what vocoders make up above need not go with it.
double median_pitch(const Samples& samples) {
    fixtures::Sound sound{16'000, {samples}};
    fixtures::low_pass(sound, 900);
    std::vector<double> pitch = pitch_of(sound.channels[0]);
    std::erase(pitch, 0.0);
    if (pitch.empty()) {
        return 0;
    }
    std::nth_element(pitch.begin(), pitch.begin() + static_cast<std::ptrdiff_t>(pitch.size() / 2), pitch.end());
    return pitch[pitch.size() / 2];
}

/// Mean level of every mel band, dB.
std::array<double, kMelBands> bands_of(const Samples& samples) {
    std::array<double, kMelBands> sums{};
    for (std::size_t at = 8000; at + 400 < 24'000; at += 160) {
        const auto frame = features::voice::analyse_frame(std::span(samples).subspan(at, 400));
        std::transform(frame.mel.begin(), frame.mel.end(), sums.begin(), sums.begin(), std::plus<>());
    }
    std::transform(sums.begin(), sums.end(), sums.begin(), [](double sum) { return 10 * std::log10(sum + 1e-9); });
    return sums;
}

/// Root mean square of the difference of levels, dB, in the bands within 40 dB of the loudest.
double envelope_distance(const Samples& a, const Samples& b) {
    const auto one = bands_of(a), other = bands_of(b);
    const double loudest = *std::max_element(one.begin(), one.end());
    double squares = 0, count = 0;
    for (std::size_t band = 0; band < kMelBands; ++band) {
        if (one[band] > loudest - 40) {
            squares += std::pow(one[band] - other[band], 2);
            ++count;
        }
    }
    return std::sqrt(squares / count);
}

Samples world(const Samples& samples) {
    return voice_of(voice_model(samples), samples.size(), 1);
}

TEST(ForgeVoice, VocodersKeepPitchAndFormants) {
    for (const double pitch_hz : {110.0, 205.0}) {
        const Samples given = vowel(pitch_hz);
        EXPECT_NEAR(median_pitch(given), pitch_hz, 0.01 * pitch_hz);
        ASSERT_GT(envelope_distance(given, vowel(pitch_hz, 1.15)), 5) << "other formants would be seen";
        const std::pair<const char*, Samples> made[] = {{"lpc", linear_prediction_vocoder(given)},
                                                        {"world", world(given)}};
        for (const auto& [name, samples] : made) {
            ASSERT_EQ(samples.size(), given.size()) << name;
            EXPECT_NEAR(median_pitch(samples), pitch_hz, 0.02 * pitch_hz) << name;
            EXPECT_LT(envelope_distance(given, samples), 3) << name << " at " << pitch_hz;
            EXPECT_NE(samples, given) << name;
        }
    }
    // Bands of the mel scale are wider than the harmonics of a low voice are apart: a high one alone keeps its pitch.
    const Samples high = vowel(205), made = griffin_lim(high, 1);
    ASSERT_EQ(made.size(), high.size());
    EXPECT_NEAR(median_pitch(made), 205, 4);
    EXPECT_LT(envelope_distance(high, made), 5);
    EXPECT_NE(griffin_lim(high, 2), made);
}

TEST(ForgeVoice, VocodersTakeSilenceNoiseAndAMoment) {
    Samples noise(8000);
    std::uint32_t state = 1;
    for (float& sample : noise) {
        state = state * 1664525 + 1013904223;
        sample = static_cast<float>(state >> 8) / 8388608.0F - 1.0F;
    }
    for (const Samples& given : {Samples(1, 0.5F), Samples(8000, 0.0F), noise}) {
        for (const Samples& made : {griffin_lim(given, 1), linear_prediction_vocoder(given), world(given)}) {
            ASSERT_EQ(made.size(), given.size());
            EXPECT_TRUE(std::all_of(made.begin(), made.end(),
                                    [](float sample) { return std::isfinite(sample) && std::abs(sample) < 20; }));
        }
    }
    EXPECT_EQ(median_pitch(Samples(8000, 0.0F)), 0);
}

TEST(ForgeVoice, CodersKeepThePlaceAndLoseWhatTheBitRateSays) {
    const Samples given = fixtures::make_voice({4, 5}).channels[0];
    // Signal over change: high only where the sound lies in its place.
    const auto likeness_db = [&](const Samples& made) {
        double signal = 0, change = 0;
        for (std::size_t i = 0; i < given.size(); ++i) {
            signal += given[i] * given[i];
            change += (made[i] - given[i]) * (made[i] - given[i]);
        }
        return 10 * std::log10(signal / change);
    };
    for (const std::string codec : {"aac", "opus", "mp3"}) {
        const auto much = through_codec(codec + "=96", given, 1), little = through_codec(codec + "=32", given, 1);
        ASSERT_TRUE(much.ok() && little.ok()) << codec;
        ASSERT_EQ(much->size(), given.size());
        EXPECT_GT(likeness_db(*much), 12) << codec;
        EXPECT_GT(likeness_db(*little), 3) << codec;
        EXPECT_LT(likeness_db(*little), likeness_db(*much) - 3) << codec;
    }
    for (const char* unknown : {"flac=9", "opus=9999", "opus=", "h264=20"}) {
        EXPECT_FALSE(through_codec(unknown, given, 1).ok()) << unknown;
    }
    EXPECT_TRUE(through_codec("opus=24", Samples(1, 0.5F), 1).ok());
}

TEST(ForgeVoice, ConversionMovesPitchAndFormants) {
    const Samples from = vowel(110), onto = vowel(180, 1.12);
    const auto conversion = converted(voice_model(from), voice_model(onto));
    ASSERT_TRUE(conversion.ok()) << conversion.error().message;
    EXPECT_NEAR(conversion->pitch_ratio, 180 / 110.0, 0.05);
    EXPECT_NEAR(conversion->formant_ratio, 1.12, 0.05);
    const Samples made = voice_of(conversion->model, from.size(), 1);
    EXPECT_NEAR(median_pitch(made), 180, 5);
    EXPECT_LT(envelope_distance(onto, made), envelope_distance(onto, from) / 2);
    const auto silent = converted(voice_model(from), voice_model(Samples(32'000, 0.0F)));
    ASSERT_FALSE(silent.ok());
    EXPECT_THAT(silent.error().message, HasSubstr("voiced in the sample"));
}

TEST(ForgeVoice, SpliceKeepsEverySampleButAtTheJoints) {
    const fixtures::Sound sound = fixtures::make_voice({8, 3});
    const auto spliced = splice(sound.channels, sound.rate_hz, 3, 7);
    ASSERT_TRUE(spliced.ok());
    const Samples &given = sound.channels[0], &made = spliced->channels[0];
    ASSERT_EQ(made.size(), given.size());
    ASSERT_GE(spliced->joints.size(), 2U);
    std::vector<bool> used(given.size());
    std::size_t at = 0;
    for (const Piece& piece : spliced->pieces) {
        for (std::size_t i = piece.start; i < piece.end; ++i, ++at) {
            ASSERT_FALSE(used[i]);
            used[i] = true;
            const bool near_joint = std::any_of(spliced->joints.begin(), spliced->joints.end(), [&](std::size_t joint) {
                return std::abs(static_cast<double>(at) - static_cast<double>(joint)) <=
                       kFade_s * sound.rate_hz / 2 + 1;
            });
            if (!near_joint) {
                ASSERT_EQ(made[at], given[i]) << at;
            }
        }
    }
    EXPECT_EQ(at, given.size());
    EXPECT_EQ(splice(sound.channels, sound.rate_hz, 3, 7)->joints, spliced->joints);
    EXPECT_NE(splice(sound.channels, sound.rate_hz, 3, 8)->channels, spliced->channels);
    for (const std::size_t joint : spliced->joints) {
        for (std::size_t i = joint - 200; i < joint + 200; ++i) {
            ASSERT_LT(std::abs(made[i] - made[i - 1]), 0.5) << "a click at " << i;
        }
    }
}

TEST(ForgeVoice, SpliceRefusesWhatItCannotCut) {
    const fixtures::Sound brief = fixtures::make_voice({0.6, 3});
    EXPECT_THAT(splice(brief.channels, brief.rate_hz, 3, 1).error().message, HasSubstr("too short"));
    EXPECT_FALSE(splice(fixtures::make_voice({8, 3}).channels, 16'000, 0, 1).ok());
}

Result<Product> made(const std::vector<std::uint8_t>& bytes, const Order& order) {
    const auto source = ingest::open_memory(bytes);
    const infer::ModelStore models;
    return make(order, {*source}, models, {}, 1);
}

TEST(ForgeVoice, NothingLeavesUnmarkedAndLaunderingKeepsTheMark) {
    const auto given = as_wav(fixtures::make_voice({6, 5}).channels, 16'000);
    ASSERT_TRUE(given.ok());
    EXPECT_FALSE(sound_is_marked(*trace_in_sound(*given, 1)));
    Order order;
    order.kind = "voice";
    order.voice = "splice";
    order.format = "mp3";
    const auto voice = made(*given, order);
    ASSERT_TRUE(voice.ok()) << voice.error().message;
    EXPECT_TRUE(voice->made.fake);
    EXPECT_TRUE(sound_is_marked(*trace_in_sound(voice->bytes, 1)));
    EXPECT_EQ(open_film(voice->bytes, {})->table().tags.at("comment"),
              "FAKE (voice, splice) - made with Bonafide's forge");

    order.kind = "launder";
    order.format = "wav";
    for (const std::vector<std::string>& steps :
         {std::vector<std::string>{"opus=24", "mp3=64"}, {"opus=6", "opus=6"}}) {
        order.steps = steps;
        const auto laundered = made(voice->bytes, order);
        ASSERT_TRUE(laundered.ok()) << laundered.error().message;
        EXPECT_TRUE(laundered->made.fake);
        EXPECT_TRUE(sound_is_marked(*trace_in_sound(laundered->bytes, 1)));
        EXPECT_EQ(laundered->made.description.find("put in again") != std::string::npos, steps[0] == "opus=6");
    }
    const auto genuine = made(*given, order);
    ASSERT_TRUE(genuine.ok());
    EXPECT_FALSE(genuine->made.fake);
}

TEST(ForgeVoice, RefusesInWords) {
    const auto words = [&](std::vector<float> samples, const std::string& kind, const std::string& format = "wav") {
        Order order;
        order.kind = "voice";
        order.voice = kind;
        order.format = format;
        order.vocoder = "lpc";
        const auto given = as_wav({std::move(samples)}, 16'000);
        const auto result = made(*given, order);
        EXPECT_FALSE(result.ok());
        return result.ok() ? "" : result.error().message;
    };
    const Samples voice = fixtures::make_voice({4, 5}).channels[0];
    EXPECT_THAT(words(Samples(64'000, 0.0F), "resynthesise"), HasSubstr("silent"));
    EXPECT_THAT(words(Samples(16'000, 0.3F), "resynthesise"), HasSubstr("too short"));
    EXPECT_THAT(words(voice, "sing"), HasSubstr("no voice that the forge makes"));
    EXPECT_THAT(words(voice, "splice", "png"), HasSubstr(".wav, .m4a or .mp3"));
    EXPECT_THAT(words(voice, "convert"), HasSubstr("--consent FILE"));
    EXPECT_THAT(words(Samples(5'000'000, 0.1F), "splice"), HasSubstr("too long"));
}

}  // namespace
}  // namespace bonafide::forge

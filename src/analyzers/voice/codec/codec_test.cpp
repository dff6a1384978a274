#include "analyzers/voice/codec/codec.h"

#include "fixtures/sound.h"
#include "fixtures/voice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace bonafide::analyzers::voice {
namespace {

using analysis::Analysis;
using evidence::Outcome;
using fixtures::Sound;
using fixtures::SoundFormat;
using testing::HasSubstr;
using testing::Not;

std::optional<double> value(const Analysis& analysis, std::string_view name) {
    for (const evidence::Measurement& measurement : analysis.measurements) {
        if (measurement.name == name) {
            return measurement.value;
        }
    }
    return std::nullopt;
}

double least_trace() {
    return (*analysis::Parameters::resolve(voice_codec().parameters, {}))["least_trace"];
}

/// In pieces of uneven length, as decoders deliver them.
Analysis examine(const Sound& sound, const std::string& stored_as = "pcm_s16le") {
    CodecHistory history(sound.rate_hz);
    for (std::size_t at = 0, piece = 777; at < sound.channels.front().size();
         at += piece, piece = piece * 7 % 4099 + 1) {
        std::vector<std::span<const float>> channels;
        for (const std::vector<float>& channel : sound.channels) {
            channels.push_back(std::span(channel).subspan(at, std::min(piece, channel.size() - at)));
        }
        history.add(channels);
    }
    return history.summary(stored_as, least_trace());
}

/// A voice at another rate: the samples are taken as they are.
Sound voice(int rate_hz, double duration_s, std::uint64_t seed) {
    Sound sound = fixtures::make_voice({duration_s * rate_hz / 16'000, seed, 0, -55});
    sound.rate_hz = rate_hz;
    return sound;
}

TEST(VoiceCodec, FindsTheBlocksOfMp3AndWhereTheyBegin) {
    for (const int rate_hz : {16'000, 44'100}) {
        SCOPED_TRACE(rate_hz);
        Sound sound = fixtures::lossy(voice(rate_hz, 6, 1), SoundFormat::kMp3, rate_hz == 16'000 ? 32'000 : 64'000);
        const Analysis whole = examine(sound);
        EXPECT_GT(value(whole, "mp3_trace"), least_trace());
        EXPECT_LT(value(whole, "aac_trace"), least_trace());
        EXPECT_EQ(value(whole, "earlier_coding"), 1);
        EXPECT_THAT(whole.explanation, HasSubstr("blocks of MP3"));
        const Analysis own = examine(sound, "mp3");
        EXPECT_EQ(value(own, "earlier_coding"), 0);
        EXPECT_THAT(own.explanation, HasSubstr("as its file says"));
        fixtures::cut_out(sound, 0, 100.0 / rate_hz);
        const double offset = *value(whole, "mp3_offset");
        EXPECT_EQ(value(examine(sound), "mp3_offset"), std::fmod(offset + 576 - 100, 576));
    }
}

TEST(VoiceCodec, FindsTheBlocksOfAac) {
    const Analysis analysis = examine(fixtures::lossy(voice(44'100, 6, 2), SoundFormat::kM4a, 64'000));
    EXPECT_GT(value(analysis, "aac_trace"), least_trace());
    EXPECT_LT(value(analysis, "mp3_trace"), least_trace());
    EXPECT_THAT(analysis.explanation, HasSubstr("blocks of AAC"));
}

TEST(VoiceCodec, FindsNoBlocksWhereThereAreNone) {
    Sound moved = fixtures::lossy(voice(16'000, 6, 3), SoundFormat::kMp3, 32'000);
    fixtures::low_pass(moved, 7'600);
    for (std::vector<float>& channel : moved.channels) {  // played a little slower
        std::vector<float> slower(channel.size());
        for (std::size_t i = 0; i < slower.size(); ++i) {
            const double place = static_cast<double>(i) * 0.99;
            const auto before = static_cast<std::size_t>(place);
            const auto share = static_cast<float>(place - static_cast<double>(before));
            slower[i] = channel[before] * (1 - share) + channel[std::min(before + 1, channel.size() - 1)] * share;
        }
        channel = slower;
    }
    for (const Sound& sound : {voice(16'000, 6, 1), voice(44'100, 6, 2), fixtures::make_music(6, 1), moved,
                               fixtures::make_sound(fixtures::SoundKind::kTones, 44'100, 6, 1, 2),
                               fixtures::make_sound(fixtures::SoundKind::kNoise, 48'000, 6, 1)}) {
        const Analysis analysis = examine(sound);
        ASSERT_EQ(analysis.outcome, Outcome::kRan) << analysis.reason;
        EXPECT_LT(value(analysis, "mp3_trace").value_or(0), least_trace());
        EXPECT_LT(value(analysis, "aac_trace").value_or(0), least_trace());
        EXPECT_EQ(value(analysis, "mp3_offset"), std::nullopt);
        EXPECT_EQ(value(analysis, "earlier_coding"), 0);
    }
}

TEST(VoiceCodec, KnowsATelephone) {
    Sound wide = fixtures::make_voice({6, 1, 0, -55});
    Sound narrow = wide;
    fixtures::low_pass(narrow, 3'400);
    const Analysis analysis = examine(narrow);
    EXPECT_NEAR(*value(analysis, "upper_edge"), 3'400, 150);
    EXPECT_GT(value(analysis, "upper_edge_height"), 20);
    EXPECT_GT(value(analysis, "upper_edge_width"), 0);
    EXPECT_LT(value(analysis, "upper_edge_width"), 300);
    EXPECT_THAT(analysis.explanation, HasSubstr("as on a telephone"));
    EXPECT_THAT(examine(wide).explanation, Not(HasSubstr("telephone")));
}

TEST(VoiceCodec, KnowsTheLevelsOfTelephoneNetworks) {
    Sound sound = fixtures::make_voice({4, 1});
    sound.rate_hz = 8'000;
    EXPECT_LT(value(examine(sound), "telephone_levels"), 0.5);
    for (float& sample : sound.channels[0]) {  // G.711, mu law: four bits of what stands above the highest power of two
        const int magnitude = std::min(static_cast<int>(std::abs(sample) * 32'768) + 132, 32'767);
        const int exponent = static_cast<int>(std::log2(magnitude)) - 7;
        const int kept = ((((magnitude >> (exponent + 3)) & 15) * 8 + 132) << exponent) - 132;
        sample = std::copysign(static_cast<float>(kept) / 32'768, sample);
    }
    const Analysis analysis = examine(sound);
    EXPECT_GT(value(analysis, "telephone_levels"), 0.999);
    EXPECT_THAT(analysis.explanation, HasSubstr("G.711"));
    EXPECT_EQ(value(analysis, "earlier_coding"), 1);
    EXPECT_EQ(value(examine(sound, "pcm_mulaw"), "earlier_coding"), 0);
}

TEST(VoiceCodec, IsNotApplicableToTooLittle) {
    EXPECT_THAT(examine(fixtures::make_voice({0.3, 1})).reason, HasSubstr("too short"));
    EXPECT_THAT(examine({16'000, {std::vector<float>(80'000, 0.0F)}}).reason, HasSubstr("silence"));
}

TEST(VoiceCodec, StaysFiniteOnHostileSound) {
    std::vector<float> samples(60'000, std::numeric_limits<float>::quiet_NaN());
    for (std::size_t i = 0; i < samples.size(); i += 3) {
        samples[i] = i % 2 == 0 ? std::numeric_limits<float>::infinity() : -1e30F;
    }
    for (const int rate_hz : {1, 8'000, 44'100, 768'000}) {
        const Analysis analysis = examine({rate_hz, {samples}});
        for (const evidence::Measurement& measurement : analysis.measurements) {
            EXPECT_TRUE(std::isfinite(measurement.value)) << measurement.name << " at " << rate_hz;
        }
    }
    EXPECT_EQ(edge_of({}, 16'000).at_hz, 8'000);
}

TEST(VoiceCodec, EmitsWhatItDeclares) {
    const Analysis analysis = examine(fixtures::lossy(voice(16'000, 6, 1), SoundFormat::kMp3, 32'000));
    for (const evidence::Measurement& measurement : analysis.measurements) {
        const auto& emits = voice_codec().emits;
        EXPECT_TRUE(std::any_of(emits.begin(), emits.end(), [&](const auto& each) {
            return each.name == measurement.name && each.unit == measurement.unit;
        })) << measurement.name;
    }
}

}  // namespace
}  // namespace bonafide::analyzers::voice

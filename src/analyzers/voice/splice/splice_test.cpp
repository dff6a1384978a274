#include "analyzers/voice/splice/splice.h"

#include "fixtures/room.h"
#include "fixtures/sound.h"
#include "fixtures/voice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <numbers>
#include <optional>

namespace bonafide::analyzers::voice {
namespace {

using analysis::Analysis;
using evidence::Outcome;
using fixtures::Sound;
using fixtures::SoundFormat;
using testing::HasSubstr;

std::optional<double> value(const Analysis& analysis, std::string_view name) {
    for (const evidence::Measurement& measurement : analysis.measurements) {
        if (measurement.name == name) {
            return measurement.value;
        }
    }
    return std::nullopt;
}

/// In pieces of uneven length, as decoders deliver them. 16 kHz, one channel.
Analysis examine(const Sound& sound) {
    const auto parameters = analysis::Parameters::resolve(voice_splice().parameters, {});
    SpliceSearch search(
        sound.rate_hz, {(*parameters)["least_shift"], (*parameters)["least_jump"], (*parameters)["least_room_change"]});
    for (std::size_t at = 0, piece = 777; at < sound.channels.front().size();
         at += piece, piece = piece * 7 % 4099 + 1) {
        const auto samples = std::span(sound.channels.front());
        const auto block = samples.subspan(at, std::min(piece, samples.size() - at));
        search.add({block}, block);
    }
    search.finish();
    return search.summary();
}

Sound voice(double duration_s, std::uint64_t seed) {
    return fixtures::make_voice({duration_s, seed, 0, -55});
}

Sound once_mp3(double duration_s, std::uint64_t seed) {
    return fixtures::lossy(voice(duration_s, seed), SoundFormat::kMp3, 32'000);
}

/// Hum of the mains at 50.02 Hz and twice that.
void add_hum(Sound& sound) {
    for (std::size_t i = 0; i < sound.channels[0].size(); ++i) {
        const double phase = 2 * std::numbers::pi * 50.02 * static_cast<double>(i) / sound.rate_hz;
        sound.channels[0][i] += static_cast<float>(0.004 * std::sin(phase) + 0.002 * std::sin(2 * phase + 1));
    }
}

TEST(VoiceSplice, FindsWhereDecodedSoundWasCut) {
    Sound sound = once_mp3(10, 1);
    fixtures::cut_out(sound, 5, 5 + 1234.0 / 16'000);
    const Analysis analysis = examine(sound);
    ASSERT_EQ(analysis.observations.size(), 1U);
    EXPECT_LE(analysis.observations[0].where.start_s, 5);
    EXPECT_GE(analysis.observations[0].where.end_s, 5);
    EXPECT_LT(*analysis.observations[0].where.end_s - *analysis.observations[0].where.start_s, 2);
    EXPECT_THAT(analysis.observations[0].explanation,
                HasSubstr("shifted by " + std::to_string(576 - 1234 % 576) + " samples"));
    EXPECT_EQ(value(analysis, "grid_shifts"), 1);
    EXPECT_THAT(analysis.explanation, HasSubstr("blocks of an earlier coding at 1 moment"));
}

TEST(VoiceSplice, FindsAPieceOfAnotherRecordingWithACrossFade) {
    Sound sound = once_mp3(12, 1);
    const Sound insert = once_mp3(12, 2);
    for (std::size_t i = 64'000; i < 128'000; ++i) {  // faded over 20 ms
        const double inside =
            std::min({1.0, static_cast<double>(i - 64'000) / 320, static_cast<double>(128'000 - i) / 320});
        sound.channels[0][i] =
            static_cast<float>((1 - inside) * sound.channels[0][i] + inside * insert.channels[0][i + 333]);
    }
    const Analysis analysis = examine(sound);
    ASSERT_EQ(analysis.observations.size(), 2U);
    EXPECT_NEAR(*analysis.observations[0].where.start_s, 4, 1.1);
    EXPECT_NEAR(*analysis.observations[1].where.end_s, 8, 2.6);
}

TEST(VoiceSplice, FindsNothingWhereNothingWasCut) {
    Sound telephone = voice(10, 4), humming = voice(10, 5), whole_blocks = once_mp3(10, 6), whole_waves = voice(10, 7);
    fixtures::low_pass(telephone, 3'400);
    add_hum(humming);
    fixtures::cut_out(whole_blocks, 5, 5 + 5760.0 / 16'000);
    add_hum(whole_waves);
    fixtures::cut_out(whole_waves, 5, 5 + 24 / 50.02);
    for (const Sound& sound : {once_mp3(10, 3), fixtures::lossy(voice(10, 3), SoundFormat::kM4a, 48'000), telephone,
                               humming, whole_blocks, whole_waves, voice(10, 8), fixtures::make_music(10, 1),
                               fixtures::make_sound(fixtures::SoundKind::kTones, 16'000, 10, 1),
                               fixtures::make_sound(fixtures::SoundKind::kNoise, 16'000, 10, 1)}) {
        const Analysis analysis = examine(sound);
        ASSERT_EQ(analysis.outcome, Outcome::kRan) << analysis.reason;
        EXPECT_EQ(analysis.observations.size(), 0U) << analysis.explanation;
        EXPECT_THAT(analysis.explanation, HasSubstr("No cut was found"));
    }
}

TEST(VoiceSplice, FindsAJumpOfTheHum) {
    Sound sound = voice(10, 5);
    add_hum(sound);
    fixtures::cut_out(sound, 5, 5.407);  // 20 waves and a third
    const Analysis analysis = examine(sound);
    EXPECT_GT(value(analysis, "hum_followed"), 0.1);
    EXPECT_NEAR(value(analysis, "hum_jump").value_or(0), 129, 12);
    ASSERT_EQ(analysis.observations.size(), 1U);
    EXPECT_NEAR(*analysis.observations[0].where.start_s, 5, 0.3);
    EXPECT_THAT(analysis.observations[0].explanation, HasSubstr("hum of the mains"));
    EXPECT_THAT(analysis.explanation, HasSubstr("hum of the mains at 1 moment"));
}

/// Two persons or one, in the rooms given (0: none), one part after the other.
Sound in_rooms(std::initializer_list<double> reverberations_s, double part_s) {
    Sound sound{16'000, {{}}};
    std::uint64_t seed = 20;
    for (const double reverberation_s : reverberations_s) {
        Sound part = fixtures::make_words(part_s, seed++);
        if (reverberation_s > 0) {
            fixtures::reverberate(part, reverberation_s);
        }
        sound.channels[0].insert(sound.channels[0].end(), part.channels[0].begin(), part.channels[0].end());
    }
    return sound;
}

TEST(VoiceSplice, FindsAnotherRoom) {
    const Analysis analysis = examine(in_rooms({0.3, 1.0}, 46));
    ASSERT_EQ(analysis.observations.size(), 1U) << analysis.explanation;
    EXPECT_NEAR(*analysis.observations[0].where.start_s, 46, 6);
    EXPECT_NEAR(*analysis.observations[0].where.end_s, 46, 6);
    EXPECT_THAT(analysis.observations[0].explanation, HasSubstr("die away at another pace"));
    EXPECT_THAT(analysis.explanation, HasSubstr("sound of the room at 1 moment"));
    EXPECT_EQ(value(analysis, "room_changes"), 1);
}

TEST(VoiceSplice, FindsAPartFromAnotherRoom) {
    const Analysis analysis = examine(in_rooms({0.9, 0.25, 0.9}, 50));
    ASSERT_EQ(analysis.observations.size(), 2U) << analysis.explanation;
    EXPECT_NEAR(*analysis.observations[0].where.start_s, 50, 6);
    EXPECT_NEAR(*analysis.observations[1].where.start_s, 100, 6);
}

TEST(VoiceSplice, FindsNoOtherRoomWhereThereIsNone) {
    Sound one_room = in_rooms({0.6, 0.6}, 46), dry = in_rooms({0, 0}, 46), drifting = in_rooms({0.6}, 140);
    Sound far = drifting;
    fixtures::reverberate(far, 0.6, 0.9);
    for (std::size_t i = 0; i < far.channels[0].size(); ++i) {  // somebody slowly walks away
        const auto share = static_cast<float>(i) / static_cast<float>(far.channels[0].size());
        drifting.channels[0][i] += share * (far.channels[0][i] - drifting.channels[0][i]);
    }
    for (const Sound& sound : {one_room, dry, drifting}) {
        const Analysis analysis = examine(sound);
        EXPECT_EQ(value(analysis, "room_changes"), 0) << analysis.explanation;
    }
}

TEST(VoiceSplice, FollowsNoRoomInWhatIsTooShortOrNoSpeech) {
    for (const Sound& sound : {in_rooms({0.3, 1.0}, 19), fixtures::make_music(120, 1),
                               fixtures::make_sound(fixtures::SoundKind::kNoise, 16'000, 60, 1),
                               Sound{16'000, {std::vector<float>(1'600'000, 0.0F)}}}) {
        EXPECT_EQ(value(examine(sound), "room_change"), std::nullopt);
    }
}

TEST(VoiceSplice, IsNotApplicableToTooLittle) {
    EXPECT_THAT(examine(voice(0.3, 1)).reason, HasSubstr("too short"));
    EXPECT_THAT(examine({16'000, {std::vector<float>(80'000, 0.0F)}}).reason, HasSubstr("runs on through a cut"));
}

TEST(VoiceSplice, KeepsFewOfManyCuts) {
    const Sound piece = once_mp3(9, 1);
    Sound sound{16'000, {{}}};
    for (std::size_t i = 0; i < 40; ++i) {
        sound.channels[0].insert(sound.channels[0].end(),
                                 piece.channels[0].begin() + static_cast<std::ptrdiff_t>(i * 7),
                                 piece.channels[0].end());
    }
    const Analysis analysis = examine(sound);
    EXPECT_LE(analysis.observations.size(), analysis::kMostObservations);
    EXPECT_GT(value(analysis, "grid_shifts"), 16);
}

TEST(VoiceSplice, StaysFiniteOnHostileSound) {
    std::vector<float> samples(60'000, std::numeric_limits<float>::quiet_NaN());
    for (std::size_t i = 0; i < samples.size(); i += 3) {
        samples[i] = i % 2 == 0 ? std::numeric_limits<float>::infinity() : -1e30F;
    }
    for (const int rate_hz : {1, 8'000, 768'000}) {
        for (const evidence::Measurement& measurement : examine({rate_hz, {samples}}).measurements) {
            EXPECT_TRUE(std::isfinite(measurement.value)) << measurement.name << " at " << rate_hz;
        }
    }
}

TEST(VoiceSplice, EmitsWhatItDeclares) {
    Sound sound = once_mp3(60, 5);
    add_hum(sound);
    const Analysis analysis = examine(sound);
    ASSERT_EQ(analysis.measurements.size(), voice_splice().emits.size());
    for (std::size_t i = 0; i < analysis.measurements.size(); ++i) {
        EXPECT_EQ(analysis.measurements[i].name, voice_splice().emits[i].name);
        EXPECT_EQ(analysis.measurements[i].unit, voice_splice().emits[i].unit);
    }
}

}  // namespace
}  // namespace bonafide::analyzers::voice

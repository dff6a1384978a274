#include "features/voice/decays.h"

#include "fixtures/room.h"
#include "fixtures/voice.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace bonafide::features::voice {
namespace {

using fixtures::Sound;

std::vector<DecayBlock> blocks_of(std::span<const float> samples, std::size_t piece = 4099) {
    std::vector<DecayBlock> blocks;
    DecayStream stream([&](const DecayBlock& block) { blocks.push_back(block); });
    for (std::size_t at = 0; at < samples.size(); at += piece) {
        stream.add(samples.subspan(at, std::min(piece, samples.size() - at)));
    }
    stream.finish();
    return blocks;
}

/// Mean of what was measured, as the time in which sound falls by 60 dB.
double fall_s(const std::vector<DecayBlock>& blocks) {
    double sum = 0, count = 0;
    for (const DecayBlock& block : blocks) {
        for (const float rate : block.log_rates) {
            sum += std::isfinite(rate) ? rate : 0;
            count += std::isfinite(rate) ? 1 : 0;
        }
    }
    return 60 / std::exp(sum / count);
}

Sound in_room(double reverberation_s) {
    Sound sound = fixtures::make_words(40, 3);
    fixtures::reverberate(sound, reverberation_s);
    return sound;
}

TEST(VoiceDecays, AreSlowerWhereTheRoomIs) {
    const double small_s = fall_s(blocks_of(in_room(0.3).channels[0])),
                 large_s = fall_s(blocks_of(in_room(1).channels[0]));
    EXPECT_NEAR(small_s, 0.35, 0.12);
    EXPECT_GT(large_s, 1.5 * small_s);
    EXPECT_NEAR(large_s, 1, 0.4);
}

TEST(VoiceDecays, ComeInBlocksOfFourSecondsHoweverTheSoundArrives) {
    const Sound sound = in_room(0.4);
    const auto whole = blocks_of(sound.channels[0], sound.channels[0].size()),
               pieces = blocks_of(sound.channels[0], 701);
    ASSERT_EQ(whole.size(), 9U);  // the last frame of the tenth is not complete
    ASSERT_EQ(pieces.size(), whole.size());
    for (std::size_t i = 0; i < whole.size(); ++i) {
        EXPECT_DOUBLE_EQ(whole[i].start_s, 4.0 * static_cast<double>(i));
        EXPECT_EQ(whole[i].is_speech, pieces[i].is_speech);
        for (std::size_t band = 0; band < kDecayBands; ++band) {
            EXPECT_TRUE(whole[i].log_rates[band] == pieces[i].log_rates[band] ||
                        (std::isnan(whole[i].log_rates[band]) && std::isnan(pieces[i].log_rates[band])));
        }
    }
}

TEST(VoiceDecays, TellSpeechFromMusic) {
    const auto speech = blocks_of(in_room(0.4).channels[0]), music = blocks_of(fixtures::make_music(40, 1).channels[0]);
    EXPECT_TRUE(std::all_of(speech.begin(), speech.end(), [](const DecayBlock& block) { return block.is_speech; }));
    EXPECT_TRUE(std::none_of(music.begin(), music.end(), [](const DecayBlock& block) { return block.is_speech; }));
}

TEST(VoiceDecays, TellSpeechWithPauses) {
    Sound sound = fixtures::make_words(40, 3);
    for (std::size_t start_s = 4; start_s < 40; start_s += 8) {
        for (std::size_t i = start_s * 16'000; i < (start_s + 4) * 16'000; ++i) {
            sound.channels[0][i] *= 0.001F;
        }
    }
    const auto blocks = blocks_of(sound.channels[0]);
    for (std::size_t i = 0; i < blocks.size(); i += 2) {
        EXPECT_TRUE(blocks[i].is_speech) << i;
    }
}

TEST(VoiceDecays, AreNotMeasuredWhereNothingFalls) {
    std::vector<float> hostile(200'000, std::numeric_limits<float>::quiet_NaN());
    for (std::size_t i = 0; i < hostile.size(); i += 3) {
        hostile[i] = i % 2 == 0 ? std::numeric_limits<float>::infinity() : -1e30F;
    }
    const auto noise = fixtures::make_sound(fixtures::SoundKind::kNoise, 16'000, 12, 1);
    for (const std::vector<float>& samples :
         {std::vector<float>(200'000, 0.0F), std::vector<float>(200'000, 0.5F), hostile, noise.channels[0]}) {
        for (const DecayBlock& block : blocks_of(samples)) {
            EXPECT_FALSE(block.is_speech);
            EXPECT_LT(block.measured(), 2U);
        }
    }
    EXPECT_TRUE(blocks_of(std::vector<float>(1, 0.5F)).empty());
    EXPECT_TRUE(blocks_of({}).empty());
}

}  // namespace
}  // namespace bonafide::features::voice

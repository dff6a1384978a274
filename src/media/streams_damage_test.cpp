#include "fixtures/sound.h"
#include "media/streams_fixtures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace bonafide::media {
namespace {

using fixtures::ClipFormat;
using fixtures::SoundFormat;
using ingest::Container;
using testing::HasSubstr;

TEST(Streams, TruncatedFilmsDecodeAsFarAsTheyGo) {
    // The index stands at the front of Matroska and AVI files, or is not needed to read on.
    for (const auto& [format, container] :
         {std::pair(ClipFormat::kMatroska, Container::kMatroska), std::pair(ClipFormat::kAvi, Container::kAvi)}) {
        SCOPED_TRACE(static_cast<int>(format));
        fixtures::EncodeOptions coding;
        coding.format = format;
        coding.codec = "mpeg4";
        coding.quality = 3;
        auto bytes = fixtures::encode_clip(short_clip(100), coding);
        bytes.resize(bytes.size() / 2);
        auto opened = open(bytes, container);
        ASSERT_TRUE(opened) << opened.error().message;
        Collector found;
        const auto summary = opened->reader->read(everything(), found);
        ASSERT_TRUE(summary);
        EXPECT_TRUE(summary->truncated);
        EXPECT_FALSE(summary->problems.empty());
        EXPECT_GT(summary->frames, 20);
        EXPECT_LT(summary->frames, 80);
        EXPECT_LT(summary->video_end_s, 3.2);
    }
}

TEST(Streams, TruncatedSoundIsSeen) {
    const fixtures::Sound sound = fixtures::make_sound(fixtures::SoundKind::kTones, 16'000, 4.0, 3);
    for (const auto& [format, container] :
         {std::pair(SoundFormat::kWav, Container::kWav), std::pair(SoundFormat::kFlac, Container::kFlac)}) {
        SCOPED_TRACE(static_cast<int>(format));
        auto bytes = fixtures::encode_sound(sound, format);
        bytes.resize(bytes.size() / 2);
        auto opened = open(bytes, container);
        ASSERT_TRUE(opened) << opened.error().message;
        Collector found;
        const auto summary = opened->reader->read(everything(), found);
        ASSERT_TRUE(summary);
        EXPECT_NEAR(summary->audio_end_s, 2.0, 0.4);
        EXPECT_TRUE(summary->truncated) << opened->reader->table().duration_s;
    }
}

TEST(Streams, FilmWithoutItsIndexIsRefused) {
    auto bytes = fixtures::encode_clip(short_clip(20), {});  // the index is written last
    bytes.resize(bytes.size() / 2);
    EXPECT_FALSE(open(bytes, Container::kIsoBmff));
}

TEST(Streams, RefusesWhatIsNoFilm) {
    for (const Container container :
         {Container::kIsoBmff, Container::kMatroska, Container::kAvi, Container::kMpegTs, Container::kWav,
          Container::kFlac, Container::kMp3, Container::kAdts, Container::kOgg}) {
        EXPECT_FALSE(open({}, container)) << static_cast<int>(container);
        EXPECT_FALSE(open({0x00}, container)) << static_cast<int>(container);
    }
    const auto refused = open({1, 2, 3}, Container::kJpeg);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kUnsupported);
}

TEST(Streams, HoldsItsLimits) {
    fixtures::Clip clip = short_clip(50);
    clip.sound = fixtures::make_sound(fixtures::SoundKind::kTones, 16'000, 2.0, 1);
    const auto bytes = fixtures::encode_clip(clip, {});
    Limits few_pixels;
    few_pixels.pixels = 160 * 96 - 1;
    Limits few_streams;
    few_streams.streams = 1;
    Limits short_time;
    short_time.duration_s = 1.0;
    for (const Limits& limits : {few_pixels, few_streams, short_time}) {
        const auto refused = open(bytes, Container::kIsoBmff, limits);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, ErrorCode::kLimit) << refused.error().message;
    }
    // A container that declares no duration is stopped on the way.
    fixtures::EncodeOptions coding;
    coding.format = ClipFormat::kMpegTs;
    const auto stream =
        fixtures::encode_sound(fixtures::make_sound(fixtures::SoundKind::kNoise, 16'000, 3.0, 1), SoundFormat::kAdts);
    auto opened = open(stream, Container::kAdts, short_time);
    if (opened) {
        Collector found;
        const auto summary = opened->reader->read(everything(), found);
        ASSERT_FALSE(summary);
        EXPECT_EQ(summary.error().code, ErrorCode::kLimit);
    } else {
        EXPECT_EQ(opened.error().code, ErrorCode::kLimit);
    }
}

TEST(Streams, DamagedBytesAreCountedAndNeverCrash) {
    fixtures::Clip clip = short_clip(30);
    clip.sound = fixtures::make_sound(fixtures::SoundKind::kTones, 16'000, 1.2, 1);
    for (const auto& [format, container] :
         {std::pair(ClipFormat::kMp4, Container::kIsoBmff), std::pair(ClipFormat::kMatroska, Container::kMatroska),
          std::pair(ClipFormat::kAvi, Container::kAvi), std::pair(ClipFormat::kMpegTs, Container::kMpegTs)}) {
        fixtures::EncodeOptions coding;
        coding.format = format;
        const auto whole = fixtures::encode_clip(clip, coding);
        bool any_damage = false;
        for (std::uint64_t seed = 0; seed < 8; ++seed) {
            std::mt19937_64 random(seed);
            auto bytes = whole;
            for (int i = 0; i < 40; ++i) {
                bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
            }
            if (auto opened = open(bytes, container)) {
                Collector found;
                if (const auto summary = opened->reader->read(everything(), found)) {
                    any_damage =
                        any_damage || summary->damaged_packets > 0 || summary->damaged_frames > 0 || summary->truncated;
                    EXPECT_LE(summary->problems.size(), 16U);
                }
            }
        }
        EXPECT_TRUE(any_damage) << static_cast<int>(format);
    }
}

}  // namespace
}  // namespace bonafide::media

#include "fixtures/sound.h"
#include "media/streams_fixtures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace bonafide::media {
namespace {

using fixtures::ClipFormat;
using fixtures::SoundFormat;
using ingest::Container;
using testing::HasSubstr;

TEST(Streams, ReadsAFilmWithSoundInOnePass) {
    fixtures::Clip clip = short_clip();
    clip.sound = fixtures::make_sound(fixtures::SoundKind::kTones, 44'100, 1.6, 1, 2);
    fixtures::EncodeOptions coding;
    coding.b_frames = 2;
    const auto bytes = fixtures::encode_clip(clip, coding);
    auto opened = open(bytes, Container::kIsoBmff);
    ASSERT_TRUE(opened) << opened.error().message;
    const StreamTable& table = opened->reader->table();
    ASSERT_EQ(table.streams.size(), 2U);
    ASSERT_TRUE(table.video && table.audio);
    const StreamInfo& film = table.streams[static_cast<std::size_t>(*table.video)];
    EXPECT_EQ(film.codec, "h264");
    EXPECT_EQ(film.width_px, 160);
    EXPECT_EQ(film.height_px, 96);
    EXPECT_NEAR(film.frame_rate_hz, 25, 0.1);
    EXPECT_NEAR(film.duration_s, 1.6, 0.05);
    EXPECT_THAT(film.encoder, HasSubstr("x264 - core"));
    EXPECT_EQ(table.streams[static_cast<std::size_t>(*table.audio)].sample_rate_hz, 44'100);

    Collector found;
    ReadOptions options = everything();
    options.export_quantiser = true;
    const auto summary = opened->reader->read(options, found);
    ASSERT_TRUE(summary) << summary.error().message;
    EXPECT_EQ(summary->frames, 40);
    EXPECT_FALSE(summary->truncated);
    EXPECT_TRUE(summary->problems.empty()) << testing::PrintToString(summary->problems);
    EXPECT_EQ(summary->damaged_frames, 0);
    EXPECT_NEAR(summary->video_end_s, 1.6, 0.05);
    EXPECT_NEAR(summary->audio_end_s, 1.6, 0.05);
    EXPECT_EQ(found.types.front(), PictureType::kI);
    EXPECT_THAT(found.types, testing::Contains(PictureType::kP));
    EXPECT_THAT(found.types, testing::Contains(PictureType::kB));
    EXPECT_TRUE(found.keys[0]);
    EXPECT_TRUE(found.keys[12]);
    EXPECT_FALSE(found.keys[5]);
    EXPECT_GT(found.quantisers.front(), 5);
    for (std::size_t i = 0; i < found.times_s.size(); ++i) {
        EXPECT_NEAR(found.times_s[i], 0.04 * static_cast<double>(i), 0.002);
    }
    EXPECT_EQ(found.luma.type(), CV_8UC1);
    EXPECT_LT(cv::norm(found.luma, clip.frames.back(), cv::NORM_L1) / static_cast<double>(found.luma.total()), 6.0);
    EXPECT_EQ(found.channels, 2U);
    EXPECT_NEAR(level(found.first_channel), level(clip.sound->channels[0]), 0.01);
    EXPECT_NEAR(static_cast<double>(found.mono_16k.size()) / 16'000, static_cast<double>(found.samples) / 44'100,
                0.002);
    EXPECT_NEAR(level(found.mono_16k), level(clip.sound->channels[0]), 0.01);
    EXPECT_EQ(found.packets.size(), static_cast<std::size_t>(summary->packets));
}

TEST(Streams, ReadsAgainFromTheStart) {
    const auto bytes = fixtures::encode_clip(short_clip(20), {});
    auto opened = open(bytes, Container::kIsoBmff);
    ASSERT_TRUE(opened);
    for (int pass = 0; pass < 2; ++pass) {
        Collector found;
        const auto summary = opened->reader->read(everything(), found);
        ASSERT_TRUE(summary);
        EXPECT_EQ(summary->frames, 20);
        EXPECT_EQ(found.packets.size(), 20U);
    }
}

TEST(Streams, ReadsEveryFilmContainerAndCodec) {
    struct Case {
        ClipFormat format;
        Container container;
        const char* codec;
        int quality;
    };
    const std::vector<Case> cases = {
        {ClipFormat::kMp4, Container::kIsoBmff, "libx264", 23},
        {ClipFormat::kMatroska, Container::kMatroska, "libx264", 23},
        {ClipFormat::kMatroska, Container::kMatroska, "libx265", 28},
        {ClipFormat::kMatroska, Container::kMatroska, "ffv1", 1},
        {ClipFormat::kAvi, Container::kAvi, "mpeg4", 3},
        {ClipFormat::kAvi, Container::kAvi, "mjpeg", 3},
        {ClipFormat::kMpegTs, Container::kMpegTs, "libx264", 23},
    };
    fixtures::Clip clip = short_clip(25);
    clip.sound = fixtures::make_sound(fixtures::SoundKind::kTones, 44'100, 1.0, 1);
    for (const Case& tried : cases) {
        SCOPED_TRACE(std::string(tried.codec) + " in container " + std::to_string(static_cast<int>(tried.container)));
        fixtures::EncodeOptions coding;
        coding.format = tried.format;
        coding.codec = tried.codec;
        coding.quality = tried.quality;
        const auto bytes = fixtures::encode_clip(clip, coding);
        auto opened = open(bytes, tried.container);
        ASSERT_TRUE(opened) << opened.error().message;
        Collector found;
        const auto summary = opened->reader->read(everything(), found);
        ASSERT_TRUE(summary) << summary.error().message;
        EXPECT_EQ(summary->frames, 25);
        EXPECT_FALSE(summary->truncated) << testing::PrintToString(summary->problems);
        EXPECT_NEAR(static_cast<double>(summary->samples) / 44'100, 1.0, 0.1);
        EXPECT_NEAR(found.times_s.front(), 0.0, 0.1);
        EXPECT_LT(cv::norm(found.luma, clip.frames.back(), cv::NORM_L1) / static_cast<double>(found.luma.total()), 8.0);
    }
}

TEST(Streams, ReadsEverySoundContainer) {
    struct Case {
        SoundFormat format;
        Container container;
        int rate_hz;
    };
    const std::vector<Case> cases = {
        {SoundFormat::kWav, Container::kWav, 22'050},           {SoundFormat::kWavFloat, Container::kWav, 48'000},
        {SoundFormat::kFlac, Container::kFlac, 16'000},         {SoundFormat::kMp3, Container::kMp3, 44'100},
        {SoundFormat::kM4a, Container::kIsoBmff, 44'100},       {SoundFormat::kAdts, Container::kAdts, 44'100},
        {SoundFormat::kOggVorbis, Container::kOgg, 44'100},     {SoundFormat::kOggOpus, Container::kOgg, 48'000},
        {SoundFormat::kMatroska, Container::kMatroska, 32'000},
    };
    for (const Case& tried : cases) {
        SCOPED_TRACE(static_cast<int>(tried.format));
        const fixtures::Sound sound = fixtures::make_sound(fixtures::SoundKind::kTones, tried.rate_hz, 2.0, 3);
        const auto bytes = fixtures::encode_sound(sound, tried.format);
        auto opened = open(bytes, tried.container);
        ASSERT_TRUE(opened) << opened.error().message;
        EXPECT_FALSE(opened->reader->table().video.has_value());
        Collector found;
        const auto summary = opened->reader->read(everything(), found);
        ASSERT_TRUE(summary) << summary.error().message;
        EXPECT_EQ(found.rate_hz, tried.rate_hz);
        EXPECT_NEAR(static_cast<double>(summary->samples) / tried.rate_hz, 2.0, 0.1);
        EXPECT_NEAR(level(found.mono_16k), level(sound.channels[0]), 0.02);
        EXPECT_FALSE(summary->truncated) << testing::PrintToString(summary->problems);
    }
}

TEST(Streams, KeepsPcmExactly) {
    const fixtures::Sound sound = fixtures::make_sound(fixtures::SoundKind::kSpeechLike, 16'000, 1.0, 3, 2);
    const auto bytes = fixtures::encode_sound(sound, SoundFormat::kWavFloat);
    auto opened = open(bytes, Container::kWav);
    ASSERT_TRUE(opened);
    Collector found;
    ASSERT_TRUE(opened->reader->read(everything(), found));
    EXPECT_EQ(found.first_channel, sound.channels[0]);
    ASSERT_EQ(found.mono_16k.size(), sound.channels[0].size());
    EXPECT_FLOAT_EQ(found.mono_16k[500], (sound.channels[0][500] + sound.channels[1][500]) * 0.5F);
}

TEST(Streams, TurnsAndShrinksPicturesForColour) {
    fixtures::EncodeOptions coding;
    coding.rotation_deg = 90;
    fixtures::Clip clip = short_clip(3);
    for (cv::Mat& frame : clip.frames) {
        frame.setTo(40);
        frame(cv::Rect(0, 0, 160, 48))
            .setTo(200);  // the upper half is bright: a quarter turn clockwise brings it to the right
    }
    const auto bytes = fixtures::encode_clip(clip, coding);
    auto opened = open(bytes, Container::kIsoBmff);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->reader->table().streams[0].rotation_deg, 90);
    Collector found;
    found.rgb_longest_px = 80;
    ASSERT_TRUE(opened->reader->read(everything(), found));
    ASSERT_EQ(found.rgb.size(), cv::Size(48, 80));
    ASSERT_EQ(found.rgb.type(), CV_8UC3);
    EXPECT_GT(cv::mean(found.rgb.colRange(30, 48))[1], cv::mean(found.rgb.colRange(0, 18))[1] + 100);
    EXPECT_EQ(found.luma.size(), cv::Size(160, 96)) << "luma is not turned";
}

TEST(Streams, GivesTenBitsAsSixteen) {
    fixtures::EncodeOptions coding;
    coding.format = ClipFormat::kMatroska;
    coding.bits = 10;
    const auto bytes = fixtures::encode_clip(short_clip(3), coding);
    auto opened = open(bytes, Container::kMatroska);
    ASSERT_TRUE(opened);
    Collector found;
    ASSERT_TRUE(opened->reader->read(everything(), found));
    ASSERT_EQ(found.luma.type(), CV_16UC1);
    EXPECT_EQ(found.luma_bits, 10);
    double most = 0;
    cv::minMaxLoc(found.luma, nullptr, &most);
    EXPECT_LE(most, 1023);
    EXPECT_GT(most, 255);
}

}  // namespace
}  // namespace bonafide::media

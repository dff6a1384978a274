#include "media/streams.h"

#include "fixtures/clip.h"
#include "fixtures/shared_data.h"
#include "fixtures/sound.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace bonafide::media {
namespace {

using fixtures::ClipFormat;
using fixtures::SoundFormat;
using ingest::Container;
using testing::HasSubstr;

ingest::Identity identity_of(Container container) {
    return {container, ingest::MediaKind::kVideo, "", ""};
}

/// Keeps what a pass delivers.
struct Collector final : StreamSink {
    void on_packet(const Packet& packet) override { packets.push_back(packet); }
    void on_frame(const VideoFrame& frame) override {
        times_s.push_back(frame.time_s);
        types.push_back(frame.type);
        keys.push_back(frame.key);
        quantisers.push_back(frame.quantiser);
        coded_bytes += frame.coded_bytes;
        damaged += frame.damaged ? 1 : 0;
        luma = frame.luma.clone();
        luma_bits = frame.luma_bits;
        if (times_s.size() == 1) {
            rgb = frame.rgb(rgb_longest_px);
        }
    }
    void on_sound(const SoundBlock& block) override {
        EXPECT_EQ(block.first_sample, samples);
        EXPECT_EQ(block.first_sample_16k, static_cast<std::int64_t>(mono_16k.size()));
        rate_hz = block.rate_hz;
        channels = block.channels.size();
        for (const auto& channel : block.channels) {
            EXPECT_EQ(channel.size(), block.channels.front().size());
        }
        first_channel.insert(first_channel.end(), block.channels.front().begin(), block.channels.front().end());
        mono_16k.insert(mono_16k.end(), block.mono_16k.begin(), block.mono_16k.end());
        samples = static_cast<std::int64_t>(first_channel.size());
    }
    std::vector<Packet> packets;
    std::vector<double> times_s, quantisers;
    std::vector<PictureType> types;
    std::vector<bool> keys;
    std::int64_t coded_bytes = 0, damaged = 0, samples = 0;
    int rate_hz = 0, rgb_longest_px = 0, luma_bits = 0;
    std::size_t channels = 0;
    std::vector<float> first_channel, mono_16k;
    cv::Mat luma, rgb;
};

ReadOptions everything() {
    ReadOptions options;
    options.packets = options.frames = options.sound = true;
    options.threads = 2;
    return options;
}

struct Opened {
    std::unique_ptr<ingest::ByteSource> source;
    std::unique_ptr<StreamReader> reader;
};

Result<Opened> open(const std::vector<std::uint8_t>& bytes, Container container, const Limits& limits = {}) {
    Opened opened{ingest::open_memory(bytes), nullptr};
    auto reader = StreamReader::open(identity_of(container), *opened.source, limits);
    if (!reader) {
        return reader.error();
    }
    opened.reader = std::move(*reader);
    return opened;
}

fixtures::Clip short_clip(int frames = 40) {
    fixtures::ClipOptions options;
    options.frames = frames;
    options.width_px = 160;
    options.height_px = 96;
    return fixtures::make_clip(options);
}

double level(const std::vector<float>& samples) {
    double sum = 0;
    for (const float sample : samples) {
        sum += static_cast<double>(sample) * sample;
    }
    return std::sqrt(sum / static_cast<double>(std::max<std::size_t>(samples.size(), 1)));
}

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

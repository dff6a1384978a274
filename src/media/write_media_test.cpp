#include "media/write_media.h"

#include "fixtures/sound.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace bonafide::media {
namespace {

using testing::HasSubstr;

const cv::Size kSize(160, 90);

/// A bright bar that moves on with every picture, in colour.
cv::Mat picture(int number) {
    cv::Mat rgb(kSize.height, kSize.width, CV_8UC3, cv::Scalar(40, 90, 140));
    cv::rectangle(rgb, {10 + 12 * number, 20, 20, 50}, cv::Scalar(220, 180, 60), cv::FILLED);
    return rgb;
}

SoundBlock block_of(const fixtures::Sound& sound, double start_s) {
    SoundBlock block;
    block.start_s = start_s;
    block.rate_hz = sound.rate_hz;
    for (const std::vector<float>& channel : sound.channels) {
        block.channels.emplace_back(channel);
    }
    return block;
}

class Keeper final : public StreamSink {
  public:
    void on_frame(const VideoFrame& frame) override {
        times_s.push_back(frame.time_s);
        frames.push_back(frame.rgb().clone());
    }
    void on_sound(const SoundBlock& block) override {
        first_s = std::min(first_s, block.start_s);
        rate_hz = block.rate_hz;
        channels = block.channels.size();
        samples.insert(samples.end(), block.channels.front().begin(), block.channels.front().end());
    }
    std::vector<double> times_s;
    std::vector<cv::Mat> frames;
    std::vector<float> samples;
    double first_s = 1e9;
    int rate_hz = 0;
    std::size_t channels = 0;
};

struct ReadBack {
    std::string media_type;
    StreamTable table;
    Keeper kept;
};

ReadBack read_back(const std::vector<std::uint8_t>& bytes) {
    ReadBack back;
    const auto source = ingest::open_memory(bytes);
    const ingest::Identity identity = ingest::identify(*source);
    back.media_type = identity.media_type;
    const auto reader = StreamReader::open(identity, *source, Limits{});
    EXPECT_TRUE(reader.ok()) << (reader.ok() ? "" : reader.error().message);
    if (reader.ok()) {
        back.table = (*reader)->table();
        ReadOptions wanted;
        wanted.frames = wanted.sound = true;
        const auto read = (*reader)->read(wanted, back.kept);
        EXPECT_TRUE(read.ok() && !read->truncated && read->damaged_frames == 0);
    }
    return back;
}

/// Shift in seconds at which `later` fits `earlier` best, both of `rate_hz`, within a 20th of a second.
double delay_s(const std::vector<float>& earlier, const std::vector<float>& later, int rate_hz) {
    const int reach = rate_hz / 20, step = 23;
    double best = -1;
    int at = 0;
    for (int shift = -reach; shift <= reach; ++shift) {
        double sum = 0;
        for (int i = reach; i + reach < static_cast<int>(std::min(earlier.size(), later.size())); i += step) {
            sum += static_cast<double>(earlier[static_cast<std::size_t>(i)]) *
                   static_cast<double>(later[static_cast<std::size_t>(i + shift)]);
        }
        if (sum > best) {
            best = sum;
            at = shift;
        }
    }
    return static_cast<double>(at) / rate_hz;
}

TEST(MediaWriter, PicturesComeBackInTheirColoursAtTheirUnevenTimes) {
    WriteOptions options;
    options.pictures = PictureCoding{kSize, 25, 18};
    options.comment = "a label in words";
    auto writer = MediaWriter::create(options);
    ASSERT_TRUE(writer.ok()) << writer.error().message;
    const std::vector<double> times_s = {0, 0.04, 0.2, 0.2, 0.2333, 0.9, 0.94, 1.5};  // one does not rise
    for (std::size_t i = 0; i < times_s.size(); ++i) {
        ASSERT_TRUE((*writer)->add_picture(picture(static_cast<int>(i)), times_s[i]).ok());
    }
    const auto bytes = (*writer)->finish();
    ASSERT_TRUE(bytes.ok()) << bytes.error().message;
    const ReadBack back = read_back(*bytes);
    EXPECT_EQ(back.media_type, "video/mp4");
    EXPECT_EQ(back.table.tags.at("comment"), "a label in words");
    EXPECT_EQ(back.table.streams.at(0).codec, "h264");
    EXPECT_EQ(back.table.streams.at(0).width_px, kSize.width);
    ASSERT_EQ(back.kept.times_s.size(), times_s.size());
    for (std::size_t i = 0; i < times_s.size(); ++i) {
        EXPECT_NEAR(back.kept.times_s[i], times_s[i], 0.0001) << i;
        EXPECT_LT(cv::norm(back.kept.frames[i], picture(static_cast<int>(i)), cv::NORM_L1) / (3.0 * kSize.area()), 4)
            << i;
    }
}

TEST(MediaWriter, SoundStaysWithThePicturesInEveryCodec) {
    const fixtures::Sound sound = fixtures::make_sound(fixtures::SoundKind::kSpeechLike, 44'100, 2, 5, 2);
    for (const SoundCodec codec : {SoundCodec::kAac, SoundCodec::kOpus, SoundCodec::kMp3, SoundCodec::kFlac}) {
        WriteOptions options;
        options.format = codec == SoundCodec::kAac ? WrittenFormat::kMp4 : WrittenFormat::kMatroska;
        options.pictures = PictureCoding{kSize, 10, 28};
        options.sound = SoundCoding{codec, sound.rate_hz, 2, 96'000};
        auto writer = MediaWriter::create(options);
        ASSERT_TRUE(writer.ok()) << writer.error().message;
        for (int i = 0; i < 20; ++i) {
            ASSERT_TRUE((*writer)->add_picture(picture(i % 8), i / 10.0).ok());
        }
        ASSERT_TRUE((*writer)->add_sound(block_of(sound, 0)).ok());
        const auto bytes = (*writer)->finish();
        ASSERT_TRUE(bytes.ok()) << bytes.error().message;
        const ReadBack back = read_back(*bytes);
        EXPECT_EQ(back.kept.frames.size(), 20U);
        EXPECT_EQ(back.kept.channels, 2U);
        EXPECT_EQ(back.kept.rate_hz, codec == SoundCodec::kOpus ? 48'000 : 44'100);
        EXPECT_NEAR(static_cast<double>(back.kept.samples.size()) / back.kept.rate_hz, 2, 0.1);
        if (back.kept.rate_hz == sound.rate_hz) {
            // Matroska does not tell of the 1,105 samples with which MP3 begins.
            const double late_s = codec == SoundCodec::kMp3 ? 0.025 : 0;
            EXPECT_NEAR(back.kept.first_s + delay_s(sound.channels[0], back.kept.samples, sound.rate_hz), late_s, 0.003)
                << static_cast<int>(codec);
        }
    }
}

TEST(MediaWriter, GapsInTheSoundBecomeSilence) {
    const fixtures::Sound sound = fixtures::make_sound(fixtures::SoundKind::kNoise, 16'000, 0.5, 1);
    WriteOptions options;
    options.format = WrittenFormat::kWav;
    options.sound = SoundCoding{SoundCodec::kPcm, 16'000, 1};
    auto writer = MediaWriter::create(options);
    ASSERT_TRUE(writer.ok());
    ASSERT_TRUE((*writer)->add_sound(block_of(sound, 0.25)).ok());
    ASSERT_TRUE((*writer)->add_sound(block_of(sound, 1.25)).ok());
    const auto bytes = (*writer)->finish();
    ASSERT_TRUE(bytes.ok());
    const ReadBack back = read_back(*bytes);
    EXPECT_EQ(back.media_type, "audio/wav");
    const auto loudness = [&](double from_s, double to_s) {
        double sum = 0;
        for (auto i = static_cast<std::size_t>(from_s * 16'000); i < static_cast<std::size_t>(to_s * 16'000); ++i) {
            sum += std::abs(static_cast<double>(back.kept.samples.at(i)));
        }
        return sum;
    };
    EXPECT_NEAR(static_cast<double>(back.kept.samples.size()) / 16'000, 1.75, 0.01);
    EXPECT_LT(loudness(0, 0.24), 1);
    EXPECT_GT(loudness(0.3, 0.7), 10);
    EXPECT_LT(loudness(0.8, 1.2), 1);
    EXPECT_GT(loudness(1.3, 1.7), 10);
}

TEST(MediaWriter, ABitRateIsKept) {
    std::vector<std::size_t> sizes;
    cv::RNG random(1);
    for (const std::int64_t rate : {100'000, 400'000}) {
        WriteOptions options;
        options.pictures = PictureCoding{{320, 180}, 25, 20, rate};
        auto writer = MediaWriter::create(options);
        ASSERT_TRUE(writer.ok());
        cv::Mat noise(180, 320, CV_8UC3);
        for (int i = 0; i < 50; ++i) {
            random.fill(noise, cv::RNG::NORMAL, 128, 30);
            ASSERT_TRUE((*writer)->add_picture(noise, i / 25.0).ok());
        }
        const auto bytes = (*writer)->finish();
        ASSERT_TRUE(bytes.ok());
        sizes.push_back(bytes->size());
    }
    EXPECT_GT(static_cast<double>(sizes[1]), 1.5 * static_cast<double>(sizes[0]));
}

TEST(MediaWriter, RefusesInWords) {
    const auto refused = [](const WriteOptions& options) {
        const auto writer = MediaWriter::create(options);
        EXPECT_FALSE(writer.ok());
        return writer.ok() ? "" : writer.error().message;
    };
    WriteOptions options;
    EXPECT_THAT(refused(options), HasSubstr("neither"));
    for (const cv::Size size : {cv::Size(0, 0), cv::Size(1, 1), cv::Size(161, 90), cv::Size(8192, 90)}) {
        options.pictures = PictureCoding{size};
        EXPECT_THAT(refused(options), HasSubstr("even"));
    }
    options.pictures = PictureCoding{kSize, 25, 90};
    EXPECT_THAT(refused(options), HasSubstr("0 to 51"));
    options.pictures.reset();
    options.sound = SoundCoding{SoundCodec::kAac, 48'000, 1, 1};
    EXPECT_THAT(refused(options), HasSubstr("kbit/s"));
    options.sound = SoundCoding{};
    options.pictures = PictureCoding{kSize, NAN};
    auto empty = MediaWriter::create(options);
    ASSERT_TRUE(empty.ok());
    const auto bytes = (*empty)->finish();
    ASSERT_FALSE(bytes.ok());
    EXPECT_THAT(bytes.error().message, HasSubstr("without a picture"));
}

}  // namespace
}  // namespace bonafide::media

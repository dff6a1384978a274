#include "media/encode_film.h"

#include "media/streams.h"

#include <gtest/gtest.h>

namespace bonafide::media {
namespace {

cv::Mat flat(int level) {
    return {90, 160, CV_8UC3, cv::Scalar(level, 200 - level, 40)};
}

class Levels final : public StreamSink {
  public:
    void on_frame(const VideoFrame& frame) override {
        times_s.push_back(frame.time_s);
        levels.push_back(cv::mean(frame.rgb())[0]);
    }
    std::vector<double> times_s, levels;
};

TEST(FilmEncoder, WhatWasWrittenComesBackAtItsTimes) {
    auto encoder = FilmEncoder::create({160, 90}, 25);
    ASSERT_TRUE(encoder.ok()) << encoder.error().message;
    const std::vector<double> times_s = {0, 0.04, 0.2, 0.2, 0.5};  // uneven, and one that does not rise
    for (std::size_t i = 0; i < times_s.size(); ++i) {
        ASSERT_TRUE((*encoder)->add(flat(20 + 30 * static_cast<int>(i)), times_s[i]).ok());
    }
    const auto bytes = (*encoder)->finish();
    ASSERT_TRUE(bytes.ok());
    const auto source = ingest::open_memory(*bytes);
    const ingest::Identity identity = ingest::identify(*source);
    EXPECT_EQ(identity.media_type, "video/webm");
    const auto reader = StreamReader::open(identity, *source, Limits{});
    ASSERT_TRUE(reader.ok());
    EXPECT_EQ((*reader)->table().streams.at(0).codec, "vp8");
    Levels seen;
    ReadOptions wanted;
    wanted.frames = true;
    ASSERT_TRUE((*reader)->read(wanted, seen).ok());
    ASSERT_EQ(seen.times_s.size(), times_s.size());
    for (std::size_t i = 0; i < times_s.size(); ++i) {
        EXPECT_NEAR(seen.times_s[i], times_s[i], 0.002) << i;
        EXPECT_NEAR(seen.levels[i], 20 + 30 * static_cast<double>(i), 6) << i;
    }
}

TEST(FilmEncoder, RefusesWhatIsNoFilm) {
    for (const cv::Size size : {cv::Size(0, 0), cv::Size(8, 90), cv::Size(20'000, 90)}) {
        const auto encoder = FilmEncoder::create(size, 25);
        ASSERT_FALSE(encoder.ok());
        EXPECT_EQ(encoder.error().code, ErrorCode::kUsage);
    }
    auto empty = FilmEncoder::create({160, 90}, 0);
    ASSERT_TRUE(empty.ok());
    EXPECT_FALSE((*empty)->finish().ok());
}

}  // namespace
}  // namespace bonafide::media

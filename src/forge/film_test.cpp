#include "forge/film.h"

#include "features/watermark/film.h"
#include "fixtures/clip.h"
#include "forge/film_copy.h"
#include "forge/launder_film.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

namespace bonafide::forge {
namespace {

using testing::HasSubstr;
using Bytes = std::vector<std::uint8_t>;

fixtures::Clip clip(int frames) {
    fixtures::ClipOptions options;
    options.frames = frames;
    fixtures::Clip made = fixtures::make_clip(options);
    made.sound = fixtures::make_sound(fixtures::SoundKind::kSpeechLike, 44'100, frames / made.rate_hz, 3);
    return made;
}

Result<Product> laundered(const Bytes& film, const std::vector<std::string>& steps, const std::string& format = "mp4") {
    Order order;
    order.kind = "launder";
    order.format = format;
    order.steps = steps;
    const auto source = ingest::open_memory(film);
    return make_laundered_film(order, {*source}, {}, 1);
}

/// `film` with the forge's watermark, as an MP4.
Bytes marked(const Bytes& film) {
    auto opened = open_film(film, {});
    features::watermark::FilmMarker marker;
    CopyOrder order;
    order.pictures = &*opened;
    order.given_size = opened->size();
    order.options.pictures = media::PictureCoding{opened->size(), 25, 18};
    order.change = [&](const cv::Mat& rgb, double) -> Result<cv::Mat> { return marker.next(rgb, false); };
    auto copied = copy_film(order, 1);
    EXPECT_TRUE(copied.ok());
    return std::move(copied->bytes);
}

TEST(FilmSize, IsEvenAndWithin720p) {
    EXPECT_EQ(film_size({640, 360}), cv::Size(640, 360));
    EXPECT_EQ(film_size({641, 361}), cv::Size(642, 362));
    EXPECT_EQ(film_size({1280, 720}), cv::Size(1280, 720));
    EXPECT_EQ(film_size({1920, 1080}), cv::Size(1280, 720));
    EXPECT_EQ(film_size({1080, 1920}), cv::Size(720, 1280));
    EXPECT_EQ(film_size({1000, 1000}), cv::Size(720, 720));
    EXPECT_EQ(film_size({1, 1}), cv::Size(2, 2));
    EXPECT_TRUE(film_size({0, 0}).empty());
    for (int width = 1; width < 3000; width += 37) {
        for (int height = 1; height < 3000; height += 41) {
            const cv::Size size = film_size({width, height});
            ASSERT_LE(std::max(size.width, size.height), 1280);
            ASSERT_LE(std::min(size.width, size.height), 720);
            ASSERT_TRUE(size.width % 2 == 0 && size.height % 2 == 0);
        }
    }
}

TEST(LaunderFilm, KeepsFramesAndSoundThroughSeveralSaves) {
    const Bytes film = fixtures::encode_clip(clip(12), {});
    const auto made = laundered(film, {"resize=0.5", "h264=30", "opus=24", "crop=4", "h264-rate=150", "aac=48"});
    ASSERT_TRUE(made.ok()) << made.error().message;
    EXPECT_FALSE(made->made.fake);
    EXPECT_EQ(made->made.frames, 12);
    EXPECT_EQ(made->made.width_px, 152);
    EXPECT_EQ(made->made.height_px, 82);
    const auto opened = open_film(made->bytes, {});
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(opened->pictures()->codec, "h264");
    EXPECT_EQ(opened->sound()->codec, "aac");
    EXPECT_NEAR(opened->sound()->duration_s, 12 / 25.0, 0.1);
}

TEST(LaunderFilm, WhatCameInMarkedLeavesMarked) {
    const Bytes film = marked(fixtures::encode_clip(clip(10), {}));
    const auto gentle = laundered(film, {"h264=26"}), rough = laundered(film, {"resize=0.7", "h264=51"});
    ASSERT_TRUE(gentle.ok() && rough.ok()) << (gentle.ok() ? rough : gentle).error().message;
    EXPECT_TRUE(gentle->made.fake && rough->made.fake);
    EXPECT_THAT(gentle->made.description, testing::Not(HasSubstr("put in again")));
    EXPECT_GE(trace_in_film(gentle->bytes, 1)->trace.false_alarm_exponent, features::watermark::kFoundExponent);
}

TEST(LaunderFilm, RefusesInWords) {
    const Bytes film = fixtures::encode_clip(clip(3), {});
    const auto words = [&](const std::vector<std::string>& steps, const std::string& format = "mp4") {
        const auto made = laundered(film, steps, format);
        EXPECT_FALSE(made.ok());
        return made.ok() ? "" : made.error().message;
    };
    EXPECT_THAT(words({}), HasSubstr("have to be saved"));
    for (const char* step : {"h264", "h264=", "h264=x", "h264=52", "h264=nan", "jpeg=60", "=3", ""}) {
        EXPECT_THAT(words({step}), HasSubstr("no step")) << step;
    }
    EXPECT_THAT(words({"h264=28", "crop=3"}), HasSubstr("has to be saved"));
    EXPECT_THAT(words({"crop=90", "h264=28"}), HasSubstr("the steps leave"));
    EXPECT_THAT(words({"h264=28", "mp3=64"}), HasSubstr("saved once more"));
    EXPECT_THAT(words({"h264=28"}, "png"), HasSubstr(".mp4"));
    EXPECT_THAT(words({"h264=28"}, "wav"), HasSubstr("for pictures"));
}

TEST(LaunderFilm, RefusesWhatIsDamagedOrNoFilm) {
    const Bytes film = fixtures::encode_clip(clip(20), {});
    Bytes cut(film.begin(), film.begin() + static_cast<std::ptrdiff_t>(film.size() / 2));
    Bytes hostile = film;
    for (std::size_t i = hostile.size() / 3; i < hostile.size() / 2; ++i) {
        hostile[i] = static_cast<std::uint8_t>(i * 31);
    }
    for (const Bytes& bytes : {cut, hostile, Bytes(), Bytes(100, 7)}) {
        const auto made = laundered(bytes, {"h264=28"});
        ASSERT_FALSE(made.ok());
        EXPECT_FALSE(made.error().message.empty());
    }
    const auto single = laundered(fixtures::encode_clip(clip(1), {}), {"h264=28"});
    ASSERT_FALSE(single.ok());
    EXPECT_THAT(single.error().message, HasSubstr("too short"));
}

}  // namespace
}  // namespace bonafide::forge

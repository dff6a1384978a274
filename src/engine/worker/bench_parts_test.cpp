// What `bench` has the worker do: count shades against a mask, and launder.
#include "engine/worker/launder.h"
#include "engine/worker/localise.h"
#include "fixtures/clip.h"
#include "fixtures/sound.h"
#include "forge/film_copy.h"
#include "media/encode.h"
#include "media/image.h"

#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

namespace bonafide::engine {
namespace {

using Bytes = std::vector<std::uint8_t>;

cv::Mat picture(cv::Size size) {
    cv::Mat rgb(size, CV_8UC3);
    cv::randu(rgb, 0, 255);
    cv::GaussianBlur(rgb, rgb, {}, 4);
    return rgb;
}

/// A mask whose left quarter is white.
Bytes left_quarter(cv::Size size) {
    cv::Mat mask(size, CV_8UC1, cv::Scalar(0));
    mask(cv::Rect(0, 0, size.width / 4, size.height)) = 255;
    return media::encode_png(mask);
}

TEST(Localise, CountsEachPixelOfThePictureOnce) {
    const cv::Size size(80, 40);
    const Bytes bytes = left_quarter(size);
    const auto mask = ingest::open_memory(bytes);
    Localiser localiser(mask.get(), size, false, {});
    cv::Mat fine(size, CV_8UC1, cv::Scalar(10));
    fine(cv::Rect(0, 0, 20, 40)) = 200;
    localiser.add("fine", fine);
    localiser.add("coarse", cv::Mat(cv::Size(5, 3), CV_8UC1, cv::Scalar(77)));  // one value for 16 x 16 px
    const auto result = localiser.take();
    EXPECT_EQ(result["problem"], "");
    EXPECT_EQ(result["maps"]["fine"]["inside"][200], 800);
    EXPECT_EQ(result["maps"]["fine"]["outside"][10], 2400);
    EXPECT_EQ(result["maps"]["coarse"]["inside"][77], 800);
    EXPECT_EQ(result["maps"]["coarse"]["outside"][77], 2400);
}

TEST(Localise, WithoutAMaskNothingIsInside) {
    Localiser localiser(nullptr, {10, 10}, false, {});
    localiser.add("map", cv::Mat(10, 10, CV_8UC1, cv::Scalar(3)));
    const auto result = localiser.take();
    EXPECT_EQ(result["maps"]["map"]["outside"][3], 100);
    EXPECT_EQ(result["maps"]["map"]["inside"][3], 0);
}

TEST(Localise, AMaskOfAnotherSizeFitsOnlyALaunderedPicture) {
    const Bytes bytes = left_quarter({80, 40});
    const auto mask = ingest::open_memory(bytes);
    Localiser strict(mask.get(), {40, 20}, false, {});
    strict.add("map", cv::Mat(20, 40, CV_8UC1, cv::Scalar(0)));
    const auto refused = strict.take();
    EXPECT_EQ(refused["problem"], "its mask is 80 x 40 px, the picture 40 x 20 px");
    EXPECT_TRUE(refused["maps"].empty());
    Localiser lenient(mask.get(), {40, 20}, true, {});
    lenient.add("map", cv::Mat(20, 40, CV_8UC1, cv::Scalar(0)));
    EXPECT_EQ(lenient.take()["maps"]["map"]["inside"][0], 200);
}

TEST(Localise, RefusesWhatIsNoMask) {
    const Bytes noise(100, 0x5A), nothing;
    for (const Bytes& bytes : {noise, nothing}) {
        const auto source = ingest::open_memory(bytes);
        EXPECT_FALSE(read_mask(*source, {}).ok());
        Localiser localiser(source.get(), {10, 10}, false, {});
        EXPECT_NE(localiser.take()["problem"], "");
    }
    Bytes torn = left_quarter({400, 400});
    torn.resize(torn.size() / 2);
    EXPECT_FALSE(read_mask(*ingest::open_memory(torn), {}).ok());
    Limits small;
    small.pixels = 100;
    const Bytes large = left_quarter({80, 40});
    EXPECT_EQ(read_mask(*ingest::open_memory(large), small).error().code, ErrorCode::kLimit);
}

media::Image relaundered(const Bytes& bytes) {
    const auto source = ingest::open_memory(bytes);
    const auto washed = laundered(ingest::identify(*source), *source, {}, 1);
    EXPECT_TRUE(washed.ok());
    const auto again = ingest::open_memory(*washed);
    auto image = media::decode_image(ingest::identify(*again), *washed, {});
    EXPECT_TRUE(image.ok());
    return *image;
}

TEST(Launder, ShrinksTheLongerSideTo1080AndNeverEnlarges) {
    EXPECT_EQ(relaundered(media::encode_png(picture({1600, 800}))).rgb.size(), cv::Size(1080, 540));
    EXPECT_EQ(relaundered(media::encode_png(picture({800, 1600}))).rgb.size(), cv::Size(540, 1080));
    EXPECT_EQ(relaundered(media::encode_png(picture({200, 100}))).rgb.size(), cv::Size(200, 100));
    EXPECT_EQ(relaundered(media::encode_png(picture({1, 1}))).rgb.size(), cv::Size(1, 1));
    EXPECT_TRUE(relaundered(media::encode_png(picture({64, 64}))).lossy);
}

Bytes streams_laundered(const Bytes& bytes) {
    const auto source = ingest::open_memory(bytes);
    auto sent = laundered(ingest::identify(*source), *source, {}, 1);
    EXPECT_TRUE(sent.ok()) << (sent.ok() ? "" : sent.error().message);
    return sent.ok() ? std::move(*sent) : Bytes();
}

Bytes film(cv::Size size, int frames, bool with_sound) {
    fixtures::ClipOptions options;
    options.width_px = size.width;
    options.height_px = size.height;
    options.frames = frames;
    fixtures::Clip clip = fixtures::make_clip(options);
    if (with_sound) {
        clip.sound = fixtures::make_sound(fixtures::SoundKind::kSpeechLike, 44'100, frames / clip.rate_hz, 3);
    }
    fixtures::EncodeOptions encoding;
    encoding.codec = "mpeg4";
    encoding.quality = 2;
    return fixtures::encode_clip(clip, encoding);
}

TEST(Launder, FilmsBecomeH264OfAtMost720pWithTheirSoundAsAac) {
    const Bytes given = film({1600, 900}, 8, true), washed = streams_laundered(given);
    const auto opened = forge::open_film(washed, {});
    ASSERT_TRUE(opened.ok() && opened->pictures() != nullptr && opened->sound() != nullptr);
    EXPECT_EQ(opened->pictures()->codec, "h264");
    EXPECT_EQ(opened->size(), cv::Size(1280, 720));
    EXPECT_EQ(opened->sound()->codec, "aac");
    EXPECT_LT(washed.size(), given.size() / 2);
}

TEST(Launder, FilmsAreNeverEnlargedAndMayBeSilent) {
    const Bytes washed = streams_laundered(film({320, 180}, 8, false));
    const auto opened = forge::open_film(washed, {});
    ASSERT_TRUE(opened.ok() && opened->pictures() != nullptr);
    EXPECT_EQ(opened->size(), cv::Size(320, 180));
    EXPECT_EQ(opened->sound(), nullptr);
}

TEST(Launder, RecordingsBecomeVoiceMessages) {
    const fixtures::Sound sound = fixtures::make_sound(fixtures::SoundKind::kSpeechLike, 16'000, 2, 3);
    const Bytes washed = streams_laundered(fixtures::encode_sound(sound, fixtures::SoundFormat::kWav));
    const auto opened = forge::open_film(washed, {});
    ASSERT_TRUE(opened.ok() && opened->sound() != nullptr);
    EXPECT_EQ(opened->pictures(), nullptr);
    EXPECT_EQ(opened->sound()->codec, "opus");
    EXPECT_NEAR(opened->sound()->duration_s, 2, 0.1);
    EXPECT_LT(washed.size(), 12'000U) << "24 kbit/s";
}

TEST(Launder, RefusesWhatIsNoMediumOrDamaged) {
    Bytes torn = media::encode_png(picture({64, 64}));
    torn.resize(20);
    Bytes cut = film({320, 180}, 20, true);
    cut.resize(cut.size() / 2);
    for (const Bytes& bytes : {Bytes(100, 0x5A), torn, cut, film({320, 180}, 1, false)}) {
        const auto source = ingest::open_memory(bytes);
        const auto refused = laundered(ingest::identify(*source), *source, {}, 1);
        ASSERT_FALSE(refused.ok());
        EXPECT_FALSE(refused.error().message.empty());
    }
}

TEST(Launder, HalvedColourIsSmaller) {
    const cv::Mat rgb = picture({256, 256});
    const Bytes full = media::encode_jpeg(rgb, 70), halved = media::encode_jpeg(rgb, 70, media::Chroma::kHalved);
    EXPECT_LT(halved.size(), full.size());
}

}  // namespace
}  // namespace bonafide::engine

#include "features/presentation.h"

#include "features/presentation_frames.h"
#include "features/presentation_preview.h"
#include "features/presentation_sound.h"
#include "media/encode.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <numbers>

namespace bonafide::features {
namespace {

/// A grey frame that counts how often it is converted.
class CountingFrame final : public media::VideoFrame {
  public:
    CountingFrame(std::int64_t position, int& conversions) : conversions_(conversions) {
        index = position;
        time_s = static_cast<double>(position) / 25;
    }
    cv::Mat rgb(int longest_px) const override {
        ++conversions_;
        return cv::Mat(longest_px * 9 / 16, longest_px, CV_8UC3, cv::Scalar::all(90));
    }

  private:
    int& conversions_;
};

struct Film {
    FrameKeeper keeper;
    int conversions = 0;
};

void play(Film& film, std::int64_t frames) {
    for (std::int64_t i = 0; i < frames; ++i)
        film.keeper.add(CountingFrame(i, film.conversions));
}

media::SoundBlock block_of(const std::vector<std::span<const float>>& channels, int rate_hz) {
    media::SoundBlock block;
    block.rate_hz = rate_hz;
    block.channels = channels;
    return block;
}

std::vector<float> sine(double frequency_hz, double rate_hz, std::size_t samples, double amplitude = 0.5) {
    std::vector<float> sound(samples);
    for (std::size_t i = 0; i < samples; ++i) {
        sound[i] = static_cast<float>(amplitude *
                                      std::sin(2 * std::numbers::pi * frequency_hz * static_cast<double>(i) / rate_hz));
    }
    return sound;
}

int brightest_row(const cv::Mat& picture, int column) {
    int best = 0, best_sum = -1;
    for (int row = 0; row < picture.rows; ++row) {
        const auto& pixel = picture.at<cv::Vec3b>(row, column);
        const int sum = pixel[0] + pixel[1] + pixel[2];
        if (sum > best_sum) {
            best = row;
            best_sum = sum;
        }
    }
    return best;
}

TEST(PresentationFrames, KeepsEveryFrameOfAShortFilm) {
    Film film;
    play(film, 7);
    ASSERT_EQ(film.keeper.frames().size(), 7U);
    EXPECT_EQ(film.conversions, 7);
}

TEST(PresentationFrames, SpreadsFramesEvenlyOverAnUnknownLengthAndConvertsFew) {
    for (const std::int64_t length : {13, 24, 25, 1000, 90'000}) {
        Film film;
        play(film, length);
        const auto& frames = film.keeper.frames();
        ASSERT_GE(frames.size(), FrameKeeper::kMostFrames / 2) << length;
        ASSERT_LE(frames.size(), FrameKeeper::kMostFrames) << length;
        const double step_s = frames[1].time_s - frames[0].time_s;
        EXPECT_EQ(frames.front().time_s, 0.0);
        for (std::size_t i = 1; i < frames.size(); ++i) {
            EXPECT_NEAR(frames[i].time_s - frames[i - 1].time_s, step_s, 1e-9) << length;
        }
        EXPECT_LT(static_cast<double>(length - 1) / 25 - frames.back().time_s, step_s) << length;
        EXPECT_LT(film.conversions, 12 + 6 * 14) << length;
        EXPECT_LE(std::max(frames[0].rgb.cols, frames[0].rgb.rows), FrameKeeper::kLongestSidePx);
    }
}

TEST(PresentationFrames, PassesOverFramesThatCannotBeConverted) {
    class Broken final : public media::VideoFrame {
      public:
        cv::Mat rgb(int) const override { return {}; }
    };
    FrameKeeper keeper;
    keeper.add(Broken());
    EXPECT_TRUE(keeper.frames().empty());
}

TEST(PresentationWaveform, ShowsTheExtremesOfEveryLengthInBoundedBins) {
    for (const std::size_t samples :
         {std::size_t{1}, std::size_t{64'000}, std::size_t{64'001}, std::size_t{1'000'003}}) {
        std::vector<float> sound(samples, 0.1F);
        sound[samples / 2] = -0.75F;
        sound[samples - 1] = 0.9F;
        WaveformKeeper keeper;
        keeper.add(block_of({sound}, 48'000));
        ASSERT_EQ(keeper.minimum().size(), keeper.maximum().size());
        EXPECT_LE(keeper.minimum().size(), WaveformKeeper::kMostBins);
        EXPECT_NEAR(keeper.duration_s(), static_cast<double>(samples) / 48'000, 1e-9);
        EXPECT_EQ(keeper.maximum().back(), 0.9F);
        if (samples > 1) {
            const auto lowest = std::min_element(keeper.minimum().begin(), keeper.minimum().end());
            EXPECT_EQ(*lowest, -0.75F);
            const double at =
                static_cast<double>(lowest - keeper.minimum().begin()) / static_cast<double>(keeper.minimum().size());
            EXPECT_NEAR(at, 0.5, 0.01) << samples;
        }
    }
}

TEST(PresentationWaveform, AveragesChannelsAndStandsWhatIsNoNumber) {
    const std::vector<float> left = {0.5F, std::numeric_limits<float>::quiet_NaN(), 8.0F},
                             right = {-0.5F, 0.0F, 8.0F, 0.3F};
    WaveformKeeper keeper;
    keeper.add(block_of({left, right}, 8'000));
    keeper.add(block_of({}, 8'000));
    keeper.add(block_of({left}, 0));
    ASSERT_EQ(keeper.minimum().size(), 1U);
    EXPECT_EQ(keeper.minimum().front(), 0.0F);
    EXPECT_EQ(keeper.maximum().front(), 1.0F);
}

TEST(PresentationSpectrogram, PutsATonesLineAtItsFrequencyAndItsMoment) {
    std::vector<float> sound = sine(1000, SpectrogramKeeper::kRateHz, 160'000);
    const std::vector<float> high = sine(6000, SpectrogramKeeper::kRateHz, 160'000);
    sound.insert(sound.end(), high.begin(), high.end());
    SpectrogramKeeper keeper;
    // Odd block sizes: windows do not depend on how the sound arrives.
    for (std::size_t start = 0; start < sound.size(); start += 777) {
        keeper.add(std::span(sound).subspan(start, std::min<std::size_t>(777, sound.size() - start)));
    }
    const cv::Mat picture = keeper.picture();
    ASSERT_EQ(picture.type(), CV_8UC3);
    ASSERT_EQ(picture.rows, SpectrogramKeeper::kBins);
    ASSERT_EQ(picture.cols, 625);
    EXPECT_NEAR(keeper.duration_s(), 20.0, 1e-9);
    EXPECT_EQ(brightest_row(picture, 100), 256 - 32);
    EXPECT_EQ(brightest_row(picture, 500), 256 - 192);
}

TEST(PresentationSpectrogram, StaysBoundedAndKeepsTheMomentWhenColumnsMerge) {
    SpectrogramKeeper keeper;
    const std::vector<float> silence(512, 0.0F), tone = sine(2000, SpectrogramKeeper::kRateHz, 512);
    for (int i = 0; i < 5000; ++i)
        keeper.add(i < 2500 ? silence : tone);
    const cv::Mat picture = keeper.picture();
    ASSERT_LE(picture.cols, static_cast<int>(SpectrogramKeeper::kMostColumns));
    ASSERT_GE(picture.cols, static_cast<int>(SpectrogramKeeper::kMostColumns) / 2);
    const int row = 256 - 64;
    EXPECT_LT(picture.at<cv::Vec3b>(row, picture.cols / 2 - 2)[0], 20);
    EXPECT_GT(picture.at<cv::Vec3b>(row, picture.cols / 2 + 2)[0], 200);
}

TEST(PresentationSpectrogram, IsEmptyForShortSoundAndDarkForSilence) {
    SpectrogramKeeper keeper;
    keeper.add(std::vector<float>(511, 0.2F));
    EXPECT_TRUE(keeper.picture().empty());
    SpectrogramKeeper silent;
    silent.add(std::vector<float>(4096, 0.0F));
    double highest = 0;
    cv::minMaxLoc(silent.picture().reshape(1), nullptr, &highest);
    EXPECT_LT(highest, 40);
}

TEST(PresentationPreview, ShrinksLargePicturesAndNeverEnlarges) {
    EXPECT_EQ(make_preview(cv::Mat(3000, 4000, CV_8UC3, cv::Scalar::all(10))).size(), cv::Size(1280, 960));
    EXPECT_EQ(make_preview(cv::Mat(20'000, 3, CV_8UC3, cv::Scalar::all(10))).size(), cv::Size(1, 1280));
    EXPECT_EQ(make_preview(cv::Mat(1, 1, CV_8UC3, cv::Scalar::all(10))).size(), cv::Size(1, 1));
    const cv::Mat deep = make_preview(cv::Mat(4, 4, CV_16UC3, cv::Scalar::all(65535)));
    ASSERT_EQ(deep.type(), CV_8UC3);
    EXPECT_EQ(deep.at<cv::Vec3b>(0, 0)[0], 255);
    EXPECT_TRUE(make_preview({}).empty());
    EXPECT_TRUE(make_preview(cv::Mat(4, 4, CV_32FC1)).empty());
}

TEST(Presentation, NamesEveryFileItMakes) {
    const std::vector<std::uint8_t> png = media::encode_png(cv::Mat(40, 60, CV_8UC3, cv::Scalar(200, 100, 50)));
    const auto source = ingest::open_memory(png);
    auto media = Media::open(ingest::identify(*source), *source, Limits{});
    ASSERT_TRUE(media.ok()) << media.error().message;
    const auto maker = PresentationMaker::create();
    int conversions = 0;
    for (int i = 0; i < 3; ++i)
        maker->on_frame(CountingFrame(i, conversions));
    const std::vector<float> tone = sine(440, 16'000, 16'000);
    media::SoundBlock block = block_of({tone}, 16'000);
    block.mono_16k = tone;
    maker->on_sound(block);

    const auto files = maker->finish(**media);
    ASSERT_EQ(files.count("presentation.json"), 1U);
    const auto& bytes = files.at("presentation.json");
    const auto json = nlohmann::json::parse(bytes.begin(), bytes.end());
    EXPECT_EQ(json["preview"], (nlohmann::json{{"file", "preview.jpg"}, {"width_px", 60}, {"height_px", 40}}));
    ASSERT_EQ(json["frames"].size(), 3U);
    EXPECT_NEAR(json["frames"][1]["time_s"].get<double>(), 0.04, 1e-9);
    EXPECT_EQ(json["waveform"]["duration_s"], 1.0);
    EXPECT_EQ(json["waveform"]["minimum"].size(), json["waveform"]["maximum"].size());
    EXPECT_EQ(json["spectrogram"]["maximum_hz"], 8000);
    for (const std::string name : {"preview.jpg", "frame_0.jpg", "frame_1.jpg", "frame_2.jpg", "spectrogram.png"}) {
        ASSERT_EQ(files.count(name), 1U) << name;
        EXPECT_FALSE(files.at(name).empty()) << name;
    }
    EXPECT_EQ(files.size(), 6U);
}

TEST(Presentation, OfNothingIsAnEmptyOne) {
    const std::vector<std::uint8_t> png = media::encode_png(cv::Mat(1, 1, CV_8UC3, cv::Scalar(0, 0, 0)));
    const auto source = ingest::open_memory(png);
    auto media = Media::open(ingest::identify(*source), *source, Limits{});
    ASSERT_TRUE(media.ok()) << media.error().message;
    const auto files = PresentationMaker::create()->finish(**media);
    const auto json = nlohmann::json::parse(files.at("presentation.json").begin(), files.at("presentation.json").end());
    EXPECT_EQ(json["preview"]["width_px"], 1);
    EXPECT_TRUE(json["frames"].empty());
    EXPECT_TRUE(json["waveform"].is_null());
    EXPECT_TRUE(json["spectrogram"].is_null());
}

}  // namespace
}  // namespace bonafide::features

#include "analyzers/video/generated/generated.h"

#include "base/ensure.h"
#include "fixtures/camera.h"
#include "fixtures/model_store.h"
#include "fixtures/up_sampled.h"
#include "ingest/byte_source.h"
#include "media/write_media.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

namespace bonafide::analyzers {
namespace {

using testing::HasSubstr;

infer::Session& network() {
    static infer::Session one = std::move(*infer::Session::open(fixtures::shipped_models(), "image.generated", {}));
    return one;
}

/// A frame that no decoder made.
struct PlainFrame final : media::VideoFrame {
    explicit PlainFrame(cv::Mat picture, double time, bool broken = false) : picture_(std::move(picture)) {
        time_s = time;
        damaged = broken;
    }
    cv::Mat rgb(int) const override { return picture_; }

  private:
    cv::Mat picture_;
};

cv::Mat paired_pixels(int step) {
    return fixtures::paired_pixels({320, 256}, step);
}

cv::Mat photograph() {
    return fixtures::render({});
}

GeneratedFilmResult judged(const GeneratedFrames& frames) {
    auto result = frames.judge(network());
    ENSURE(result.ok());
    return std::move(*result);
}

TEST(GeneratedFilm, TellsDrawnFramesFromPhotographedOnes) {
    GeneratedFrames drawn, photographed;
    for (int i = 0; i < 6; ++i) {
        drawn.add(PlainFrame(paired_pixels(i), 0.5 * i));
        photographed.add(PlainFrame(photograph(), 0.5 * i));
    }
    const GeneratedFilmResult made = judged(drawn), genuine = judged(photographed);
    EXPECT_EQ(made.frames_judged, 6);
    EXPECT_EQ(made.crops_judged, 6 * GeneratedFrames::kCropsOfAFrame);
    EXPECT_GT(made.score, 1);
    EXPECT_LT(genuine.score, 0);
    EXPECT_LE(made.lowest_frame, made.score);
    EXPECT_GE(made.highest_frame, made.score);
}

TEST(GeneratedFilm, FewOddFramesHaveNoSay) {
    GeneratedFrames frames;
    for (int i = 0; i < 7; ++i) {
        frames.add(PlainFrame(i == 2 || i == 5 ? paired_pixels(i) : photograph(), i));
    }
    const GeneratedFilmResult result = judged(frames);
    EXPECT_LT(result.score, 0);
    EXPECT_GT(result.highest_frame, 0) << "they are seen, and reported";
    EXPECT_TRUE(result.strongest_s == 2 || result.strongest_s == 5) << result.strongest_s;
}

TEST(GeneratedFilm, KeepsFewCropsOfALongFilm) {
    GeneratedFrames frames;
    const cv::Mat photo = photograph();
    for (int i = 0; i < 2000; ++i) {
        frames.add(PlainFrame(photo, 0.04 * i));
    }
    EXPECT_LE(judged(frames).frames_judged, static_cast<int>(GeneratedFrames::kMostFrames));
}

TEST(GeneratedFilm, WhatHoldsNothingIsNotJudged) {
    EXPECT_THAT(judged({}).not_applicable, HasSubstr("no undamaged frame"));
    GeneratedFrames small, even, damaged, brief;
    for (int i = 0; i < 5; ++i) {
        small.add(PlainFrame(cv::Mat(120, 400, CV_8UC3, cv::Scalar(1, 200, 3)), i));
        even.add(PlainFrame(cv::Mat(240, 400, CV_8UC3, cv::Scalar::all(16)), i));
        damaged.add(PlainFrame(paired_pixels(i), i, true));
    }
    small.add(PlainFrame({}, 6));
    brief.add(PlainFrame(paired_pixels(0), 0));
    brief.add(PlainFrame(paired_pixels(1), 1));
    EXPECT_THAT(judged(small).not_applicable, HasSubstr("128 px"));
    EXPECT_THAT(judged(even).not_applicable, HasSubstr("Fewer than three"));
    EXPECT_THAT(judged(damaged).not_applicable, HasSubstr("no undamaged frame"));
    EXPECT_THAT(judged(brief).not_applicable, HasSubstr("Fewer than three"));
}

TEST(GeneratedFilm, PointsIntoTheFrameThatLooksMostGenerated) {
    const infer::ModelStore store = fixtures::shipped_models();
    const auto& definition = video_generated();
    const auto analyse = [&](bool drawn, const std::map<std::string, double>& settings = {}) {
        media::WriteOptions options;
        options.pictures = media::PictureCoding{{320, 256}, 25, 10, 0};
        auto writer = media::MediaWriter::create(options);
        ENSURE(writer.ok());
        for (int i = 0; i < 8; ++i) {
            cv::Mat photo;
            cv::resize(photograph(), photo, {320, 256}, 0, 0, cv::INTER_AREA);
            ENSURE((*writer)->add_picture(drawn ? paired_pixels(i) : photo, 0.04 * i).ok());
        }
        const auto bytes = (*writer)->finish();
        ENSURE(bytes.ok());
        const auto source = ingest::open_memory(*bytes);
        const auto media = features::Media::open(ingest::identify(*source), *source, Limits{});
        ENSURE(media.ok());
        const auto analyzer = definition.create(*analysis::Parameters::resolve(definition.parameters, settings));
        media::ReadOptions wanted;
        wanted.frames = true;
        ENSURE((*media)->reader()->read(wanted, *analyzer).ok());
        return analyzer->finish({**media, store, nullptr, ""});
    };
    const analysis::Analysis made = analyse(true), genuine = analyse(false);
    ASSERT_GT(made.measurements.at(0).value, 1) << "through H.264";
    ASSERT_EQ(made.observations.size(), 1U);
    EXPECT_EQ(made.observations[0].where.box_px->width, features::generated::kCropPx);
    EXPECT_TRUE(made.observations[0].where.start_s.has_value());
    EXPECT_LT(genuine.measurements.at(0).value, 1);
    EXPECT_TRUE(genuine.observations.empty());
    EXPECT_TRUE(analyse(true, {{"pointing_score", made.measurements[0].value + 0.1}}).observations.empty());
}

}  // namespace
}  // namespace bonafide::analyzers

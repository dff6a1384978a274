#include "analyzers/video/frames_continuity/frames_continuity.h"

#include "fixtures/clip.h"
#include "fixtures/shared_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>

namespace bonafide::analyzers::video {
namespace {

using analysis::Analysis;
using testing::HasSubstr;

double value(const Analysis& analysis, std::string_view name) {
    for (const evidence::Measurement& measurement : analysis.measurements) {
        if (measurement.name == name) {
            return measurement.value;
        }
    }
    ADD_FAILURE() << "no measurement " << name;
    return -1;
}

/// A frame that no decoder made.
struct PlainFrame final : media::VideoFrame {
    cv::Mat rgb(int) const override { return {}; }
};

double default_strength() {
    return video_frames_continuity().parameters.front().default_value;
}

/// Runs over pictures without a codec between.
Analysis examine(const fixtures::Clip& clip) {
    Continuity continuity(default_strength());
    for (std::size_t i = 0; i < clip.frames.size(); ++i) {
        PlainFrame frame;
        frame.index = static_cast<std::int64_t>(i);
        frame.time_s = clip.times_s[i];
        frame.luma = clip.frames[i];
        continuity.add(frame);
    }
    return summarise(continuity);
}

struct Feeder final : media::StreamSink {
    Continuity continuity{default_strength()};
    void on_packet(const media::Packet& packet) override { continuity.add(packet); }
    void on_frame(const media::VideoFrame& frame) override { continuity.add(frame); }
};

Analysis examine(const std::vector<std::uint8_t>& bytes, ingest::Container container) {
    const auto source = ingest::open_memory(bytes);
    auto reader = media::StreamReader::open({container, ingest::MediaKind::kVideo, "", ""}, *source, Limits{});
    EXPECT_TRUE(reader.ok());
    if (!reader) {
        return Analysis::failed(reader.error().message);
    }
    Feeder feeder;
    media::ReadOptions options;
    options.packets = options.frames = true;
    options.threads = 1;
    EXPECT_TRUE((*reader)->read(options, feeder).ok());
    return summarise(feeder.continuity);
}

Analysis examine_encoded(const fixtures::Clip& clip, int quality = 25) {
    fixtures::EncodeOptions coding;
    coding.quality = quality;
    coding.group_size = 25;
    coding.b_frames = 2;
    return examine(fixtures::encode_clip(clip, coding), ingest::Container::kIsoBmff);
}

fixtures::Clip clip_of(int frames, std::uint64_t seed = 1) {
    fixtures::ClipOptions options;
    options.frames = frames;
    options.seed = seed;
    return fixtures::make_clip(options);
}

TEST(FramesContinuity, FindsNothingInAnUntouchedFilm) {
    for (const std::uint64_t seed : {1, 2, 3}) {
        const Analysis analysis = examine_encoded(clip_of(100, seed));
        EXPECT_EQ(value(analysis, "strongest_anomaly"), 0) << seed;
        EXPECT_EQ(value(analysis, "time_faults"), 0);
        EXPECT_EQ(value(analysis, "time_gaps"), 0);
        EXPECT_EQ(value(analysis, "uneven_intervals"), 0);
        EXPECT_EQ(value(analysis, "early_key_frames"), 0);
        EXPECT_EQ(value(analysis, "key_interval"), 25);
        EXPECT_EQ(value(analysis, "frames"), 100);
        EXPECT_TRUE(analysis.observations.empty());
    }
}

TEST(FramesContinuity, FindsAFrozenStretchAndItsTime) {
    fixtures::Clip clip = clip_of(100);
    fixtures::freeze(clip, 40, 12);
    const Analysis analysis = examine_encoded(clip);
    EXPECT_EQ(value(analysis, "frozen_runs"), 1);
    EXPECT_GT(value(analysis, "strongest_anomaly"), default_strength());
    ASSERT_FALSE(analysis.observations.empty());
    EXPECT_NEAR(*analysis.observations[0].where.start_s, 1.6, 0.1);
    EXPECT_NEAR(*analysis.observations[0].where.end_s, 2.08, 0.1);
    EXPECT_THAT(analysis.observations[0].explanation, HasSubstr("stands still"));
}

TEST(FramesContinuity, FindsMissingFramesInSmoothMotion) {
    fixtures::Clip clip = clip_of(100);
    fixtures::drop(clip, 50, 12);
    const Analysis analysis = examine_encoded(clip);
    EXPECT_EQ(value(analysis, "jumps"), 1);
    ASSERT_FALSE(analysis.observations.empty());
    EXPECT_NEAR(*analysis.observations[0].where.end_s, 2.0, 0.1);
}

TEST(FramesContinuity, TimesThatExplainAJumpAreAGapInstead) {
    fixtures::Clip clip = clip_of(100);
    fixtures::drop_leaving_gap(clip, 50, 12);
    const Analysis analysis = examine_encoded(clip);
    EXPECT_EQ(value(analysis, "jumps"), 0);
    EXPECT_EQ(value(analysis, "time_gaps"), 1);
    ASSERT_FALSE(analysis.observations.empty());
    EXPECT_NEAR(*analysis.observations[0].where.start_s, 49 / 25.0, 0.05);
}

TEST(FramesContinuity, FindsInsertedFrames) {
    fixtures::Clip clip = clip_of(100);
    const fixtures::Clip other = clip_of(2, 77);
    fixtures::insert(clip, 30, other.frames);
    const Analysis analysis = examine_encoded(clip);
    EXPECT_EQ(value(analysis, "inserted"), 1);
    EXPECT_EQ(value(analysis, "scene_cuts"), 0);
    ASSERT_FALSE(analysis.observations.empty());
    EXPECT_NEAR(*analysis.observations[0].where.start_s, 30 / 25.0, 0.05);
}

TEST(FramesContinuity, FindsAReplayedStretch) {
    fixtures::Clip clip = clip_of(160);
    fixtures::replay(clip, 20, 25, 100);
    const Analysis analysis = examine_encoded(clip);
    EXPECT_EQ(value(analysis, "replayed"), 1);
    const auto found = std::find_if(
        analysis.observations.begin(), analysis.observations.end(),
        [](const auto& observation) { return observation.explanation.find("repeat") != std::string::npos; });
    ASSERT_NE(found, analysis.observations.end());
    EXPECT_NEAR(*found->where.start_s, 4.0, 0.2);
    EXPECT_NEAR(*found->where.end_s, 5.0, 0.1);
    EXPECT_THAT(found->explanation, testing::AnyOf(HasSubstr("0.8"), HasSubstr("0.9")));
}

TEST(FramesContinuity, ScenesFlashesAndStillnessAreNoTampering) {
    fixtures::ClipOptions cuts;
    cuts.frames = 120;
    cuts.frames_between_cuts = 40;
    const Analysis scenes = examine_encoded(fixtures::make_clip(cuts));
    EXPECT_EQ(value(scenes, "strongest_anomaly"), 0);
    EXPECT_EQ(value(scenes, "scene_cuts"), 2);

    fixtures::ClipOptions still;
    still.pan_px = 0;
    const Analysis standing = examine_encoded(fixtures::make_clip(still), 35);
    EXPECT_EQ(value(standing, "strongest_anomaly"), 0);

    fixtures::Clip flash = clip_of(80);
    flash.frames[40].convertTo(flash.frames[40], CV_8U, 0.7, 70);
    EXPECT_EQ(value(examine_encoded(flash), "strongest_anomaly"), 0);

    // A slide show: every picture stands for 25 frames.
    fixtures::Clip slides = clip_of(150);
    for (std::size_t i = 0; i < slides.frames.size(); ++i) {
        slides.frames[i] = slides.frames[i / 25 * 25];
    }
    EXPECT_EQ(value(examine_encoded(slides), "frozen_runs"), 0);

    // Animation on twos: every drawing is shown twice.
    fixtures::Clip twos = clip_of(120);
    for (std::size_t i = 1; i < twos.frames.size(); i += 2) {
        twos.frames[i] = twos.frames[i - 1];
    }
    const Analysis animation = examine(twos);
    EXPECT_EQ(value(animation, "strongest_anomaly"), 0);
    EXPECT_NEAR(value(animation, "repeated_frames"), 0.5, 0.01);
}

TEST(FramesContinuity, VariableFrameRateIsStatedAndNotHeldAgainstTheFilm) {
    fixtures::Clip clip = clip_of(100);
    double time_s = 0;
    for (std::size_t i = 0; i < clip.times_s.size(); ++i) {
        clip.times_s[i] = time_s;
        time_s += i % 3 == 0 ? 0.07 : 0.04;
    }
    const Analysis analysis = examine_encoded(clip);
    EXPECT_EQ(value(analysis, "strongest_anomaly"), 0);
    EXPECT_GT(value(analysis, "uneven_intervals"), 0.2);
    EXPECT_TRUE(analysis.observations.empty());
    EXPECT_THAT(analysis.explanation, HasSubstr("frame rate varies"));
}

TEST(FramesContinuity, CountsTimesThatRunBackwards) {
    fixtures::Clip clip = clip_of(60);
    clip.times_s[30] = clip.times_s[20];
    EXPECT_EQ(value(examine(clip), "time_faults"), 1);
    Continuity continuity(5);
    for (const double dts_s : {0.0, 0.04, 0.02, 0.08}) {
        media::Packet packet;
        packet.dts_s = dts_s;
        continuity.add(packet);
    }
    EXPECT_EQ(continuity.decoding_time_faults, 1);
}

TEST(FramesContinuity, IsNotApplicableToTooLittle) {
    Continuity empty(5);
    const Analysis nothing = summarise(empty);
    EXPECT_EQ(nothing.outcome, evidence::Outcome::kNotApplicable);
    EXPECT_THAT(nothing.reason, HasSubstr("no film"));
    const Analysis few = examine(clip_of(5));
    EXPECT_EQ(few.outcome, evidence::Outcome::kNotApplicable);
    EXPECT_THAT(few.reason, HasSubstr("too short"));
}

TEST(FramesContinuity, TakesPicturesOfOnePixelAndOfSixteenBits) {
    for (const int type : {CV_8UC1, CV_16UC1}) {
        Continuity continuity(5);
        for (int i = 0; i < 40; ++i) {
            PlainFrame frame;
            frame.index = i;
            frame.time_s = i * 0.04;
            frame.luma = cv::Mat(1, 1, type, cv::Scalar(i));
            frame.luma_bits = type == CV_8UC1 ? 8 : 10;
            continuity.add(frame);
        }
        const Analysis analysis = summarise(continuity);
        EXPECT_EQ(analysis.outcome, evidence::Outcome::kRan);
        for (const auto& measurement : analysis.measurements) {
            EXPECT_TRUE(std::isfinite(measurement.value)) << measurement.name;
        }
    }
}

TEST(FramesContinuity, EmitsWhatItDeclaresWithinBounds) {
    fixtures::Clip clip = clip_of(40);
    Continuity continuity(2);
    // Hostile: hundreds of odd pictures and times.
    for (int i = 0; i < 6000; ++i) {
        PlainFrame frame;
        frame.index = i;
        frame.time_s = i % 7 == 0 ? 0.0 : i * 0.04 + (i * 7919 % 1000) * 1e-3;
        frame.luma = clip.frames[static_cast<std::size_t>(i * 31 % 40)];
        frame.key = i % 5 == 0;
        frame.type = media::PictureType::kP;
        frame.coded_bytes = i * 7919 % 10'000;
        continuity.add(frame);
    }
    const Analysis analysis = summarise(continuity);
    EXPECT_LE(analysis.observations.size(), analysis::kMostObservations);
    std::set<std::string_view> declared;
    for (const auto& emitted : video_frames_continuity().emits) {
        declared.insert(emitted.name);
    }
    EXPECT_EQ(declared.size(), analysis.measurements.size());
    for (const auto& measurement : analysis.measurements) {
        EXPECT_TRUE(declared.contains(measurement.name)) << measurement.name;
        EXPECT_TRUE(std::isfinite(measurement.value)) << measurement.name;
    }
    EXPECT_EQ(video_frames_continuity().emits.front().name, "strongest_anomaly");
}

TEST(CodingRhythm, FindsThePeriodOfAnEarlierCompression) {
    std::vector<std::int64_t> frames;
    std::vector<float> outliers;
    for (int i = 0; i < 400; ++i) {
        frames.push_back(i);
        outliers.push_back((i % 15 == 4 ? 0.5F : 0.0F) + 0.01F * static_cast<float>(i * 7919 % 10));
    }
    const CodingRhythm::Period period = find_period(frames, outliers, 12);
    EXPECT_EQ(period.frames, 15);
    EXPECT_GT(period.score, 8);
    EXPECT_EQ(find_period(frames, outliers, 15).frames % 15 == 0, false) << "the stream's own key frames do not count";
    EXPECT_EQ(find_period({}, {}, 0).frames, 0);
}

TEST(CodingRhythm, SeesThatAFilmWasCompressedTwice) {
    fixtures::EncodeOptions first;
    first.codec = "mpeg4";
    first.format = fixtures::ClipFormat::kAvi;
    first.quality = 8;
    first.group_size = 15;
    fixtures::ClipOptions options;
    options.frames = 400;
    options.width_px = 160;
    options.height_px = 96;
    const fixtures::Clip original = fixtures::make_clip(options);
    const auto once = fixtures::encode_clip(original, first);
    // Decode, and compress again with another group length.
    struct Keeper final : media::StreamSink {
        std::vector<cv::Mat> frames;
        void on_frame(const media::VideoFrame& frame) override { frames.push_back(frame.luma.clone()); }
    } keeper;
    const auto source = ingest::open_memory(once);
    auto reader =
        media::StreamReader::open({ingest::Container::kAvi, ingest::MediaKind::kVideo, "", ""}, *source, Limits{});
    ASSERT_TRUE(reader.ok());
    media::ReadOptions read;
    read.frames = true;
    ASSERT_TRUE((*reader)->read(read, keeper).ok());
    fixtures::Clip decoded = original;
    decoded.frames = keeper.frames;
    decoded.times_s.resize(decoded.frames.size());
    fixtures::EncodeOptions second = first;
    second.group_size = 33;
    second.quality = 4;
    const Analysis twice = examine(fixtures::encode_clip(decoded, second), ingest::Container::kAvi);
    EXPECT_EQ(static_cast<int>(value(twice, "recompression_period")) % 15, 0);
    EXPECT_GT(value(twice, "recompression_score"), 8);
    EXPECT_EQ(value(twice, "strongest_anomaly"), 0);
    const Analysis single = examine(fixtures::encode_clip(original, second), ingest::Container::kAvi);
    EXPECT_LT(value(single, "recompression_score"), 8);
}

TEST(FramesContinuity, GenuineClipsStayLow) {
    const auto data = fixtures::shared_data();
    if (!data) {
        GTEST_SKIP() << "no development data";
    }
    int clips = 0;
    for (const auto& entry : std::filesystem::directory_iterator(*data + "/clips/real")) {
        std::ifstream file(entry.path(), std::ios::binary);
        const std::vector<std::uint8_t> bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
        const Analysis analysis = examine(bytes, ingest::Container::kIsoBmff);
        EXPECT_LE(value(analysis, "strongest_anomaly"), 8) << entry.path();
        ++clips;
    }
    EXPECT_GT(clips, 0);
}

}  // namespace
}  // namespace bonafide::analyzers::video

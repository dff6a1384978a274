#include "features/watermark/film.h"

#include "features/watermark/frames.h"
#include "fixtures/camera.h"
#include "ingest/identify.h"
#include "media/write_media.h"

#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

namespace bonafide::features::watermark {
namespace {

const cv::Size kSize(512, 288);

/// A camera moving over a scene.
std::vector<cv::Mat> film(std::uint64_t seed, int frames) {
    fixtures::CameraSettings settings;
    settings.width_px = kSize.width + 2 * frames;
    settings.height_px = kSize.height + frames;
    settings.scene_seed = settings.shot_seed = settings.camera_seed = seed;
    const cv::Mat scene = fixtures::render(settings);
    std::vector<cv::Mat> all;
    for (int i = 0; i < frames; ++i) {
        all.push_back(scene({{2 * i, i}, kSize}).clone());
    }
    return all;
}

class Watcher final : public media::StreamSink {
  public:
    void on_frame(const media::VideoFrame& frame) override { sampler.add(frame); }
    FrameSampler sampler;
};

FilmTrace trace_after_h264(const std::vector<cv::Mat>& frames, int rate_factor) {
    media::WriteOptions options;
    options.pictures = media::PictureCoding{frames.front().size(), 25, rate_factor};
    auto writer = media::MediaWriter::create(options);
    EXPECT_TRUE(writer.ok());
    for (std::size_t i = 0; i < frames.size(); ++i) {
        EXPECT_TRUE((*writer)->add_picture(frames[i], static_cast<double>(i) / 25).ok());
    }
    const auto bytes = (*writer)->finish();
    EXPECT_TRUE(bytes.ok());
    const auto source = ingest::open_memory(*bytes);
    const auto reader = media::StreamReader::open(ingest::identify(*source), *source, {});
    Watcher watcher;
    media::ReadOptions wanted;
    wanted.frames = true;
    EXPECT_TRUE((*reader)->read(wanted, watcher).ok());
    return watcher.sampler.find();
}

TEST(FilmMarker, SurvivesH264AtTwentyEightInMostFrames) {
    std::vector<cv::Mat> frames = film(3, 30);
    FilmMarker marker;
    cv::Mat before;
    double flicker = 0;
    for (std::size_t i = 0; i < frames.size(); ++i) {
        cv::Mat change, marked = marker.next(frames[i], i == 0);
        cv::subtract(marked, frames[i], change, cv::noArray(), CV_32F);
        flicker += before.empty() ? 0 : cv::norm(change, before, cv::NORM_L1) / cv::norm(change, cv::NORM_L1);
        before = change;
        frames[i] = marked;
    }
    EXPECT_GT(marker.psnr_db(), 30);
    EXPECT_LT(flicker / 29, 0.6) << "the change holds still";
    const FilmTrace trace = trace_after_h264(frames, 28);
    EXPECT_GE(trace.frames, 8);
    EXPECT_GT(2 * trace.frames_found, trace.frames);
    EXPECT_GE(trace.trace.false_alarm_exponent, 20);
}

TEST(FilmMarker, AFilmWithoutItHasNone) {
    const FilmTrace trace = trace_after_h264(film(4, 12), 23);
    EXPECT_EQ(trace.frames_found, 0);
    EXPECT_LT(trace.trace.false_alarm_exponent, 3);
}

TEST(FilmTrace, CropsAreFoundInAllFramesTogether) {
    std::vector<cv::Mat> frames = film(5, 8);
    FilmMarker marker;
    for (cv::Mat& frame : frames) {
        frame = marker.next(frame, false);
        frame = frame({37, 23, 420, 236}).clone();
    }
    const FilmTrace trace = trace_after_h264(frames, 20);
    EXPECT_GE(trace.trace.false_alarm_exponent, kFoundExponent);
    EXPECT_NEAR(trace.trace.scale, 420.0 / 512, 0.01);
}

TEST(FilmTrace, OneMarkedFrameAmongOthersIsEnough) {
    std::vector<cv::Mat> lumas;
    for (cv::Mat& frame : film(6, 6)) {
        cv::Mat grey;
        cv::cvtColor(lumas.empty() ? FilmMarker().next(frame, true) : frame, grey, cv::COLOR_RGB2GRAY);
        grey.convertTo(lumas.emplace_back(), CV_32F);
    }
    const FilmTrace trace = find_in_frames(lumas);
    EXPECT_EQ(trace.frames_found, 1);
    EXPECT_GE(trace.trace.false_alarm_exponent, kFoundExponent);
    EXPECT_EQ(find_in_frames({}).frames, 0);
    EXPECT_EQ(find_in_frames({cv::Mat::zeros(40, 60, CV_32FC1)}).frames, 0);
}

}  // namespace
}  // namespace bonafide::features::watermark

#include "features/watermark/watermark.h"

#include "features/watermark/lattice.h"
#include "fixtures/camera.h"
#include "fixtures/drawn_face.h"
#include "fixtures/edits.h"
#include "fixtures/shared_data.h"
#include "ingest/byte_source.h"
#include "ingest/identify.h"
#include "media/image.h"

#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace bonafide::features::watermark {
namespace {

cv::Mat luma_of(const cv::Mat& rgb) {
    cv::Mat grey, luma;
    cv::cvtColor(rgb, grey, cv::COLOR_RGB2GRAY);
    grey.convertTo(luma, CV_32F);
    return luma;
}

cv::Mat shot(std::uint64_t seed, cv::Size size = {512, 384}) {
    fixtures::CameraSettings settings;
    settings.width_px = size.width;
    settings.height_px = size.height;
    settings.scene_seed = settings.shot_seed = settings.camera_seed = seed;
    return fixtures::render(settings);
}

cv::Mat saved(const cv::Mat& rgb, int quality) {
    return fixtures::resave(rgb, {quality, fixtures::ChromaSampling::k420, {}});
}

cv::Mat half(const cv::Mat& rgb, int interpolation) {
    cv::Mat small;
    cv::resize(rgb, small, {}, 0.5, 0.5, interpolation);
    return small;
}

double exponent(const cv::Mat& rgb) {
    return find(luma_of(rgb)).false_alarm_exponent;
}

TEST(Watermark, SurvivesHalfSizeAndJpeg60Together) {
    for (const std::uint64_t seed : {1, 2}) {
        const auto marked = embed(shot(seed));
        ASSERT_TRUE(marked.ok()) << marked.error().message;
        EXPECT_GT(marked->psnr_db, 34) << seed;
        for (const int scaler : {cv::INTER_AREA, cv::INTER_LINEAR, cv::INTER_CUBIC, cv::INTER_LANCZOS4}) {
            EXPECT_GE(exponent(saved(half(marked->rgb, scaler), 60)), 10) << seed << " scaler " << scaler;
        }
        EXPECT_GE(exponent(half(saved(marked->rgb, 60), cv::INTER_AREA)), 10) << seed;
    }
}

TEST(Watermark, IsNotFoundWhereNobodyPutIt) {
    for (const std::uint64_t seed : {11, 12}) {
        EXPECT_LT(exponent(shot(seed)), 3) << seed;
    }
    EXPECT_LT(exponent(fixtures::portrait({640, 480}, {})), 3);
    cv::Mat stripes(400, 400, CV_8UC3, cv::Scalar::all(0));  // as regular as the mark itself
    for (int x = 0; x < stripes.cols; x += 10) {
        stripes.colRange(x, x + 5).setTo(cv::Scalar::all(255));
    }
    EXPECT_LT(exponent(stripes), 3);
    EXPECT_EQ(exponent(cv::Mat(300, 300, CV_8UC3, cv::Scalar::all(0))), 0);
}

TEST(Watermark, IsFoundInTurnsCropsAndFrames) {
    const auto marked = embed(shot(4, {640, 480}));
    ASSERT_TRUE(marked.ok()) << marked.error().message;
    cv::Mat mirrored, turned, framed;
    cv::flip(marked->rgb, mirrored, 1);
    EXPECT_GE(exponent(saved(half(mirrored, cv::INTER_AREA), 60)), kFoundExponent);
    cv::rotate(marked->rgb, turned, cv::ROTATE_90_CLOCKWISE);
    const Trace trace = find(luma_of(turned));
    EXPECT_GE(trace.false_alarm_exponent, kFoundExponent);
    EXPECT_NE(trace.orientation, 1);

    const Trace part = find(luma_of(saved(marked->rgb({61, 37, 512, 384}).clone(), 75)));
    EXPECT_GE(part.false_alarm_exponent, kFoundExponent);
    EXPECT_NEAR(part.scale, 0.8, 0.01);
    cv::copyMakeBorder(marked->rgb, framed, 100, 60, 200, 120, cv::BORDER_CONSTANT, cv::Scalar::all(240));
    const Trace inside = find(luma_of(saved(framed, 75)));
    EXPECT_GE(inside.false_alarm_exponent, kFoundExponent);
    EXPECT_NEAR(inside.scale, 1.5, 0.01);
}

TEST(Watermark, RefusesWhatCannotCarryIt) {
    const auto small = embed(shot(5, {160, 120}));
    ASSERT_FALSE(small.ok());
    EXPECT_EQ(small.error().code, ErrorCode::kUsage);
    EXPECT_NE(small.error().message.find("too small"), std::string::npos);
    const auto black = embed(cv::Mat(4, 1200, CV_8UC3, cv::Scalar::all(0)));
    ASSERT_FALSE(black.ok());
    EXPECT_NE(black.error().message.find("cannot carry"), std::string::npos);
    for (const cv::Size size : {cv::Size(1, 1), cv::Size(95, 1), cv::Size(1, 5000), cv::Size(3000, 2)}) {
        EXPECT_LT(find(cv::Mat(size, CV_32FC1, cv::Scalar(99))).false_alarm_exponent, 1) << size;
    }
}

TEST(Watermark, TileAndAmplitudesAreInverse) {
    std::vector<std::complex<float>> wanted;
    for (const Harmonic& harmonic : harmonics()) {
        EXPECT_NEAR(std::abs(harmonic.phase), 1, 1e-5);
        wanted.push_back(harmonic.phase * 0.5F);
    }
    const auto found = amplitudes(tile_of(wanted));
    ASSERT_EQ(found.size(), wanted.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        EXPECT_NEAR(std::abs(found[i] - wanted[i]), 0, 1e-4) << i;
    }
}

TEST(Watermark, HoldsOnRealFaces) {
    const auto data = fixtures::shared_data();
    if (!data) {
        GTEST_SKIP() << "no development data";
    }
    int faces = 0;
    for (const auto& entry : std::filesystem::directory_iterator(*data + "/faces/real")) {
        if (entry.path().extension() != ".jpg" || faces == 3) {
            continue;
        }
        ++faces;
        std::ifstream stream(entry.path(), std::ios::binary);
        const std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(stream), {}};
        const auto image = media::decode_image(ingest::identify(*ingest::open_memory(bytes)), bytes, {});
        ASSERT_TRUE(image.ok());
        EXPECT_LT(exponent(image->rgb), kFoundExponent) << entry.path();
        const auto marked = embed(image->rgb);
        ASSERT_TRUE(marked.ok()) << entry.path() << ": " << marked.error().message;
        EXPECT_GE(exponent(saved(half(marked->rgb, cv::INTER_LINEAR), 60)), kFoundExponent) << entry.path();
    }
    EXPECT_EQ(faces, 3);
}

}  // namespace
}  // namespace bonafide::features::watermark

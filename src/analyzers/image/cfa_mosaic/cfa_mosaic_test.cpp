#include "analyzers/image/cfa_mosaic/cfa_mosaic.h"

#include "fixtures/camera.h"
#include "fixtures/edits.h"
#include "fixtures/random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

#include <cmath>

namespace bonafide::analyzers {
namespace {

using fixtures::Bayer;
using fixtures::CameraSettings;
using fixtures::Demosaicing;
using testing::HasSubstr;

CameraSettings shot(std::uint64_t seed, Bayer bayer = Bayer::kRggb, Demosaicing demosaicing = Demosaicing::kBilinear) {
    CameraSettings settings;
    settings.camera_seed = settings.scene_seed = settings.shot_seed = seed;
    settings.bayer = bayer;
    settings.demosaicing = demosaicing;
    return settings;
}

cv::Mat resaved(const cv::Mat& rgb, int quality) {
    fixtures::JpegSettings settings;
    settings.quality = quality;
    return fixtures::resave(rgb, settings);
}

TEST(CfaMosaic, SeesWhereGreenWasMeasured) {
    for (const Demosaicing demosaicing : {Demosaicing::kBilinear, Demosaicing::kGradientCorrected}) {
        int layout = 0;
        for (const Bayer bayer : {Bayer::kRggb, Bayer::kBggr, Bayer::kGrbg, Bayer::kGbrg}) {
            const CfaMosaicResult result = cfa_mosaic(fixtures::render(shot(3, bayer, demosaicing)), {});
            // The gradient-corrected trace may be too uneven to look for breaks, but its shift is read all the same.
            ASSERT_LT(result.nfa_log10, -20) << layout;
            EXPECT_EQ(result.green_shift, layout < 2 ? 1 : 0);
            ++layout;
        }
    }
}

TEST(CfaMosaic, ShiftsWithACrop) {
    const cv::Mat picture = fixtures::render(shot(4));
    const CfaMosaicResult shifted = cfa_mosaic(picture(cv::Rect(1, 0, picture.cols - 1, picture.rows)).clone(), {});
    ASSERT_EQ(shifted.not_applicable, "");
    EXPECT_EQ(shifted.green_shift, 0) << "RGGB without its first column is GRBG";
}

TEST(CfaMosaic, FindsPlacesWithoutOrWithAShiftedTrace) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        for (const int quality : {0, 98}) {
            const cv::Mat own = fixtures::render(shot(seed));
            const cv::Mat mask = fixtures::random_region(own.size(), 0.12, seed);
            const cv::Mat shifted = fixtures::render(shot(seed + 50, Bayer::kGrbg));
            cv::Mat resized;
            cv::resize(fixtures::render(shot(seed + 60)), resized, {}, 1.37, 1.37, cv::INTER_CUBIC);
            // Where no trace is left, the departure is half as large: only seen in uncompressed pictures.
            std::vector<cv::Mat> others = {shifted};
            if (quality == 0) {
                others.push_back(resized(cv::Rect({}, own.size())));
            }
            for (const cv::Mat& other : others) {
                cv::Mat edited = fixtures::splice(own, other, mask).rgb;
                edited = quality == 0 ? edited : resaved(edited, quality);
                const CfaMosaicResult result = cfa_mosaic(edited, {});
                ASSERT_EQ(result.not_applicable, "") << seed << " " << quality;
                EXPECT_GT(result.break_departure, 7) << seed << " " << quality;
                ASSERT_FALSE(result.places.empty());
                EXPECT_GT((result.places[0].box_px & cv::boundingRect(mask)).area(),
                          result.places[0].box_px.area() / 2);
            }
        }
    }
}

TEST(CfaMosaic, LeavesUntouchedPicturesAlone) {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        for (const int quality : {0, 98, 95, 90, 80}) {
            const cv::Mat own = fixtures::render(
                shot(seed, Bayer::kRggb, seed % 2 == 0 ? Demosaicing::kBilinear : Demosaicing::kGradientCorrected));
            const CfaMosaicResult result = cfa_mosaic(quality == 0 ? own : resaved(own, quality), {});
            EXPECT_TRUE(result.places.empty()) << seed << " " << quality << ": " << result.break_departure;
        }
    }
}

TEST(CfaMosaic, SaysWhereNothingIsLeft) {
    EXPECT_THAT(cfa_mosaic(cv::Mat(1, 1, CV_8UC3, cv::Scalar(1, 2, 3)), {}).not_applicable, HasSubstr("128 px"));
    EXPECT_THAT(cfa_mosaic(cv::Mat(300, 300, CV_8UC3, cv::Scalar(0, 0, 0)), {}).not_applicable, HasSubstr("detail"));
    EXPECT_THAT(cfa_mosaic(cv::Mat(300, 300, CV_8UC3, cv::Scalar(255, 255, 255)), {}).not_applicable,
                HasSubstr("detail"));
    const cv::Mat own = fixtures::render(shot(7));
    cv::Mat small;
    cv::resize(own, small, {}, 0.6, 0.6, cv::INTER_AREA);
    EXPECT_NE(cfa_mosaic(small, {}).not_applicable, "");
    EXPECT_NE(cfa_mosaic(resaved(own, 70), {}).not_applicable, "");
    cv::Mat noise(400, 400, CV_8UC3);
    fixtures::Random random(1);
    for (auto pixel = noise.begin<cv::Vec3b>(); pixel != noise.end<cv::Vec3b>(); ++pixel) {
        *pixel = cv::Vec3b(cv::saturate_cast<uchar>(120 + 9 * random.normal()),
                           cv::saturate_cast<uchar>(120 + 9 * random.normal()),
                           cv::saturate_cast<uchar>(120 + 9 * random.normal()));
    }
    EXPECT_THAT(cfa_mosaic(noise, {}).not_applicable, HasSubstr("No trace"));
}

TEST(CfaMosaic, HandlesOddSizesAndDeepPictures) {
    const cv::Mat own = fixtures::render(shot(8));
    for (int extra = 0; extra < 5; ++extra) {
        const cv::Mat part = own(cv::Rect(0, 0, 301 + 4 * extra, 319 - extra)).clone();
        const CfaMosaicResult result = cfa_mosaic(part, {});
        ASSERT_EQ(result.not_applicable, "");
        EXPECT_EQ(result.map.size(), cv::Size((part.cols + 15) / 16, (part.rows + 15) / 16));
    }
    cv::Mat deep;
    own.convertTo(deep, CV_16U, 257);
    EXPECT_EQ(cfa_mosaic(deep, {}).break_departure, cfa_mosaic(own, {}).break_departure);
}

}  // namespace
}  // namespace bonafide::analyzers

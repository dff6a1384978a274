#include "analyzers/image/chromatic_aberration/chromatic_aberration.h"

#include "analyzers/image/chromatic_aberration/shifts.h"
#include "fixtures/camera.h"
#include "fixtures/edits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

#include <cmath>

namespace bonafide::analyzers {
namespace {

using testing::HasSubstr;

/// A picture whose lens puts red and blue at (1 + expansion) times green's distance from `centre`. The aberration is
/// applied behind the demosaicing, whose interpolation across colours would take most of it out of a small picture.
cv::Mat picture(std::uint64_t seed, double red, double blue, cv::Point2d centre, int quality = 95) {
    fixtures::CameraSettings settings;
    settings.width_px = 1024;
    settings.height_px = 768;
    cv::Mat green = cv::Mat::zeros(settings.height_px, settings.width_px, CV_32FC1);
    for (std::uint64_t layer = 0; layer < 3; ++layer) {  // detail everywhere
        settings.camera_seed = settings.scene_seed = settings.shot_seed = 10 * seed + layer;
        cv::Mat one;
        cv::extractChannel(fixtures::render(settings), one, 1);
        one.convertTo(one, CV_32F);
        green += one / 3;
    }
    cv::Mat channels[3] = {green.clone(), green, green.clone()}, rgb;
    for (const auto& [channel, expansion] : {std::pair{0, red}, std::pair{2, blue}}) {
        const double scale = 1 + expansion;
        const cv::Matx23d enlarge(scale, 0, centre.x * (1 - scale), 0, scale, centre.y * (1 - scale));
        cv::warpAffine(channels[channel], channels[channel], enlarge, green.size(), cv::INTER_CUBIC,
                       cv::BORDER_REFLECT);
        channels[channel] = channels[channel] * 0.9 + 8;
    }
    cv::merge(channels, 3, rgb);
    rgb.convertTo(rgb, CV_8U);
    fixtures::JpegSettings jpeg;
    jpeg.quality = quality;
    jpeg.sampling = fixtures::ChromaSampling::k444;
    return fixtures::resave(rgb, jpeg);
}

TEST(ChromaticAberration, MeasuresTheLens) {
    for (const double expansion : {0.001, -0.0015}) {
        const ChromaticAberrationResult result =
            chromatic_aberration(picture(3, expansion, -expansion, {512, 384}), {});
        ASSERT_EQ(result.not_applicable, "");
        // Underestimated, since the noise of green takes some of the slope.
        EXPECT_NEAR(result.red.expansion / expansion, 0.8, 0.3);
        EXPECT_NEAR(result.blue.expansion / -expansion, 0.8, 0.3);
        EXPECT_NEAR(-result.red.offset_px.x / result.red.expansion, 512, 150) << "the centre";
        EXPECT_TRUE(result.places.empty()) << result.inconsistency;
    }
}

TEST(ChromaticAberration, APlaceMovedFromTheOtherCornerDoesNotFit) {
    int found = 0;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        cv::Mat edited = picture(seed, 0.003, -0.003, {512, 384}, 98);
        const cv::Mat genuine = edited.clone();
        const cv::Rect from(40, 40, 320, 260), to(660, 460, 320, 260);
        genuine(from).copyTo(edited(to));
        const ChromaticAberrationResult before = chromatic_aberration(genuine, {}),
                                        after = chromatic_aberration(edited, {});
        ASSERT_EQ(before.not_applicable, "");
        ASSERT_EQ(after.not_applicable, "");
        EXPECT_TRUE(before.places.empty()) << seed << " " << before.inconsistency;
        found += !after.places.empty() && (after.places[0].box_px & to).area() > 0 ? 1 : 0;
    }
    EXPECT_GE(found, 2);
}

TEST(ChromaticAberration, DoesNotApplyWithoutAberration) {
    EXPECT_THAT(chromatic_aberration(picture(5, 0, 0, {512, 384}), {}).not_applicable, HasSubstr("No lateral"));
    EXPECT_THAT(chromatic_aberration(cv::Mat(1, 1, CV_8UC3, cv::Scalar(1, 2, 3)), {}).not_applicable,
                HasSubstr("512 px"));
    EXPECT_THAT(chromatic_aberration(cv::Mat(600, 800, CV_8UC3, cv::Scalar(0, 0, 0)), {}).not_applicable,
                HasSubstr("Too few"));
    EXPECT_THAT(chromatic_aberration(cv::Mat(600, 800, CV_8UC3, cv::Scalar(255, 255, 255)), {}).not_applicable,
                HasSubstr("Too few"));
}

TEST(ChromaticAberration, ShiftsHaveTheirSignAndSize) {
    const cv::Mat plain = picture(6, 0, 0, {512, 384});
    cv::Mat channels[3], moved;
    cv::split(plain, channels);
    channels[0] = channels[1].clone();
    const cv::Matx23d right(1, 0, 0.4, 0, 1, -0.2);
    cv::warpAffine(channels[1], channels[2], right, plain.size(), cv::INTER_CUBIC, cv::BORDER_REFLECT);
    cv::merge(channels, 3, moved);
    const std::vector<aberration::Shift> none = aberration::measure_shifts(moved, 0);
    const std::vector<aberration::Shift> some = aberration::measure_shifts(moved, 2);
    ASSERT_GT(some.size(), 20U);
    cv::Point2d mean(0, 0);
    for (const aberration::Shift& shift : some) {
        mean += shift.displacement / static_cast<double>(some.size());
    }
    EXPECT_NEAR(mean.x, 0.4, 0.1);
    EXPECT_NEAR(mean.y, -0.2, 0.1);
    for (const aberration::Shift& shift : none) {
        EXPECT_LT(std::hypot(shift.displacement.x, shift.displacement.y), 0.01);
    }
}

TEST(ChromaticAberration, DeepAndOddPicturesAreTheSame) {
    const cv::Mat plain = picture(7, 0.002, 0.002, {512, 384})(cv::Rect(0, 0, 1001, 755)).clone();
    cv::Mat deep;
    plain.convertTo(deep, CV_16U, 257);
    const ChromaticAberrationResult eight = chromatic_aberration(plain, {}), sixteen = chromatic_aberration(deep, {});
    ASSERT_EQ(eight.not_applicable, "");
    EXPECT_NEAR(eight.inconsistency, sixteen.inconsistency, 1e-3);
    EXPECT_EQ(eight.map.size(), cv::Size(63, 48));
}

}  // namespace
}  // namespace bonafide::analyzers

#include "analyzers/container/structure/thumbnail.h"

#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

namespace bonafide::analyzers::structure {
namespace {

/// A scene without symmetry: a slope, discs and bars, the same for the same seed.
cv::Mat scene(int width, int height, int seed) {
    cv::Mat picture(height, width, CV_8UC3);
    for (int row = 0; row < height; ++row) {
        for (int column = 0; column < width; ++column) {
            picture.at<cv::Vec3b>(row, column) = {static_cast<std::uint8_t>(60 + 100 * row / height),
                                                  static_cast<std::uint8_t>(50 + 120 * column / width), 90};
        }
    }
    cv::RNG random(static_cast<std::uint64_t>(seed));
    for (int index = 0; index < 25; ++index) {
        const cv::Point centre(random.uniform(0, width), random.uniform(0, height));
        const cv::Scalar colour(random.uniform(0, 255), random.uniform(0, 255), random.uniform(0, 255));
        cv::circle(picture, centre, random.uniform(width / 40, width / 10), colour, -1);
    }
    return picture;
}

cv::Mat small(const cv::Mat& picture, cv::Size size = {160, 120}) {
    cv::Mat result;
    cv::resize(picture, result, size, 0, 0, cv::INTER_AREA);
    return result;
}

TEST(Thumbnail, OfThePictureItself) {
    const cv::Mat picture = scene(1600, 1200, 1);
    const auto compared = compare_thumbnail(picture, small(picture), {});
    ASSERT_TRUE(compared);
    EXPECT_LT(compared->difference, 0.05);
    EXPECT_GT(compared->correlation, 0.99);
    EXPECT_FALSE(compared->region);
    EXPECT_FALSE(compared->turned);
    EXPECT_EQ(thumbnail_map(*compared, picture.size()).size(), picture.size());
}

TEST(Thumbnail, BrightnessAndContrastDoNotCount) {
    const cv::Mat picture = scene(1600, 1200, 1);
    cv::Mat other;
    small(picture).convertTo(other, -1, 0.7, 40);
    EXPECT_LT(compare_thumbnail(picture, other, {})->difference, 0.08);
}

TEST(Thumbnail, BlackBarsAndCropsOfOtherShapes) {
    const cv::Mat picture = scene(1500, 1000, 2);
    cv::Mat barred = cv::Mat::zeros(120, 160, CV_8UC3);
    small(picture, {160, 106}).copyTo(barred(cv::Rect(0, 7, 160, 106)));
    EXPECT_LT(compare_thumbnail(picture, barred, {})->difference, 0.2);
    const cv::Mat cropped = small(picture(cv::Rect(83, 0, 1333, 1000)));
    EXPECT_LT(compare_thumbnail(picture, cropped, {})->difference, 0.1);
}

TEST(Thumbnail, OrientationIsTakenIntoAccount) {
    const cv::Mat upright = scene(1200, 1600, 3);
    cv::Mat stored;
    cv::rotate(upright, stored,
               cv::ROTATE_90_COUNTERCLOCKWISE);  // orientation 6: turn 90 degrees clockwise to see it upright
    const auto right = compare_thumbnail(upright, small(stored), {.local_limit = 1.0, .orientation = 6});
    ASSERT_TRUE(right);
    EXPECT_LT(right->difference, 0.1);
    EXPECT_FALSE(right->turned);
    const auto turned = compare_thumbnail(upright, small(stored), {});
    ASSERT_TRUE(turned);
    EXPECT_LT(turned->difference, 0.1);
    EXPECT_TRUE(turned->turned);
}

TEST(Thumbnail, AnotherPictureIsFarOff) {
    const auto compared = compare_thumbnail(scene(1600, 1200, 4), small(scene(1600, 1200, 5)), {});
    ASSERT_TRUE(compared);
    EXPECT_GT(compared->difference, 0.7);
}

TEST(Thumbnail, ALocalChangeIsPointedAt) {
    const cv::Mat original = scene(1600, 1200, 6);
    cv::Mat edited = original.clone();
    const cv::Rect change(900, 500, 300, 260);
    for (int row = change.y; row < change.br().y; ++row) {
        for (int column = change.x; column < change.br().x; ++column) {
            edited.at<cv::Vec3b>(row, column) =
                (row / 60 + column / 60) % 2 == 0 ? cv::Vec3b(255, 255, 255) : cv::Vec3b(0, 0, 0);
        }
    }
    const auto compared = compare_thumbnail(edited, small(original), {});
    ASSERT_TRUE(compared);
    ASSERT_TRUE(compared->region);
    const double shared = (*compared->region & change).area();
    EXPECT_GT(shared / change.area(), 0.5);
    EXPECT_GT(shared / compared->region->area(), 0.5);
}

TEST(Thumbnail, ACroppedPictureIsSeenInItsThumbnail) {
    const cv::Mat original = scene(1600, 1200, 7);
    const cv::Mat cropped = original(cv::Rect(100, 250, 1120, 840)).clone();
    const auto compared = compare_thumbnail(cropped, small(original), {});
    ASSERT_TRUE(compared);
    EXPECT_LT(compared->difference, 0.5);
    EXPECT_NEAR(compared->seen_part, 0.7, 0.051);
}

TEST(Thumbnail, NothingToCompareIsNoAnswer) {
    const cv::Mat picture = scene(640, 480, 8);
    EXPECT_FALSE(compare_thumbnail(cv::Mat::zeros(480, 640, CV_8UC3), small(picture), {}));
    EXPECT_FALSE(compare_thumbnail(picture, cv::Mat::zeros(120, 160, CV_8UC3), {}));
    EXPECT_FALSE(compare_thumbnail(picture, cv::Mat(1, 1, CV_8UC3, cv::Scalar(5, 5, 5)), {}));
    EXPECT_FALSE(compare_thumbnail(cv::Mat(1, 1, CV_8UC3, cv::Scalar(5, 5, 5)), small(picture), {}));
    EXPECT_FALSE(compare_thumbnail({}, {}, {}));
}

TEST(Thumbnail, ExtremeShapesAndSixteenBits) {
    const cv::Mat strip = scene(4000, 40, 9);
    const auto compared = compare_thumbnail(strip, small(strip, {320, 40}), {});
    if (compared) {
        EXPECT_EQ(thumbnail_map(*compared, strip.size()).size(), strip.size());
    }
    cv::Mat deep;
    scene(640, 480, 10).convertTo(deep, CV_16U, 257);
    EXPECT_LT(compare_thumbnail(deep, small(scene(640, 480, 10)), {})->difference, 0.1);
}

}  // namespace
}  // namespace bonafide::analyzers::structure

#include "features/generated/crops.h"

#include <gtest/gtest.h>

namespace bonafide::features::generated {
namespace {

TEST(GeneratedCrops, LieEvenlyInsideThePicture) {
    for (const cv::Size size : {cv::Size(128, 128), {129, 700}, {512, 512}, {640, 480}, {4000, 3000}, {12000, 130}}) {
        const auto places = crop_places(size, 16);
        ASSERT_FALSE(places.empty()) << size;
        EXPECT_LE(places.size(), 16U) << size;
        for (const cv::Rect& place : places) {
            EXPECT_EQ(place & cv::Rect({}, size), place) << size;
        }
        EXPECT_LE(places.front().x + places.front().y,
                  size.width + size.height - 2 * kCropPx - places.back().x - places.back().y + 1)
            << size << ": as far from one corner as from the other";
    }
    EXPECT_EQ(crop_places({512, 512}, 16).size(), 16U);
    EXPECT_EQ(crop_places({4000, 3000}, 16).size(), 15U);
    EXPECT_TRUE(crop_places({127, 500}, 16).empty());
    EXPECT_TRUE(crop_places({}, 16).empty());
}

TEST(GeneratedCrops, TheNetworkIsFedPlanesInItsOwnRange) {
    cv::Mat crop(kCropPx, kCropPx, CV_8UC3, cv::Scalar(127, 255, 0));
    crop.at<cv::Vec3b>(3, 5) = {0, 127, 63};
    const infer::Tensor tensor = input_of(crop);
    constexpr std::size_t kPlane = 128 * 128, kPlace = 3 * 128 + 5;
    EXPECT_EQ(tensor.shape, (std::vector<std::size_t>{1, 3, 128, 128}));
    EXPECT_FLOAT_EQ(tensor.values[0], 0);
    EXPECT_FLOAT_EQ(tensor.values[kPlane], 1);
    EXPECT_FLOAT_EQ(tensor.values[2 * kPlane], -127 / 128.0F);
    EXPECT_FLOAT_EQ(tensor.values[kPlace], -127 / 128.0F);
    EXPECT_FLOAT_EQ(tensor.values[kPlane + kPlace], 0);
    EXPECT_FLOAT_EQ(tensor.values[2 * kPlane + kPlace], -0.5F);
}

}  // namespace
}  // namespace bonafide::features::generated

#include "evidence/map_grid.h"

#include <gtest/gtest.h>

namespace bonafide::evidence {
namespace {

TEST(MapGrid, KnowsItsStepByItsSize) {
    const cv::Size picture(100, 75);
    EXPECT_EQ(map_step(picture, picture), 1);
    EXPECT_EQ(map_step({13, 10}, picture), 8);
    EXPECT_EQ(map_step({7, 5}, picture), 16);
    EXPECT_EQ(map_step({12, 9}, picture), std::nullopt);  // rounded down: the rim would be missing
    EXPECT_EQ(map_step({75, 100}, picture), std::nullopt);
    EXPECT_EQ(map_step({1, 1}, {1, 1}), 1);
}

TEST(MapGrid, EnlargesWithoutShiftingPlaces) {
    const cv::Size picture(60, 41);
    cv::Mat map(map_size(picture, 8), CV_8UC1, cv::Scalar(0));
    map.at<unsigned char>(2, 5) = 200;  // stands for columns 40 to 47, rows 16 to 23
    const cv::Mat large = enlarged(map, picture);
    ASSERT_EQ(large.size(), picture);
    double brightest = 0;
    cv::Point place;
    cv::minMaxLoc(large, nullptr, &brightest, nullptr, &place);
    EXPECT_GE(brightest, 170);
    EXPECT_TRUE(cv::Rect(40, 16, 8, 8).contains(place)) << place;
    EXPECT_EQ(large.at<unsigned char>(0, 0), 0);
    EXPECT_EQ(enlarged(large, picture).data, large.data) << "a map of full size is passed through";
}

}  // namespace
}  // namespace bonafide::evidence

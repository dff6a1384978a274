#include "evidence/places.h"

#include <gtest/gtest.h>

namespace bonafide::evidence {
namespace {

TEST(Places, AreConnectedPartsStrongestFirst) {
    cv::Mat values(10, 12, CV_32FC1, cv::Scalar(1));
    values(cv::Rect(1, 1, 3, 2)).setTo(5);
    values.at<float>(3, 4) = 7;  // joined by its corner
    values(cv::Rect(8, 6, 2, 2)).setTo(9);
    values.at<float>(0, 11) = 3;  // the threshold itself is not beyond it
    const std::vector<Place> places = places_beyond(values, 3);
    ASSERT_EQ(places.size(), 2U);
    EXPECT_EQ(places[0].box, cv::Rect(8, 6, 2, 2));
    EXPECT_EQ(places[0].strongest, 9);
    EXPECT_EQ(places[1].box, cv::Rect(1, 1, 4, 3));
    EXPECT_EQ(places[1].cells, 7);
    EXPECT_EQ(places[1].strongest, 7);
}

TEST(Places, TakeEveryDepthAndNothing) {
    cv::Mat map(4, 4, CV_8UC1, cv::Scalar(128));
    EXPECT_TRUE(places_beyond(map, 128).empty());
    map.at<unsigned char>(2, 2) = 200;
    ASSERT_EQ(places_beyond(map, 128).size(), 1U);
    EXPECT_EQ(places_beyond(map, 128).front().strongest, 200);
    EXPECT_TRUE(places_beyond(cv::Mat(), 0).empty());
}

}  // namespace
}  // namespace bonafide::evidence

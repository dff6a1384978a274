#include "base/median.h"

#include <gtest/gtest.h>

namespace bonafide {
namespace {

TEST(Median, IsTheMiddleOfTheOrder) {
    EXPECT_EQ(median_of<int>({5}), 5);
    EXPECT_EQ(median_of<double>({9, -1, 4}), 4);
    EXPECT_EQ(median_of<double>({8, 2, 6, 4}), 6) << "the upper of two";
}

TEST(Median, OfNothingIsWhatWasAskedFor) {
    EXPECT_EQ(median_of<float>({}, 7.0F), 7.0F);
    EXPECT_EQ(median_of<float>({1, 2, 3}, 7.0F), 2.0F);
}

}  // namespace
}  // namespace bonafide

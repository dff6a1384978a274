#include "evidence/together.h"

#include <gtest/gtest.h>

#include <cmath>

namespace bonafide::evidence {
namespace {

TEST(Together, IsTheMeanOfTheRatios) {
    EXPECT_DOUBLE_EQ(together({1.5}, 0.7), 1.5);
    EXPECT_DOUBLE_EQ(together({1.5, 1.5, 1.5}, 0.7), 1.5);
    // One suspicious face among faces that say nothing counts for less than alone, and for more than their mean.
    EXPECT_NEAR(together({3, 0, 0, 0}, 0.7), std::log((std::exp(2.1) + 3) / 4) / 0.7, 1e-12);
    EXPECT_DOUBLE_EQ(together({0, 3, 0, 0}, 0.7), together({3, 0, 0, 0}, 0.7));
    EXPECT_NEAR(together({1000, -1000}, 0.7), 1000 - std::log(2) / 0.7, 1e-9) << "nothing overflows";
}

}  // namespace
}  // namespace bonafide::evidence

#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace bonafide {
namespace {

TEST(Result, HoldsAValueOrAnError) {
    const Result<int> good = 7;
    const Result<int> bad = Error{ErrorCode::kLimit, "too large"};
    EXPECT_TRUE(good.ok());
    EXPECT_EQ(*good, 7);
    EXPECT_FALSE(bad.ok());
    EXPECT_EQ(bad.error().message, "too large");
    EXPECT_STREQ(name_of(bad.error().code), "limit");
}

TEST(Result, MovesWhatCannotBeCopied) {
    Result<std::unique_ptr<int>> result = std::make_unique<int>(3);
    const std::unique_ptr<int> value = std::move(*result);
    EXPECT_EQ(*value, 3);
}

TEST(ResultDeathTest, LookingForAValueInAnErrorIsABug) {
    const Result<int> bad = Error{};
    EXPECT_DEATH((void)bad.value(), "invariant broken");
}

}  // namespace
}  // namespace bonafide

#include "fusion/fused_map.h"

#include <gtest/gtest.h>

namespace bonafide::fusion {
namespace {

cv::Mat half_bright() {
    cv::Mat map(4, 8, CV_8UC1, cv::Scalar(40));
    map.colRange(4, 8).setTo(250);
    return map;
}

TEST(FusedMap, NothingInNothingOut) {
    EXPECT_TRUE(fuse_maps({}, {}).empty());
}

TEST(FusedMap, StrongEvidenceKeepsItsPlace) {
    const cv::Mat fused = fuse_maps({{half_bright(), 1.5}}, half_bright().size());
    EXPECT_GT(fused.at<std::uint8_t>(1, 6), 240);
    EXPECT_EQ(fused.at<std::uint8_t>(1, 1), 40);
}

TEST(FusedMap, NeverContradictsTheScore) {
    for (const auto llr : {std::optional<double>(), std::optional<double>(0.0), std::optional<double>(-0.7)}) {
        const cv::Mat fused = fuse_maps({{half_bright(), llr}}, half_bright().size());
        double brightest = 0;
        cv::minMaxLoc(fused, nullptr, &brightest);
        EXPECT_LE(brightest, 128);
    }
}

TEST(FusedMap, WeakEvidenceIsFaintAndAgreementAddsUp) {
    const auto weak = fuse_maps({{half_bright(), 0.2}}, half_bright().size()).at<std::uint8_t>(1, 6);
    const auto both =
        fuse_maps({{half_bright(), 0.2}, {half_bright(), 0.2}}, half_bright().size()).at<std::uint8_t>(1, 6);
    EXPECT_GT(weak, 128);
    EXPECT_LT(weak, 170);
    EXPECT_GT(both, weak);
}

}  // namespace
}  // namespace bonafide::fusion

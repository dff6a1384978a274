#include "engine/protocol/camera.h"

#include <gtest/gtest.h>

#include <limits>

namespace bonafide::engine {
namespace {

CameraFile small_file() {
    CameraFile file;
    file.width_px = 4;
    file.height_px = 3;
    file.pictures = 9;
    file.step = 1e-5F;
    file.agreement = 0.25F;
    file.pattern = {1, -2, 3, -4, 5, -6, 7, -8, 9, -10, 32767, -32767};
    return file;
}

TEST(CameraFile, ComesBackAsItWas) {
    const std::vector<std::uint8_t> bytes = to_bytes(small_file());
    EXPECT_EQ(bytes.size(), 64U + 24U);
    const auto back = parse_camera_file(bytes);
    ASSERT_TRUE(back.ok()) << back.error().message;
    EXPECT_EQ(back->pattern, small_file().pattern);
    EXPECT_EQ(back->pictures, 9U);
    EXPECT_EQ(back->step, 1e-5F);
    EXPECT_EQ(back->agreement, 0.25F);
    EXPECT_EQ(back->sha256.size(), 64U);
}

TEST(CameraFile, EveryChangedBitAndEveryCutIsRefused) {
    const std::vector<std::uint8_t> bytes = to_bytes(small_file());
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (int bit = 0; bit < 8; ++bit) {
            std::vector<std::uint8_t> altered = bytes;
            altered[at] ^= static_cast<std::uint8_t>(1 << bit);
            EXPECT_FALSE(parse_camera_file(altered).ok()) << at << " " << bit;
        }
        EXPECT_FALSE(parse_camera_file(std::span(bytes).first(at)).ok()) << at;
    }
    std::vector<std::uint8_t> longer = bytes;
    longer.push_back(0);
    EXPECT_FALSE(parse_camera_file(longer).ok());
}

TEST(CameraFile, ClaimsBeyondLimitsAreRefusedBeforeAnythingIsMade) {
    std::vector<std::uint8_t> bytes = to_bytes(small_file());
    for (int i = 12; i < 20; ++i) {
        bytes[i] = 0xFF;
    }
    EXPECT_EQ(parse_camera_file(bytes).error().code, ErrorCode::kLimit);
    CameraFile odd = small_file();
    odd.step = std::numeric_limits<float>::quiet_NaN();
    EXPECT_EQ(parse_camera_file(to_bytes(odd)).error().code, ErrorCode::kInvalid);
    odd = small_file();
    odd.agreement = 7;
    EXPECT_EQ(parse_camera_file(to_bytes(odd)).error().code, ErrorCode::kInvalid);
}

TEST(CameraPlanes, TravelAndAddUp) {
    CameraPlanes planes{2, 1, {256, -512}, {100, 0}};
    const auto back = parse_camera_planes(to_bytes(planes));
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(back->residual, planes.residual);
    EXPECT_EQ(back->intensity, planes.intensity);
    EXPECT_FALSE(parse_camera_planes(std::vector<std::uint8_t>(32, 0)).ok());
    CameraSums sums;
    add(planes, sums);
    add(planes, sums);
    add(planes, sums);
    EXPECT_EQ(sums.pictures, 3U);
    EXPECT_EQ(sums.planes[0], (std::vector<float>{200, 0}));
    EXPECT_EQ(sums.planes[1], (std::vector<float>{20000, 0}));
    EXPECT_EQ(sums.planes[2], (std::vector<float>{100, 0}));
    const auto travelled = parse_camera_sums(to_bytes(sums));
    ASSERT_TRUE(travelled.ok());
    EXPECT_EQ(travelled->planes, sums.planes);
    sums.planes[3][0] = std::numeric_limits<float>::infinity();
    EXPECT_FALSE(parse_camera_sums(to_bytes(sums)).ok());
}

}  // namespace
}  // namespace bonafide::engine

#include "forge/swap_autoencoder.h"

#include "fixtures/drawn_face.h"
#include "fixtures/onnx_network.h"
#include "forge/face.h"
#include "forge/overlay.h"
#include "forge/test_models.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

namespace bonafide::forge {
namespace {

using testing::HasSubstr;

TEST(SwapAutoencoder, PutsWhatTheNetworkGivesWhereTheFaceIs) {
    // Leaning, and near an edge: the square that is cut out reaches beyond the picture.
    const cv::Mat picture = fixtures::portrait({480, 360}, {.centre_px = {140, 190}, .height_px = 230, .roll_deg = 17});
    const auto face = largest_face(picture, models(), 1, 64);
    ASSERT_TRUE(face.ok()) << face.error().message;
    // A network that gives every face again as it is: nothing but sharpness may change.
    auto same = open_swap_autoencoder(fixtures::onnx_of({.input_shape = {1, 3, 128, 128}}), 1);
    ASSERT_TRUE(same.ok()) << same.error().message;
    const auto unchanged = swap_by_autoencoder(picture, *face, *same);
    ASSERT_TRUE(unchanged.ok()) << unchanged.error().message;
    const cv::Rect inner = cv::Rect(face->box_px()) & cv::Rect({}, picture.size());
    EXPECT_GT(cv::PSNR(picture(inner), (*unchanged)(inner)), 30);
    cv::Mat before, after;
    cv::cvtColor(picture(inner), before, cv::COLOR_RGB2GRAY);
    cv::cvtColor((*unchanged)(inner), after, cv::COLOR_RGB2GRAY);
    before.convertTo(before, CV_32F);
    after.convertTo(after, CV_32F);
    EXPECT_LT(cv::norm(cv::phaseCorrelate(before, after)), 0.3) << "px";
    // One that turns light to dark changes the face, and nothing outside.
    auto turned = open_swap_autoencoder(fixtures::onnx_of({.weights = {-1, 0, 0, 0, -1, 0, 0, 0, -1}}), 1);
    ASSERT_TRUE(turned.ok());
    const auto changed = swap_by_autoencoder(picture, *face, *turned);
    ASSERT_TRUE(changed.ok());
    EXPECT_LT(cv::PSNR(picture(inner), (*changed)(inner)), 25);
    cv::Mat outside(picture.size(), CV_8UC1, cv::Scalar::all(255));
    outside(frame_around(*face, picture.size())) = 0;
    EXPECT_EQ(cv::norm(picture, *changed, cv::NORM_INF, outside), 0);
}

TEST(SwapAutoencoder, RefusesNetworksOfOtherShapes) {
    for (const std::vector<std::int64_t>& shape :
         {std::vector<std::int64_t>{1, 3, 64, 96}, {2, 3, 64, 64}, {1, 3, 16, 16}, {1, 3, 512, 512}}) {
        const auto network = open_swap_autoencoder(fixtures::onnx_of({.input_shape = shape}), 1);
        ASSERT_FALSE(network.ok());
        EXPECT_THAT(network.error().message, HasSubstr("1 x 3 x N x N"));
    }
}

}  // namespace
}  // namespace bonafide::forge

#include "forge/reconstruct.h"

#include "features/watermark/watermark.h"
#include "fixtures/camera.h"
#include "forge/make.h"
#include "forge/picture.h"
#include "forge/seal.h"
#include "forge/test_models.h"
#include "ingest/identify.h"
#include "media/encode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

#include <array>
#include <cmath>

namespace bonafide::forge {
namespace {

using testing::HasSubstr;

cv::Mat scene(cv::Size size, std::uint64_t seed = 1) {
    fixtures::CameraSettings settings;
    settings.width_px = std::max(64, size.width);
    settings.height_px = std::max(64, size.height);
    settings.scene_seed = settings.shot_seed = seed;
    return fixtures::render(settings)(cv::Rect({}, size)).clone();
}

cv::Mat through(const std::string& layer, const cv::Mat& rgb) {
    auto autoencoder = open_autoencoder(layer, models(), 1);
    EXPECT_TRUE(autoencoder.ok()) << (autoencoder ? "" : autoencoder.error().message);
    const auto result = autoencoder ? reconstruct(rgb, *autoencoder) : Result<cv::Mat>(autoencoder.error());
    EXPECT_TRUE(result.ok()) << (result ? "" : result.error().message);
    return result ? *result : cv::Mat();
}

/// How unlike each other in fine detail the places of a grid of 4 px are that are the same on one of 2 px, such as a
/// camera's mosaic: the standard deviation of their energies as a share of the mean.
double unevenness_of_grid(const cv::Mat& rgb) {
    cv::Mat grey, fine;
    cv::cvtColor(rgb, grey, cv::COLOR_RGB2GRAY);
    cv::Laplacian(grey, fine, CV_32F);
    std::array<double, 16> energy{};
    for (int y = 8; y < fine.rows / 4 * 4 - 8; ++y) {
        for (int x = 8; x < fine.cols / 4 * 4 - 8; ++x) {
            energy.at(static_cast<std::size_t>(y % 4 * 4 + x % 4)) += std::abs(fine.at<float>(y, x));
        }
    }
    double squares = 0, sum = 0;
    for (std::size_t place = 0; place < 16; ++place) {
        const std::size_t first = place / 4 % 2 * 4 + place % 2;
        const double alike =
            (energy.at(first) + energy.at(first + 2) + energy.at(first + 8) + energy.at(first + 10)) / 4;
        squares += (energy.at(place) - alike) * (energy.at(place) - alike);
        sum += energy.at(place);
    }
    return 4 * std::sqrt(squares) / sum;
}

Result<Product> made(const Order& order, const cv::Mat& picture = {}) {
    const std::vector<std::uint8_t> bytes = picture.empty() ? std::vector<std::uint8_t>() : media::encode_png(picture);
    return make(order, {*ingest::open_memory(bytes), nullptr}, models(), {}, 1);
}

class Layers : public testing::TestWithParam<std::string> {};

TEST_P(Layers, ResembleThePictureAndLeaveTheirGrid) {
    const cv::Mat picture = scene({450, 330});
    const cv::Mat result = through(GetParam(), picture);
    ASSERT_EQ(result.size(), picture.size());
    EXPECT_GT(cv::PSNR(picture, result), 30);
    EXPECT_GT(cv::norm(picture, result, cv::NORM_INF), 4);
    EXPECT_GT(unevenness_of_grid(result), 2.5 * unevenness_of_grid(picture));
    EXPECT_EQ(cv::norm(result, through(GetParam(), picture), cv::NORM_INF), 0);
}

INSTANTIATE_TEST_SUITE_P(Reconstruct, Layers, testing::Values("transposed", "nearest", "bilinear", "shuffle"),
                         [](const auto& each) { return each.param; });

TEST(Reconstruct, KeepsColoursThatTheNetworksHaveHardlySeen) {
    const cv::Scalar red(150, 20, 45);
    for (const Upsampling& layer : upsamplings()) {
        const cv::Scalar mean = cv::mean(through(std::string(layer.name), cv::Mat(100, 100, CV_8UC3, red)));
        EXPECT_LT(cv::norm(mean, red, cv::NORM_INF), 2) << layer.name;
    }
}

TEST(Reconstruct, ItsTilesLeaveNoSeams) {
    const cv::Mat picture = scene({400, 300});
    // A part whose corner lies on the grid of the layers, but elsewhere in the tiles.
    const cv::Rect part(60, 40, 320, 240), inner(32, 32, 256, 176);
    const cv::Mat whole = through("transposed", picture)(part), alone = through("transposed", picture(part).clone());
    EXPECT_LE(cv::norm(whole(inner), alone(inner), cv::NORM_INF), 1);
}

TEST(Reconstruct, TakesPicturesSmallerThanATile) {
    for (const cv::Size size : {cv::Size(1, 1), cv::Size(3, 50), cv::Size(129, 1)}) {
        EXPECT_EQ(through("shuffle", scene(size)).size(), size);
    }
}

TEST(Reconstruct, RefusesWhatItCannotTake) {
    EXPECT_THAT(open_autoencoder("blocks", models(), 1).error().message, HasSubstr("no kind of up-sampling"));
    auto autoencoder = open_autoencoder("nearest", models(), 1);
    ASSERT_TRUE(autoencoder.ok());
    EXPECT_FALSE(reconstruct(cv::Mat(), *autoencoder).ok());
    EXPECT_FALSE(reconstruct(cv::Mat(20, 20, CV_8UC1), *autoencoder).ok());
    EXPECT_FALSE(reconstruct(cv::Mat(1, 16385, CV_8UC3), *autoencoder).ok());
    EXPECT_FALSE(made({.kind = "reconstruct", .upsampling = "nearest"}).ok()) << "no picture";
    const auto small = made({.kind = "reconstruct", .upsampling = "nearest"}, scene({150, 150}));
    ASSERT_FALSE(small.ok()) << "too small to carry the watermark";
}

TEST(Reconstruct, LeavesMarked) {
    const auto product = made({.kind = "reconstruct", .upsampling = "bilinear"}, scene({1300, 300}));
    ASSERT_TRUE(product.ok()) << product.error().message;
    EXPECT_EQ(product->made.width_px, 1280);
    EXPECT_TRUE(product->made.fake && product->made.label);
    EXPECT_GE(product->made.watermark_exponent, features::watermark::kFoundExponent);
    EXPECT_THAT(product->made.description, HasSubstr("bilinear"));
    EXPECT_THAT(manifest_of(product->made), HasSubstr("compositeSynthetic"));
}

}  // namespace
}  // namespace bonafide::forge

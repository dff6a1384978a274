#include "analyzers/image/edits_network/edits_network.h"

#include "analyzers/image/edits_network/planes.h"
#include "fixtures/camera.h"
#include "fixtures/edits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

#include <cmath>
#include <fstream>
#include <iterator>

namespace bonafide::analyzers {
namespace {

using testing::HasSubstr;

constexpr const char* kWeights = BONAFIDE_SOURCE_DIR "/models/image_edits_network.bin";

std::vector<std::uint8_t> weights() {
    std::ifstream stream(kWeights, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

const edits::Network& network() {
    static const edits::Network loaded = [] {
        auto parsed = edits::Network::parse(weights());
        ENSURE(parsed.ok());
        return std::move(*parsed);
    }();
    return loaded;
}

struct Opened {
    cv::Mat rgb;
    media::JpegPlane luma;
};

Opened opened(const cv::Mat& rgb, int quality) {
    fixtures::JpegSettings settings;
    settings.quality = quality;
    const auto bytes = fixtures::write_jpeg(rgb, settings);
    auto planes = media::read_jpeg_coefficients(bytes, Limits{});
    ENSURE(planes.ok());
    return {fixtures::read_jpeg(bytes), planes->front()};
}

fixtures::CameraSettings camera(std::uint64_t seed) {
    fixtures::CameraSettings settings;
    settings.width_px = 640;
    settings.height_px = 480;
    settings.scene_seed = settings.camera_seed = settings.shot_seed = seed;
    return settings;
}

// Mean of the map inside the mask and outside of it.
std::pair<double, double> shades(const EditsNetworkResult& result, const cv::Mat& mask) {
    cv::Mat small;
    cv::resize(mask, small, result.map.size(), 0, 0, cv::INTER_AREA);
    return {cv::mean(result.map, small > 200)[0], cv::mean(result.map, small == 0)[0]};
}

TEST(EditsNetwork, AnswersWhatTrainingAnswered) {
    // Invented planes as train/edits_network/train.py makes them; the answers are those of its reference.json.
    cv::Mat planes(20, 26, CV_32FC(edits::kPlanes));
    for (int row = 0; row < planes.rows; ++row) {
        for (int column = 0; column < planes.cols; ++column) {
            float* value = planes.ptr<float>(row) + static_cast<std::ptrdiff_t>(column) * edits::kPlanes;
            for (int plane = 0; plane < edits::kPlanes; ++plane) {
                value[plane] =
                    static_cast<float>(std::sin(0.37 * row + 0.11 * plane) * std::cos(0.23 * column - 0.29 * plane) +
                                       0.1 * std::sin(1.7 * row * column + plane));
            }
        }
    }
    const edits::NetworkAnswer answer = network().run(planes);
    EXPECT_TRUE(planes.empty());
    struct Place {
        int row, column;
        double logit;
    };
    for (const Place& place : std::initializer_list<Place>{
             // clang-format off
             {0, 0, 7.58971},
             {3, 7, -0.30731},
             {10, 13, -0.66319},
             {19, 25, -3.70567},
             {12, 2, -1.88604},
             {5, 20, 2.77681}
             // clang-format on
         }) {
        EXPECT_NEAR(answer.block_logits.at<float>(place.row, place.column), place.logit, 1e-3)
            << place.row << " " << place.column;
    }
    EXPECT_NEAR(answer.picture_logit, 9.92145, 1e-3);
}

TEST(EditsNetwork, PlanesAreFiniteWhateverThePicture) {
    for (const int level : {0, 128, 255}) {
        cv::Mat planes = edits::measure_planes(cv::Mat(40, 67, CV_8UC3, cv::Scalar::all(level)), nullptr);
        ASSERT_EQ(planes.size(), cv::Size(8, 5));
        EXPECT_TRUE(cv::checkRange(planes.reshape(1), true, nullptr, -1e4, 1e4));
        const edits::NetworkAnswer answer = network().run(planes);
        EXPECT_TRUE(cv::checkRange(answer.block_logits));
        EXPECT_TRUE(std::isfinite(answer.picture_logit));
    }
}

TEST(EditsNetwork, PlanesMeasureWhatTheySay) {
    // Every second column brighter by ten: the horizontal second derivative is 20 in luma everywhere, the vertical 0.
    cv::Mat stripes(64, 64, CV_8UC3);
    for (int x = 0; x < 64; ++x) {
        stripes.col(x).setTo(cv::Scalar::all(100 + 10 * (x % 2)));
    }
    const cv::Mat planes = edits::measure_planes(stripes, nullptr);
    const float* middle = planes.ptr<float>(4) + 4 * edits::kPlanes;
    EXPECT_NEAR(middle[0], 105.0 / 128 - 1, 1e-5);
    EXPECT_NEAR(middle[4], std::log(20.1), 1e-4);
    EXPECT_NEAR(middle[5], std::log(0.1), 1e-3);
    EXPECT_EQ(middle[42], 0);  // no JPEG

    const Opened shot = opened(fixtures::render(camera(3)), 90);
    const cv::Mat of_jpeg = edits::measure_planes(shot.rgb, &shot.luma);
    int not_zero = 0;
    for (const int index : {1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26,
                            33, 40, 48, 41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56}) {
        not_zero += shot.luma.block(6, 5)[static_cast<std::size_t>(index)] != 0;
    }
    const float* block = of_jpeg.ptr<float>(5) + 6 * edits::kPlanes;
    EXPECT_EQ(block[42], 1);
    EXPECT_NEAR(block[45], not_zero / 35.0, 1e-5);
}

TEST(EditsNetwork, MarksWhatWasPastedAndLeavesTheTwinDarker) {
    int ordered = 0;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        fixtures::CameraSettings other = camera(seed + 50);
        other.photons_at_white = 1500;
        other.blur_sigma_px = 1.1;
        const cv::Mat genuine = opened(fixtures::render(camera(seed)), 85).rgb;
        const cv::Mat mask = fixtures::random_region(genuine.size(), 0.08, seed);
        const fixtures::Edited edited = fixtures::splice(genuine, fixtures::render(other), mask);
        const Opened changed = opened(edited.rgb, 92), twin = opened(genuine, 92);
        const auto found = edits_network(changed.rgb, &changed.luma, network(), {});
        const auto clean = edits_network(twin.rgb, &twin.luma, network(), {});
        const auto [inside, outside] = shades(found, edited.mask);
        EXPECT_GT(inside, outside + 40) << seed;
        EXPECT_GT(inside, shades(clean, edited.mask).first + 25) << seed;
        ordered += found.picture_log_odds > clean.picture_log_odds ? 1 : 0;
    }
    EXPECT_EQ(ordered, 4);
}

TEST(EditsNetwork, MarksWhatWasSmoothedOver) {
    const cv::Mat genuine = fixtures::render(camera(9));
    const cv::Mat mask = fixtures::random_region(genuine.size(), 0.06, 9);
    for (const double sigma : {1.0, 2.0}) {
        const fixtures::Edited edited = fixtures::blur_region(genuine, mask, sigma);
        const Opened changed = opened(edited.rgb, 95);
        const auto [inside, outside] = shades(edits_network(changed.rgb, &changed.luma, network(), {}), mask);
        EXPECT_GT(inside, outside + 40) << sigma;
    }
}

TEST(EditsNetwork, MapFollowsItsThreshold) {
    const Opened shot = opened(fixtures::render(camera(4)), 90);
    EditsNetworkOptions low, high;
    low.threshold = -10;
    high.threshold = 10;
    const auto bright = edits_network(shot.rgb, &shot.luma, network(), low);
    const auto dark = edits_network(shot.rgb, &shot.luma, network(), high);
    EXPECT_EQ(bright.map.size(), cv::Size(80, 60));
    EXPECT_EQ(bright.suspicious_area_percent, 100);
    EXPECT_EQ(dark.suspicious_area_percent, 0);
    EXPECT_EQ(bright.picture_log_odds, dark.picture_log_odds);
    double least = 0, most = 0;
    cv::minMaxLoc(dark.map, &least, &most);
    EXPECT_LT(most, 128);
    EXPECT_GT(most, least);  // still ranks places
}

TEST(EditsNetwork, RefusesWhatItCannotJudge) {
    EXPECT_THAT(edits_network(cv::Mat(), nullptr, network(), {}).not_applicable, HasSubstr("128 px"));
    EXPECT_THAT(edits_network(cv::Mat(100, 900, CV_8UC3, cv::Scalar::all(9)), nullptr, network(), {}).not_applicable,
                HasSubstr("128 px"));
    EXPECT_THAT(edits_network(cv::Mat(300, 400, CV_8UC3, cv::Scalar::all(0)), nullptr, network(), {}).not_applicable,
                HasSubstr("one colour"));
}

TEST(EditsNetwork, RefusesWeightsThatAreNotItsOwn) {
    std::vector<std::uint8_t> bytes = weights();
    ASSERT_GT(bytes.size(), 1000U);
    EXPECT_FALSE(edits::Network::parse({}).ok());
    std::vector<std::uint8_t> cut(bytes.begin(), bytes.end() - 1), longer = bytes, foreign = bytes, infinite = bytes;
    longer.push_back(0);
    foreign[0] ^= 1;
    std::fill(infinite.end() - 4, infinite.end(), std::uint8_t{0xFF});
    EXPECT_FALSE(edits::Network::parse(cut).ok());
    EXPECT_FALSE(edits::Network::parse(longer).ok());
    EXPECT_FALSE(edits::Network::parse(foreign).ok());
    EXPECT_FALSE(edits::Network::parse(infinite).ok());
    EXPECT_TRUE(edits::Network::parse(bytes).ok());
}

}  // namespace
}  // namespace bonafide::analyzers

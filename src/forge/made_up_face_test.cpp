#include "forge/made_up_face.h"

#include "features/watermark/watermark.h"
#include "forge/make.h"
#include "forge/seal.h"
#include "forge/test_models.h"
#include "ingest/byte_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace bonafide::forge {
namespace {

using testing::HasSubstr;

class MadeUpFace : public testing::TestWithParam<std::string> {
  protected:
    Result<infer::Session> network_ = open_face_model(GetParam(), models(), 1);
    void SetUp() override { ASSERT_TRUE(network_.ok()) << network_.error().message; }
};

TEST_P(MadeUpFace, ComesFromItsSeed) {
    const auto face = made_up_faces(7, 0, 1, *network_), again = made_up_faces(7, 99, 1, *network_),
               other = made_up_faces(8, 0, 1, *network_);
    ASSERT_TRUE(face.ok() && again.ok() && other.ok());
    EXPECT_EQ(face->size(), cv::Size(kFaceShownPx, kFaceShownPx));
    EXPECT_EQ(cv::norm(*face, *again, cv::NORM_INF), 0);
    EXPECT_GT(cv::norm(*face, *other, cv::NORM_L1) / static_cast<double>(face->total() * 3), 3);
}

TEST_P(MadeUpFace, GoesFromOneSeedToAnother) {
    const auto first = made_up_faces(7, 0, 1, *network_), last = made_up_faces(8, 0, 1, *network_),
               row = made_up_faces(7, 8, 6, *network_);
    ASSERT_TRUE(first.ok() && last.ok() && row.ok());
    ASSERT_EQ(row->size(), cv::Size(3 * kFaceShownPx, 2 * kFaceShownPx));
    const auto face = [&](int i) {
        return (*row)(cv::Rect(i % 3 * kFaceShownPx, i / 3 * kFaceShownPx, kFaceShownPx, kFaceShownPx));
    };
    EXPECT_EQ(cv::norm(face(0), *first, cv::NORM_INF), 0);
    EXPECT_LE(cv::norm(face(5), *last, cv::NORM_INF), 1);
    // No step is the whole way.
    for (int i = 1; i < 6; ++i) {
        EXPECT_LT(cv::norm(face(i), face(i - 1)), 0.7 * cv::norm(*first, *last)) << i;
    }
    for (const int faces : {-1, 0, kMostFacesBetween + 1}) {
        EXPECT_FALSE(made_up_faces(7, 8, faces, *network_).ok());
    }
    EXPECT_FALSE(made_up_face({1, 2, 3}, *network_).ok());
}

TEST_P(MadeUpFace, LeavesMarkedAsMadeByATrainedAlgorithm) {
    // Two side by side are the longest strip that there is, and the hardest to mark.
    const Order order{.kind = "face", .format = "jpeg", .seed = 5, .model = GetParam(), .to_seed = 6, .faces = 2};
    const auto product = make(order, {*ingest::open_memory({}), nullptr}, models(), {}, 1);
    ASSERT_TRUE(product.ok()) << product.error().message;
    EXPECT_TRUE(product->made.fake && product->made.label);
    EXPECT_GE(product->made.watermark_exponent, features::watermark::kFoundExponent);
    EXPECT_THAT(manifest_of(product->made), HasSubstr("trainedAlgorithmicMedia"));
}

INSTANTIATE_TEST_SUITE_P(Face, MadeUpFace, testing::Values("vae", "gan"), [](const auto& each) { return each.param; });

TEST(FaceOfNobody, RefusesOtherNetworks) {
    EXPECT_THAT(open_face_model("oracle", models(), 1).error().message, HasSubstr("no network"));
    EXPECT_FALSE(make({.kind = "face"}, {*ingest::open_memory({}), nullptr}, models(), {}, 1).ok());
}

TEST(FaceOfNobody, NumbersAreNormalAndTheArcKeepsTheirLength) {
    const std::vector<float> many = numbers_of(3, 20000);
    cv::Scalar mean, deviation;
    cv::meanStdDev(many, mean, deviation);
    EXPECT_NEAR(mean[0], 0, 0.03);
    EXPECT_NEAR(deviation[0], 1, 0.03);
    const std::vector<float> first = numbers_of(1, 100), last = numbers_of(2, 100);
    const std::vector<float> middle = numbers_between(first, last, 0.5);
    EXPECT_GT(cv::norm(middle, cv::NORM_L2), 0.9 * std::min(cv::norm(first, cv::NORM_L2), cv::norm(last, cv::NORM_L2)));
    EXPECT_EQ(numbers_between(first, first, 0.5), first);
}

}  // namespace
}  // namespace bonafide::forge

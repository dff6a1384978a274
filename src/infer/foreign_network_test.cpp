#include "infer/foreign_network.h"

#include "fixtures/onnx_network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace bonafide::infer {
namespace {

using fixtures::ChannelMixer;

constexpr std::size_t kArea = 64 * 64;

Error refusal_of(const std::vector<std::uint8_t>& bytes) {
    const auto network = ForeignNetwork::open(bytes, 1);
    EXPECT_FALSE(network.ok());
    return network ? Error{ErrorCode::kInternal, "not refused"} : network.error();
}

TEST(ForeignNetwork, IsRun) {
    auto network =
        ForeignNetwork::open(fixtures::onnx_of({.weights = {0, 0, 1, 0, 1, 0, 1, 0, 0}, .bias = {0.25F, 0, 0}}), 1);
    ASSERT_TRUE(network.ok()) << network.error().message;
    EXPECT_THAT(network->input().shape, testing::ElementsAre(1, 3, 64, 64));
    EXPECT_THAT(network->output().shape, testing::ElementsAre(1, 3, 64, 64));
    Tensor picture{{1, 3, 64, 64}, std::vector<float>(3 * kArea)};
    picture.values[7] = 0.5F;
    const auto answer = network->run(picture);
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(answer->values[7], 0.25F);
    EXPECT_EQ(answer->values[2 * kArea + 7], 0.5F);
    picture.shape = {1, 3, 32, 128};
    EXPECT_EQ(network->run(picture).error().code, ErrorCode::kUsage);
}

TEST(ForeignNetwork, ThatIsNoneIsRefused) {
    const std::vector<std::uint8_t> whole = fixtures::onnx_of({});
    const std::string text = "no network at all";
    for (const auto& bytes :
         {std::vector<std::uint8_t>(), std::vector<std::uint8_t>(text.begin(), text.end()),
          std::vector<std::uint8_t>(whole.begin(), whole.begin() + 60), std::vector<std::uint8_t>(5000, 0xff),
          fixtures::onnx_of({.operation = "Summon"}), fixtures::onnx_of({.weights = {1, 1}, .bias = {0}})}) {
        const Error error = refusal_of(bytes);
        EXPECT_TRUE(error.code == ErrorCode::kInvalid || error.code == ErrorCode::kUnsupported) << error.message;
    }
    // Cut anywhere, or with any byte turned: refused or run, never a crash.
    for (std::size_t i = 0; i < whole.size(); i += 11) {
        std::vector<std::uint8_t> damaged = whole;
        damaged[i] ^= 0x55;
        (void)ForeignNetwork::open(damaged, 1).ok();
        (void)ForeignNetwork::open(std::span(whole).first(i), 1).ok();
    }
}

TEST(ForeignNetwork, OfHugeOrOpenShapesIsRefused) {
    EXPECT_EQ(refusal_of(fixtures::onnx_of({.input_shape = {1, 3, 100000, 100000}})).code, ErrorCode::kLimit);
    EXPECT_EQ(refusal_of(fixtures::onnx_of({.input_shape = {1, 3, -1, 64}})).code, ErrorCode::kUnsupported);
    (void)refusal_of(fixtures::onnx_of({.input_shape = {1, 3, 0, 64}}));
    EXPECT_EQ(ForeignNetwork::open(fixtures::onnx_of({}), 0).error().code, ErrorCode::kUsage);
}

TEST(ForeignNetwork, AnswersFiniteNumbersOrNone) {
    auto network = ForeignNetwork::open(fixtures::onnx_of({.bias = {std::numeric_limits<float>::infinity(), 0, 0}}), 1);
    ASSERT_TRUE(network.ok());
    const auto answer = network->run({{1, 3, 64, 64}, std::vector<float>(3 * kArea)});
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().code, ErrorCode::kInvalid);
}

}  // namespace
}  // namespace bonafide::infer

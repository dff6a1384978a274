// The reader on a small network written here, and on dlib's own against what dlib 19.24 answers.
#include "infer/dlib_network.h"

#include "infer/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bonafide::infer {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// Writes as dlib's serialize() does.
class Writer {
  public:
    Writer& integer(std::int64_t value) {
        Bytes digits;
        for (auto rest = static_cast<std::uint64_t>(value < 0 ? -value : value); rest != 0; rest >>= 8) {
            digits.push_back(static_cast<std::uint8_t>(rest));
        }
        bytes.push_back(static_cast<std::uint8_t>(digits.size() | (value < 0 ? 0x80U : 0U)));
        bytes.insert(bytes.end(), digits.begin(), digits.end());
        return *this;
    }
    Writer& integers(const std::vector<std::int64_t>& values) {
        for (const std::int64_t value : values) {
            integer(value);
        }
        return *this;
    }
    Writer& text(const std::string& value) {
        integer(static_cast<std::int64_t>(value.size()));
        bytes.insert(bytes.end(), value.begin(), value.end());
        return *this;
    }
    Writer& block(const std::vector<float>& values) {
        integers({2, static_cast<std::int64_t>(values.size()), values.empty() ? 0 : 1, values.empty() ? 0 : 1,
                  values.empty() ? 0 : 1});
        const auto* raw = reinterpret_cast<const std::uint8_t*>(values.data());
        bytes.insert(bytes.end(), raw, raw + values.size() * sizeof(float));
        return *this;
    }
    Writer& shapes() { return integers({1, 1, 1, 1, 1, 1, 1, 1, 1, 1}); }
    Writer& end_of_layer() {
        bytes.insert(bytes.end(), {'1', '1', '0'});
        return block({}).block({}).block({});
    }
    Bytes bytes;
};

/// A convolution of one filter of 1 x 1 over the three colours of a picture of 2 x 2 px, and its mean.
Writer small_network() {
    Writer writer;
    writer.integer(1).text("loss_metric_2").integers({0, 0, 0, 0});
    writer.integers({1, 2, 3}).text("input_rgb_image_sized").integers({0, 0, 1, 3, 16, 0}).integers({2, 2});
    writer.text("con_4").block({1, 2, 3, 0.5F}).integers({1, 1, 1, 1, 1, 0, 0}).shapes();
    writer.integers({1, 0, 1, 0, 1, 0, 0, 0}).end_of_layer().integer(1);
    writer.text("avg_pool_2").integers({0, 0, 1, 1, 0, 0}).end_of_layer();
    return writer;
}

TEST(DlibNetwork, ReadsWhatDlibWrites) {
    const auto network = read_dlib_network(small_network().bytes);
    ASSERT_TRUE(network.ok()) << network.error().message;
    EXPECT_EQ(network->width_px, 2U);
    EXPECT_EQ(network->mean_green, 8) << "one, three times doubled";
    EXPECT_EQ(network->mean_blue, 16);
    ASSERT_EQ(network->layers.size(), 2U);
    EXPECT_THAT(network->layers[0].weights, ::testing::ElementsAre(1, 2, 3, 0.5F));
    EXPECT_EQ(network->layers[1].kind, DlibLayer::Kind::kMeanPool);
}

TEST(DlibNetwork, RefusesWhatIsDamaged) {
    const Bytes whole = small_network().bytes;
    const std::size_t first_layer_ends = whole.size() - 45;
    for (std::size_t length = 0; length < whole.size(); ++length) {
        const auto network = read_dlib_network(std::span(whole).first(length));
        // Nothing in the format says how many layers there are: one that ends behind a layer is a smaller network.
        EXPECT_TRUE(!network.ok() || (length >= first_layer_ends && network->layers.size() == 1) ||
                    network->layers.empty())
            << length;
    }
    for (std::size_t at = 0; at < whole.size(); ++at) {
        Bytes damaged = whole;
        damaged[at] ^= 0x4FU;
        (void)read_dlib_network(damaged).ok();  // whatever comes out: no crash, no flood of memory
    }
    Writer flood;
    flood.integer(1).text("loss_metric_2").integers({0, 0, 0, 0, 1, 2}).text("input_rgb_image_sized");
    flood.integers({0, 0, 0, 0, 0, 0, 2, 2}).text("con_4").integers({2, 1 << 20, 1 << 20, 1 << 20, 1 << 20});
    const auto refused = read_dlib_network(flood.bytes);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::kTruncated);
}

TEST(DlibNetwork, AnswersAsDlibDoes) {
    const auto store = ModelStore::open(BONAFIDE_SOURCE_DIR "/models/manifest.json", {BONAFIDE_WHEELS_DIR}, "");
    ASSERT_TRUE(store.ok());
    auto session = Session::open(*store, "face.recognition", {});
    ASSERT_TRUE(session.ok()) << session.error().message;
    constexpr std::size_t kSide = 150;
    Tensor picture{{1, 3, kSide, kSide}, std::vector<float>(3 * kSide * kSide)};
    for (std::size_t y = 0; y < kSide; ++y) {
        for (std::size_t x = 0; x < kSide; ++x) {
            const std::size_t at = y * kSide + x;
            picture.values[at] = static_cast<float>((x * 7 + y * 3) % 256);
            picture.values[kSide * kSide + at] = static_cast<float>((x * x / 9 + y * 5) % 256);
            picture.values[2 * kSide * kSide + at] = static_cast<float>((x + y * y / 7) % 256);
        }
    }
    auto answers = session->run(std::span(&picture, 1));
    ASSERT_TRUE(answers.ok()) << answers.error().message;
    ASSERT_EQ(answers->at(0).values.size(), 128U);
    // Of the same picture, by dlib 19.24 with the same weights.
    const std::vector<float> expected = {-0.09020853F,  0.10456774F,   0.096365273F,  -0.039246969F,
                                         -0.060539085F, -0.066935726F, -0.059918903F, -0.031291258F};
    for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_NEAR(answers->at(0).values[i], expected[i], 1e-4) << i;
    }
}

}  // namespace
}  // namespace bonafide::infer

// On drawn faces and simulated shots; over real faces where the development data is.
#include "features/watermark/watermark.h"
#include "fixtures/camera.h"
#include "fixtures/drawn_face.h"
#include "forge/blend.h"
#include "forge/face.h"
#include "forge/identity/consent.h"
#include "forge/label.h"
#include "forge/launder.h"
#include "forge/make.h"
#include "forge/picture.h"
#include "forge/seal.h"
#include "forge/swap.h"
#include "forge/test_models.h"
#include "ingest/identify.h"
#include "media/encode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <opencv2/imgproc.hpp>

#include <filesystem>

namespace bonafide::forge {
namespace {

using testing::HasSubstr;

/// A drawn face in front of something that is not even.
cv::Mat portrait(std::uint64_t seed = 1, cv::Size size = {640, 480}) {
    fixtures::CameraSettings settings;
    settings.width_px = size.width;
    settings.height_px = size.height;
    settings.scene_seed = settings.shot_seed = seed;
    cv::Mat picture = fixtures::render(settings);
    fixtures::draw_face(picture,
                        {.centre_px = {size.width / 2.0F, size.height / 2.0F}, .height_px = size.height * 0.5F});
    return picture;
}

const features::faces::Face& drawn_face() {
    static const features::faces::Face face = [] {
        auto found = largest_face(portrait(), models(), 1, 64);
        ENSURE(found.ok());
        return std::move(*found);
    }();
    return face;
}

Result<Product> made(const Order& order, const cv::Mat& picture, const cv::Mat& face = {}) {
    const std::vector<std::uint8_t> bytes = media::encode_png(picture), other = media::encode_png(face);
    const auto source = ingest::open_memory(bytes), second = ingest::open_memory(other);
    return make(order, {*source, face.empty() ? nullptr : second.get()}, models(), {}, 1);
}

double exponent(const cv::Mat& rgb) {
    cv::Mat grey, luma;
    cv::cvtColor(rgb, grey, cv::COLOR_RGB2GRAY);
    grey.convertTo(luma, CV_32F);
    return features::watermark::find(luma).false_alarm_exponent;
}

double change(const cv::Mat& before, const cv::Mat& after, const cv::Mat& where) {
    cv::Mat difference;
    cv::absdiff(before, after, difference);
    return cv::sum(cv::mean(difference, where))[0] / 3;
}

TEST(Blend, ChangesTheFaceInsideTheMaskAlone) {
    const cv::Mat picture = portrait();
    for (const MaskShapeName& shape : mask_shapes()) {
        const Blended blended = blend(picture, drawn_face(), 7, &shape.shape);
        EXPECT_EQ(blended.shape, shape.shape);
        EXPECT_GT(cv::countNonZero(blended.mask > 0.1), 200) << shape.name;
        EXPECT_EQ(change(picture, blended.rgb, blended.mask <= 0), 0) << shape.name;
        EXPECT_GT(change(picture, blended.rgb, blended.mask > 0.1), 1) << shape.name;
        EXPECT_THAT(blended.description, HasSubstr(std::string(shape.name)));
    }
}

TEST(Blend, ComesFromItsSeed) {
    const cv::Mat picture = portrait();
    const Blended first = blend(picture, drawn_face(), 3), again = blend(picture, drawn_face(), 3);
    EXPECT_EQ(cv::norm(first.rgb, again.rgb, cv::NORM_INF), 0);
    EXPECT_EQ(first.description, again.description);
    std::set<MaskShape> shapes;
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        const Blended other = blend(picture, drawn_face(), seed);
        shapes.insert(other.shape);
        EXPECT_TRUE(seed == 3 || cv::norm(first.rgb, other.rgb, cv::NORM_INF) > 0);
    }
    EXPECT_EQ(shapes.size(), mask_shapes().size());
}

TEST(Swap, BringsTheOtherFaceIntoPlaceAndLeavesTheRest) {
    const cv::Mat target = portrait(1), source = portrait(2, {480, 600});
    cv::Mat red = source.clone();
    const auto source_face = largest_face(source, models(), 1, 64);
    ASSERT_TRUE(source_face.ok());
    const cv::Mat swapped = swap_face(target, drawn_face(), red, *source_face);
    ASSERT_EQ(swapped.size(), target.size());
    const cv::Mat face = filled_hull(points_of(drawn_face()), target.size());
    cv::Mat wide;
    cv::dilate(face, wide, cv::getStructuringElement(cv::MORPH_ELLIPSE, {161, 161}));
    EXPECT_EQ(change(target, swapped, wide == 0), 0);
    EXPECT_GT(change(target, swapped, face), 0);
    EXPECT_LT(change(target, swapped, face), 40);  // a face like the one before, in the colours of the one before
}

TEST(Launder, DoesItsStepsInOrder) {
    const cv::Mat picture = portrait();
    const auto small = launder(picture, {"fit=320", "crop=10", "resize=2", "jpeg=60"});
    ASSERT_TRUE(small.ok()) << small.error().message;
    EXPECT_EQ(small->rgb.size(), cv::Size(600, 440));
    EXPECT_EQ(small->format, "jpeg");
    EXPECT_EQ(ingest::identify(*ingest::open_memory(small->bytes)).container, ingest::Container::kJpeg);
    const auto saved_first = launder(picture, {"webp=50", "resize=0.5"});
    ASSERT_TRUE(saved_first.ok());
    EXPECT_TRUE(saved_first->bytes.empty());
    const auto coarse = launder(picture, {"jpeg=10"}), fine = launder(picture, {"jpeg=95"});
    EXPECT_GT(change(picture, coarse->rgb, {}), 2 * change(picture, fine->rgb, {}));
    for (const Profile& profile : profiles()) {
        EXPECT_TRUE(launder(picture, *steps_of(profile.name)).ok()) << profile.name;
    }
    EXPECT_FALSE(steps_of("carrier pigeon").ok());
}

TEST(Launder, RefusesStepsThatAreNone) {
    const cv::Mat picture = portrait();
    for (const char* step : {"", "jpeg", "jpeg=", "jpeg=0", "jpeg=101", "jpeg=nan", "jpeg=60x", "blur=3", "resize=1e9",
                             "resize=-1", "crop=240", "fit=1"}) {
        const auto refused = launder(picture, {step});
        ASSERT_FALSE(refused.ok()) << step;
        EXPECT_EQ(refused.error().code, ErrorCode::kUsage) << step;
    }
    EXPECT_FALSE(launder(picture, {}).ok());
    EXPECT_FALSE(launder(cv::Mat(100, 8000, CV_8UC3), {"resize=4"}).ok());
}

TEST(Label, IsDrawnOnTheLowerEdge) {
    for (const cv::Size size : {cv::Size(640, 480), cv::Size(200, 400), cv::Size(1280, 40)}) {
        cv::Mat picture(size, CV_8UC3, cv::Scalar::all(128));
        draw_label(picture, "FAKE (blend) - made with Bonafide's forge");
        cv::Mat changed;
        cv::extractChannel(picture, changed, 0);
        EXPECT_GT(cv::countNonZero(changed > 200), size.width / 10) << size;  // letters
        EXPECT_GT(cv::countNonZero(changed < 60), size.width * 6) << size;    // bar
        EXPECT_EQ(cv::countNonZero(changed.row(0) != 128), 0) << size;
    }
}

TEST(Make, NothingFakeLeavesUnmarked) {
    for (const char* format : {"png", "jpeg", "webp"}) {
        for (const bool label : {true, false}) {
            Order order{.kind = "blend", .format = format, .label = label};
            const auto product = made(order, portrait());
            ASSERT_TRUE(product.ok()) << product.error().message;
            EXPECT_TRUE(product->made.fake);
            EXPECT_EQ(product->made.label, label);
            EXPECT_GE(product->made.watermark_exponent, features::watermark::kFoundExponent);
            EXPECT_GE(product->made.watermark_exponent_after, 10);
            const auto picture = read_picture(product->bytes, {});
            ASSERT_TRUE(picture.ok());
            EXPECT_GE(exponent(*picture), features::watermark::kFoundExponent) << format;
        }
    }
}

TEST(Make, StaysWithin720p) {
    const auto product = made({.kind = "blend"}, portrait(1, {1600, 1200}));
    ASSERT_TRUE(product.ok()) << product.error().message;
    EXPECT_EQ(product->made.width_px, 960);
    EXPECT_EQ(product->made.height_px, 720);
    EXPECT_EQ(within_720p(cv::Mat(3000, 1000, CV_8UC3)).size(), cv::Size(426, 1280));
}

TEST(Make, SwapAsksForConsent) {
    std::string name = testing::TempDir() + "forge-XXXXXX";
    const std::string folder = mkdtemp(name.data());
    const auto key = ConsentKey::open(folder);
    ASSERT_TRUE(key.ok());
    const auto record = key->sign({"Drawn Person", "testing", {"swap"}, "2999-01-01", today(), ""});
    ASSERT_TRUE(record.ok());
    Order order{.kind = "swap", .person = "Drawn Person", .consent = *record, .consent_signer = key->public_key()};
    const auto product = made(order, portrait(1), portrait(2, {480, 600}));
    ASSERT_TRUE(product.ok()) << product.error().message;
    EXPECT_EQ(product->made.purpose, "testing");
    EXPECT_EQ(product->made.consent_sha256.size(), 64U);
    EXPECT_THAT(manifest_of(product->made), HasSubstr(product->made.consent_sha256));
    order.person = "Somebody Else";
    EXPECT_FALSE(made(order, portrait(1), portrait(2)).ok());
    order.person = "Drawn Person";
    order.consent.clear();
    const auto refused = made(order, portrait(1), portrait(2));
    ASSERT_FALSE(refused.ok());
    EXPECT_THAT(refused.error().message, HasSubstr("--consent FILE"));
    std::filesystem::remove_all(folder);
}

TEST(Make, RefusesWhatItCannotForge) {
    const auto no_face = made({.kind = "blend"}, fixtures::render({}));
    ASSERT_FALSE(no_face.ok());
    EXPECT_THAT(no_face.error().message, HasSubstr("no face"));
    EXPECT_THAT(made({.kind = "blend", .mask = "nose"}, portrait()).error().message, HasSubstr("no shape of mask"));
    EXPECT_THAT(made({.kind = "blend", .format = "bmp"}, portrait()).error().message, HasSubstr("no format"));
    EXPECT_THAT(made({.kind = "counterfeit money"}, portrait()).error().message,
                HasSubstr("nothing that the forge makes"));
    const std::vector<std::uint8_t> text = {'n', 'o', ' ', 'p', 'i', 'c', 't', 'u', 'r', 'e'};
    EXPECT_FALSE(make({.kind = "blend"}, {*ingest::open_memory(text)}, models(), {}, 1).ok());
    std::vector<std::uint8_t> cut = media::encode_png(portrait());
    cut.resize(cut.size() / 2);
    const auto damaged = make({.kind = "blend"}, {*ingest::open_memory(cut)}, models(), {}, 1);
    ASSERT_FALSE(damaged.ok());
    EXPECT_EQ(damaged.error().code, ErrorCode::kTruncated);
    EXPECT_FALSE(make({.kind = "launder", .steps = {"jpeg=60"}}, {*ingest::open_memory(media::encode_png(portrait()))},
                      models(), {.pixels = 1000}, 1)
                     .ok());
}

TEST(Make, LaunderingMakesNoFakeAndLosesNoMark) {
    Order order{.kind = "launder", .format = "jpeg", .profile = "social"};
    const auto genuine = made(order, portrait());
    ASSERT_TRUE(genuine.ok()) << genuine.error().message;
    EXPECT_FALSE(genuine->made.fake);
    EXPECT_LT(genuine->made.watermark_exponent, features::watermark::kFoundExponent);
    EXPECT_EQ(manifest_of(genuine->made).find("digitalSourceType"), std::string::npos);

    const auto fake = made({.kind = "blend"}, portrait());
    ASSERT_TRUE(fake.ok());
    const auto laundered = made(order, *read_picture(fake->bytes, {}));
    ASSERT_TRUE(laundered.ok());
    EXPECT_TRUE(laundered->made.fake);
    EXPECT_THAT(manifest_of(laundered->made), HasSubstr("compositeSynthetic"));
    order = {
        .kind = "launder", .format = "jpeg", .steps = {"resize=0.05", "resize=4", "jpeg=30", "resize=4", "jpeg=50"}};
    const auto washed = made(order, *read_picture(fake->bytes, {}));
    ASSERT_TRUE(washed.ok()) << washed.error().message;
    EXPECT_THAT(washed->made.description, HasSubstr("put in again"));
    EXPECT_GE(exponent(*read_picture(washed->bytes, {})), features::watermark::kFoundExponent);

    order = {.kind = "launder", .format = "png", .steps = {"jpeg=60"}};
    EXPECT_THAT(made(order, portrait()).error().message, HasSubstr("saves as jpeg"));
}

TEST(Seal, EmbedsACredentialInEveryFormat) {
    const auto identity = make_signing_identity();
    ASSERT_TRUE(identity.ok());
    for (const char* format : {"png", "jpeg", "webp"}) {
        for (const bool fake : {true, false}) {
            Made about{.kind = fake ? "blend" : "launder", .format = format, .description = "words", .fake = fake};
            const auto bytes = save_picture(portrait(), format);
            ASSERT_TRUE(bytes.ok());
            const auto sealed = seal(*bytes, about, *identity);
            ASSERT_TRUE(sealed.ok()) << sealed.error().message;
            EXPECT_GT(sealed->size(), bytes->size());
            EXPECT_EQ(cv::norm(*read_picture(*sealed, {}), *read_picture(*bytes, {}), cv::NORM_INF), 0) << format;
        }
    }
    EXPECT_FALSE(
        seal(*save_picture(portrait(), "png"), {.kind = "blend", .format = "png"}, {"no key", "no certificate"}).ok());
    const std::vector<std::uint8_t> nonsense = {1, 2, 3};
    EXPECT_FALSE(seal(nonsense, {.kind = "blend", .format = "png"}, *identity).ok());
}

}  // namespace
}  // namespace bonafide::forge

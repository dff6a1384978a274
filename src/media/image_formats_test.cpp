// What each format gives: exact pixels where its coding is lossless, near ones elsewhere, and the facts about how they
// are stored.
#include "media/encode.h"
#include "media/image_fixtures.h"

#include <gtest/gtest.h>

namespace bonafide::media {
namespace {

using namespace fixtures;

double largest_difference(const cv::Mat& first, const cv::Mat& second) {
    return first.size() == second.size() && first.type() == second.type() ? cv::norm(first, second, cv::NORM_INF) : 1e9;
}

TEST(DecodeImage, KeepsLosslessPixelsExactly) {
    const cv::Mat picture = scene(45, 31, 20);
    const std::vector<Encoded> lossless = {
        {"PNG", encode_png(picture)},
        {"WebP", encode_webp(picture, true)},
        {"AVIF", encode_avif(picture)},
        {"JPEG XL", encode_jxl(picture, true)},
        {"JPEG XL in boxes", encode_jxl(picture, true, 1, true)},
        {"TIFF", encode_tiff(picture, {})},
        {"TIFF, tiles, Deflate", encode_tiff(picture, {.compression = 8, .tile = 16})},
        {"TIFF, LZW", encode_tiff(picture, {.compression = 5})},
        {"BigTIFF", encode_tiff(picture, {.big = true})},
        {"BMP", encode_bmp(picture)}};
    for (const Encoded& file : lossless) {
        const Result<Image> image = decode(file.bytes);
        ASSERT_TRUE(image.ok()) << file.name << ": " << image.error().message;
        EXPECT_EQ(largest_difference(image->rgb, picture), 0) << file.name;
        EXPECT_FALSE(image->lossy) << file.name;
        EXPECT_EQ(image->bits_per_sample, 8) << file.name;
        EXPECT_EQ(image->decoded_fraction, 1.0) << file.name;
        EXPECT_EQ(image->damage, "") << file.name;
        EXPECT_EQ(image->frame_count, 1) << file.name;
        EXPECT_FALSE(image->grey) << file.name;
        EXPECT_FALSE(image->has_alpha) << file.name;
        EXPECT_EQ(image->stored_width_px, 45) << file.name;
        EXPECT_EQ(image->stored_height_px, 31) << file.name;
    }
}

TEST(DecodeImage, ComesCloseInLossyFormats) {
    const cv::Mat picture = scene(64, 48);
    std::vector<Encoded> lossy = {{"JPEG", encode_raw_jpeg(picture, {.quality = 95})},
                                  {"progressive JPEG", encode_raw_jpeg(picture, {.quality = 95, .progressive = true})},
                                  {"WebP", encode_webp(picture, false)},
                                  {"JPEG XL", encode_jxl(picture, false)}};
    if (const Bytes heic = encode_heic(picture); !heic.empty()) {
        lossy.push_back({"HEIC", heic});
    }
    for (const Encoded& file : lossy) {
        const Result<Image> image = decode(file.bytes);
        ASSERT_TRUE(image.ok()) << file.name << ": " << image.error().message;
        EXPECT_LT(largest_difference(image->rgb, picture), 24) << file.name;
        EXPECT_TRUE(image->lossy) << file.name;
        EXPECT_EQ(image->damage, "") << file.name;
    }
}

TEST(DecodeImage, ReadsPicturesOfOnePixel) {
    for (const Encoded& file : encode_all(scene(1, 1))) {
        const Result<Image> image = decode(file.bytes);
        ASSERT_TRUE(image.ok()) << file.name << ": " << image.error().message;
        EXPECT_EQ(image->rgb.size(), cv::Size(1, 1)) << file.name;
        EXPECT_EQ(image->decoded_fraction, 1.0) << file.name;
    }
}

TEST(DecodeImage, KeepsSixteenBits) {
    const cv::Mat picture = scene(33, 20, 0, CV_16UC3);
    std::vector<Bytes> rows;
    for (int y = 0; y < picture.rows; ++y) {
        rows.emplace_back();
        for (int i = 0; i < picture.cols * 3; ++i) {
            const std::uint16_t value = picture.ptr<std::uint16_t>(y)[i];
            rows.back().insert(rows.back().end(),
                               {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)});
        }
    }
    for (const Encoded& file :
         {Encoded{"PNG", encode_raw_png(33, 20, rows, {.bits = 16})}, Encoded{"TIFF", encode_tiff(picture, {})},
          Encoded{"TIFF with alpha", encode_tiff(picture, {.alpha = true})},
          Encoded{"TIFF, tiles", encode_tiff(picture, {.compression = 8, .tile = 16})},
          Encoded{"JPEG XL", encode_jxl(picture, true)}}) {
        const Result<Image> image = decode(file.bytes);
        ASSERT_TRUE(image.ok()) << file.name << ": " << image.error().message;
        EXPECT_EQ(image->bits_per_sample, 16) << file.name;
        EXPECT_EQ(largest_difference(image->rgb, picture), 0) << file.name;
    }
    const Result<Image> ten_bits = decode(encode_avif(picture, 0, -1, 10));
    ASSERT_TRUE(ten_bits.ok()) << ten_bits.error().message;
    EXPECT_EQ(ten_bits->bits_per_sample, 10);
    EXPECT_LE(largest_difference(ten_bits->rgb, picture), 64) << "the full range of 16 bits, in steps of 64";
}

TEST(DecodeImage, ReadsGreyPictures) {
    cv::Mat grey;
    cv::extractChannel(scene(40, 24), grey, 0);
    for (const Encoded& file :
         {Encoded{"PNG", encode_png(grey)}, Encoded{"JPEG", encode_raw_jpeg(grey, {.quality = 100})},
          Encoded{"TIFF", encode_tiff(grey, {})}, Encoded{"JPEG XL", encode_jxl(grey, true)}}) {
        const Result<Image> image = decode(file.bytes);
        ASSERT_TRUE(image.ok()) << file.name << ": " << image.error().message;
        EXPECT_TRUE(image->grey) << file.name;
        ASSERT_EQ(image->rgb.type(), CV_8UC3) << file.name;
        for (int channel = 0; channel < 3; ++channel) {
            cv::Mat plane;
            cv::extractChannel(image->rgb, plane, channel);
            EXPECT_LE(cv::norm(plane, grey, cv::NORM_INF), file.name == "JPEG" ? 2 : 0) << file.name;
        }
    }
}

TEST(DecodeImage, ReadsPalettesSingleBitsAndTransparency) {
    const Bytes palette = {255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 8, 7};
    const Result<Image> coloured = decode(encode_raw_png(
        4, 1, {{0b00011011}}, {.bits = 2, .colour_type = 3, .palette = palette, .transparency = {0, 128}}));
    ASSERT_TRUE(coloured.ok()) << coloured.error().message;
    EXPECT_TRUE(coloured->has_alpha);
    EXPECT_EQ(coloured->bits_per_sample, 2);
    EXPECT_EQ(coloured->rgb.at<cv::Vec3b>(0, 0), cv::Vec3b(255, 0, 0)) << "alpha is dropped, not blended";
    EXPECT_EQ(coloured->rgb.at<cv::Vec3b>(0, 3), cv::Vec3b(9, 8, 7));
    const Result<Image> bits = decode(encode_raw_png(3, 1, {{0b01000000}}, {.bits = 1, .colour_type = 0}));
    ASSERT_TRUE(bits.ok()) << bits.error().message;
    EXPECT_EQ(bits->rgb.at<cv::Vec3b>(0, 0), cv::Vec3b(0, 0, 0));
    EXPECT_EQ(bits->rgb.at<cv::Vec3b>(0, 1), cv::Vec3b(255, 255, 255));
    const Result<Image> alpha = decode(encode_raw_png(1, 1, {{200, 100, 50, 1}}, {.colour_type = 6}));
    ASSERT_TRUE(alpha.ok()) << alpha.error().message;
    EXPECT_TRUE(alpha->has_alpha);
    EXPECT_EQ(alpha->rgb.at<cv::Vec3b>(0, 0), cv::Vec3b(200, 100, 50));
    const cv::Mat picture = scene(20, 10);
    const Result<Image> tiff = decode(encode_tiff(picture, {.alpha = true}));
    ASSERT_TRUE(tiff.ok()) << tiff.error().message;
    EXPECT_TRUE(tiff->has_alpha);
    EXPECT_EQ(largest_difference(tiff->rgb, picture), 0) << "alpha is dropped, not multiplied";
}

TEST(DecodeImage, ReadsInterlacedPng) {
    const cv::Mat picture = scene(37, 29, 30);
    std::vector<Bytes> rows;
    for (int y = 0; y < picture.rows; ++y) {
        rows.emplace_back(picture.ptr(y), picture.ptr(y) + picture.cols * 3);
    }
    const Result<Image> image = decode(encode_raw_png(37, 29, rows, {.interlaced = true}));
    ASSERT_TRUE(image.ok()) << image.error().message;
    EXPECT_EQ(largest_difference(image->rgb, picture), 0);
}

TEST(DecodeImage, ReadsGifPalettesAndCountsFrames) {
    cv::Mat indices(3, 5, CV_8UC1);
    for (int i = 0; i < 15; ++i) {
        indices.data[i] = static_cast<std::uint8_t>(i % 4);
    }
    const Bytes palette = {1, 2, 3, 40, 50, 60, 255, 0, 128, 7, 7, 7};
    for (const bool interlaced : {false, true}) {
        const Result<Image> image = decode(encode_gif(indices, palette, interlaced, 3));
        ASSERT_TRUE(image.ok()) << image.error().message;
        EXPECT_EQ(image->frame_count, 3);
        for (int y = 0; y < 3; ++y) {
            for (int x = 0; x < 5; ++x) {
                const int index = indices.at<std::uint8_t>(y, x);
                EXPECT_EQ(image->rgb.at<cv::Vec3b>(y, x), cv::Vec3b(palette[static_cast<std::size_t>(index * 3)],
                                                                    palette[static_cast<std::size_t>(index * 3 + 1)],
                                                                    palette[static_cast<std::size_t>(index * 3 + 2)]));
            }
        }
    }
}

TEST(DecodeImage, PlacesTheFirstFrameOfAnAnimatedWebp) {
    const cv::Mat first = scene(20, 12, 9), second = scene(20, 12);
    const Result<Image> image = decode(encode_animated_webp(first, second, {4, 6}, {40, 30}));
    ASSERT_TRUE(image.ok()) << image.error().message;
    EXPECT_EQ(image->frame_count, 2);
    EXPECT_EQ(image->rgb.size(), cv::Size(40, 30));
    EXPECT_EQ(largest_difference(image->rgb(cv::Rect(4, 6, 20, 12)), first), 0);
    EXPECT_EQ(image->rgb.at<cv::Vec3b>(0, 0), cv::Vec3b(0, 0, 0));
}

TEST(DecodeImage, CountsThePagesOfATiff) {
    const Result<Image> image = decode(encode_tiff(scene(9, 9), {.pages = 4}));
    ASSERT_TRUE(image.ok()) << image.error().message;
    EXPECT_EQ(image->frame_count, 4);
}

TEST(DecodeImage, TurnsInksIntoColours) {
    // Adobe's inverted inks: 255 is no ink.
    const cv::Mat inks(16, 16, CV_8UC4, cv::Scalar(200, 100, 50, 128));
    const Result<Image> image = decode(encode_raw_jpeg(inks, {.quality = 100}));
    ASSERT_TRUE(image.ok()) << image.error().message;
    const cv::Vec3b pixel = image->rgb.at<cv::Vec3b>(8, 8);
    EXPECT_NEAR(pixel[0], 200 * 128 / 255, 2);
    EXPECT_NEAR(pixel[1], 100 * 128 / 255, 2);
    EXPECT_NEAR(pixel[2], 50 * 128 / 255, 2);
}

TEST(DecodeImage, RefusesWhatIsNoPicture) {
    const Result<Image> film =
        decode({0x1A, 0x45, 0xDF, 0xA3, 0x8B, 0x42, 0x82, 0x88, 'm', 'a', 't', 'r', 'o', 's', 'k', 'a'});
    ASSERT_FALSE(film.ok());
    EXPECT_EQ(film.error().code, ErrorCode::kUnsupported);
    const Result<Image> empty = decode({});
    ASSERT_FALSE(empty.ok());
    EXPECT_EQ(empty.error().message, "not a supported picture: empty file");
}

}  // namespace
}  // namespace bonafide::media

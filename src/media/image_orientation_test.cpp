#include "media/image_orientation.h"

#include "media/decode_formats.h"
#include "media/encode.h"
#include "media/image_fixtures.h"

#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

#include <string>

namespace bonafide::media {
namespace {

using namespace fixtures;

double mean_difference(const cv::Mat& first, const cv::Mat& second) {
    return first.size() == second.size() ? cv::norm(first, second, cv::NORM_L1) / static_cast<double>(first.total() * 3)
                                         : 1e9;
}

TEST(Orientation, TurnsAsTheStandardDefines) {
    const cv::Mat picture = scene(5, 3);
    for (int orientation = 1; orientation <= 8; ++orientation) {
        EXPECT_EQ(cv::norm(upright(picture, orientation), turned(picture, orientation), cv::NORM_INF), 0)
            << orientation;
    }
}

TEST(Orientation, OfAPartIsThatOfItsPixels) {
    const cv::Rect part(1, 0, 3, 2);
    cv::Mat marked(4, 7, CV_8UC1, cv::Scalar(0));
    marked(part).setTo(255);
    for (int orientation = 1; orientation <= 8; ++orientation) {
        EXPECT_EQ(upright(part, marked.size(), orientation), cv::boundingRect(upright(marked, orientation)))
            << orientation;
    }
}

TEST(Orientation, IsUndoneByItsInverse) {
    const cv::Mat picture = scene(5, 3);
    for (int orientation = 1; orientation <= 8; ++orientation) {
        EXPECT_EQ(cv::norm(upright(upright(picture, orientation), inverse_of(orientation)), picture, cv::NORM_INF), 0)
            << orientation;
    }
}

TEST(Orientation, ComposesTurnsAndMirrors) {
    const cv::Mat picture = scene(5, 3);
    for (int orientation = 1; orientation <= 8; ++orientation) {
        const cv::Mat before = turned(picture, orientation);
        EXPECT_EQ(cv::norm(turned(before, 8), turned(picture, then_turned_left(orientation)), cv::NORM_INF), 0)
            << orientation;
        EXPECT_EQ(cv::norm(turned(before, 2), turned(picture, then_mirrored(orientation, true)), cv::NORM_INF), 0)
            << orientation;
        EXPECT_EQ(cv::norm(turned(before, 4), turned(picture, then_mirrored(orientation, false)), cv::NORM_INF), 0)
            << orientation;
    }
}

TEST(Orientation, IsAppliedOnceInEveryFormat) {
    const cv::Mat picture = scene(48, 32);
    Bytes jpeg_exif = {'E', 'x', 'i', 'f', 0, 0};
    for (int orientation = 1; orientation <= 8; ++orientation) {
        const Bytes block = exif_block(orientation, orientation % 2 == 0);
        Bytes segment = jpeg_exif;
        segment.insert(segment.end(), block.begin(), block.end());
        std::vector<Encoded> files = {{"JPEG", with_jpeg_segment(encode_jpeg(picture, 95), 0xE1, segment)},
                                      {"PNG", with_png_chunk(encode_png(picture), "eXIf", block)},
                                      {"WebP", encode_webp(picture, true, orientation)},
                                      {"JPEG XL", encode_jxl(picture, true, orientation)},
                                      {"TIFF", encode_tiff(picture, {.orientation = orientation})}};
        if (const Bytes heic = encode_heic(picture, orientation); !heic.empty()) {
            files.push_back({"HEIC", heic});
        }
        for (const Encoded& file : files) {
            const Result<Image> image = decode(file.bytes);
            ASSERT_TRUE(image.ok()) << file.name << ": " << image.error().message;
            EXPECT_EQ(image->orientation, orientation) << file.name;
            EXPECT_EQ(image->stored_width_px, 48) << file.name;
            EXPECT_EQ(image->stored_height_px, 32) << file.name;
            EXPECT_LT(mean_difference(image->rgb, turned(picture, orientation)), 3) << file.name << " " << orientation;
        }
    }
}

TEST(Orientation, OfAvifComesFromItsProperties) {
    const cv::Mat picture = scene(20, 12);
    for (int left = 0; left < 4; ++left) {
        for (int mirror = -1; mirror < 2; ++mirror) {
            int expected = 1;
            for (int turn = 0; turn < left; ++turn) {
                expected = then_turned_left(expected);
            }
            expected = mirror < 0 ? expected : then_mirrored(expected, mirror == 1);
            const Bytes bytes = encode_avif(picture, left, mirror);
            const Result<Image> image = decode(bytes);
            ASSERT_TRUE(image.ok()) << image.error().message;
            EXPECT_EQ(image->orientation, expected);
            EXPECT_EQ(cv::norm(image->rgb, turned(picture, expected), cv::NORM_INF), 0) << left << " " << mirror;
            // libheif, which turns the picture itself, comes to the same from the same boxes.
            const Result<Image> other = decode_heif(bytes, {});
            ASSERT_TRUE(other.ok()) << other.error().message;
            EXPECT_EQ(other->orientation, expected);
            EXPECT_LT(mean_difference(other->rgb, image->rgb), 2) << left << " " << mirror;
        }
    }
}

TEST(ExifOrientation, RefusesNonsense) {
    EXPECT_EQ(exif_orientation({}), 1);
    EXPECT_EQ(exif_orientation(exif_block(0)), 1);
    EXPECT_EQ(exif_orientation(exif_block(9)), 1);
    EXPECT_EQ(exif_orientation(exif_block(6)), 6);
    EXPECT_EQ(exif_orientation(exif_block(6, true)), 6);
    for (const bool big_endian : {false, true}) {
        const Bytes whole = exif_block(6, big_endian);
        for (std::size_t length = 0; length < whole.size(); ++length) {
            const int found = exif_orientation(std::span(whole).first(length));
            EXPECT_TRUE(found == 1 || found == 6) << length;
        }
    }
    Bytes far = exif_block(6);
    far[4] = far[5] = far[6] = far[7] = 0xFF;
    EXPECT_EQ(exif_orientation(far), 1);
}

}  // namespace
}  // namespace bonafide::media

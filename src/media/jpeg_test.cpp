#include "media/jpeg.h"

#include "media/encode.h"
#include "media/image_fixtures.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace bonafide::media {
namespace {

using namespace fixtures;

TEST(JpegHeader, ListsTheSegmentsInOrder) {
    Bytes exif = {'E', 'x', 'i', 'f', 0, 0, 'I', 'I'};
    const Bytes bytes = with_jpeg_segment(encode_raw_jpeg(scene(50, 40), {}), 0xE1, exif);
    const Result<JpegHeader> header = read_jpeg_header(bytes);
    ASSERT_TRUE(header.ok()) << header.error().message;
    EXPECT_EQ(header->width_px, 50);
    EXPECT_EQ(header->height_px, 40);
    EXPECT_EQ(header->bits_per_sample, 8);
    EXPECT_FALSE(header->progressive);
    EXPECT_FALSE(header->arithmetic);
    ASSERT_EQ(header->components.size(), 3U);
    EXPECT_EQ(header->components[0].horizontal_sampling, 2);
    EXPECT_EQ(header->components[1].vertical_sampling, 1);
    EXPECT_EQ(header->components[1].quantisation_table, 1);
    std::vector<int> codes;
    std::uint64_t offset = 0;
    for (const JpegMarker& marker : header->markers) {
        EXPECT_EQ(marker.offset_bytes, offset) << "segments follow each other without a gap";
        offset += marker.length_bytes;
        codes.push_back(marker.code);
    }
    EXPECT_EQ(codes, (std::vector<int>{0xD8, 0xE1, 0xE0, 0xDB, 0xDB, 0xC0, 0xC4, 0xC4, 0xC4, 0xC4, 0xDA, 0xD9}));
    EXPECT_EQ(header->markers[1].identifier, "Exif");
    EXPECT_EQ(header->markers[2].identifier, "JFIF");
    EXPECT_TRUE(header->ended);
    EXPECT_EQ(header->end_offset_bytes, bytes.size());
}

TEST(JpegHeader, FindsTrailingData) {
    Bytes bytes = encode_raw_jpeg(scene(20, 20), {.progressive = true, .restart_rows = 1});
    const std::size_t size = bytes.size();
    bytes.insert(bytes.end(), {'m', 'o', 'r', 'e', 0xFF, 0xD9});
    const Result<JpegHeader> header = read_jpeg_header(bytes);
    ASSERT_TRUE(header.ok()) << header.error().message;
    EXPECT_TRUE(header->progressive);
    EXPECT_TRUE(header->ended);
    EXPECT_EQ(header->end_offset_bytes, size);
}

TEST(JpegHeader, GivesTablesInNaturalOrder) {
    // Quality 50 leaves the tables of the standard's annex K as they are: the first row of luminance is 16 11 10 16.
    const Result<JpegHeader> header = read_jpeg_header(encode_jpeg(scene(16, 16), 50));
    ASSERT_TRUE(header.ok()) << header.error().message;
    ASSERT_TRUE(header->quantisation[0].has_value());
    const auto& table = *header->quantisation[0];
    EXPECT_EQ(table[0], 16);
    EXPECT_EQ(table[1], 11);
    EXPECT_EQ(table[2], 10);
    EXPECT_EQ(table[8], 12);
    EXPECT_EQ(table[63], 99);
    EXPECT_FALSE(header->quantisation[2].has_value());
}

TEST(JpegHeader, IsReadFromTruncatedAndRefusedFromForeignBytes) {
    const Bytes bytes = encode_raw_jpeg(scene(40, 40), {});
    EXPECT_FALSE(read_jpeg_header({}).ok());
    EXPECT_FALSE(read_jpeg_header(Bytes{0x89, 'P', 'N', 'G'}).ok());
    EXPECT_FALSE(read_jpeg_header(Bytes{0xFF, 0xD8}).ok());
    EXPECT_FALSE(read_jpeg_header(Bytes{0xFF, 0xD8, 0xFF, 0xD9}).ok());
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        const Result<JpegHeader> header = read_jpeg_header(std::span(bytes).first(length));
        if (header) {
            EXPECT_FALSE(header->ended) << length;
            EXPECT_EQ(header->end_offset_bytes, length);
            EXPECT_LE(header->markers.back().offset_bytes + header->markers.back().length_bytes, length);
        }
    }
}

TEST(JpegHeader, BoundsTheNumberOfSegments) {
    Bytes bytes = {0xFF, 0xD8};
    for (int i = 0; i < 70'000; ++i) {
        bytes.insert(bytes.end(), {0xFF, 0xD0});
    }
    const Result<JpegHeader> header = read_jpeg_header(bytes);
    ASSERT_FALSE(header.ok());
    EXPECT_EQ(header.error().code, ErrorCode::kLimit);
}

TEST(JpegCoefficients, AreThoseOfTheTransform) {
    const cv::Mat flat(24, 40, CV_8UC1, cv::Scalar(200));
    const Result<std::vector<JpegPlane>> planes = read_jpeg_coefficients(encode_raw_jpeg(flat, {.quality = 75}), {});
    ASSERT_TRUE(planes.ok()) << planes.error().message;
    ASSERT_EQ(planes->size(), 1U);
    const JpegPlane& plane = planes->front();
    EXPECT_EQ(plane.blocks_wide, 5);
    EXPECT_EQ(plane.blocks_high, 3);
    for (int row = 0; row < 3; ++row) {
        for (int column = 0; column < 5; ++column) {
            EXPECT_EQ(plane.block(column, row)[0],
                      static_cast<int>(std::lround((200 - 128) * 8.0 / plane.quantisation[0])));
            EXPECT_EQ(plane.block(column, row)[1], 0);
        }
    }
}

TEST(JpegCoefficients, StandInNaturalOrder) {
    cv::Mat wave(8, 8, CV_8UC1);
    for (int y = 0; y < 8; ++y) {
        for (int x = 0; x < 8; ++x) {
            wave.at<std::uint8_t>(y, x) =
                static_cast<std::uint8_t>(std::lround(128 + 80 * std::cos((2 * x + 1) * 2 * CV_PI / 16)));
        }
    }
    const Result<std::vector<JpegPlane>> planes = read_jpeg_coefficients(encode_jpeg(wave, 90), {});
    ASSERT_TRUE(planes.ok()) << planes.error().message;
    const auto block = planes->front().block(0, 0);
    EXPECT_GT(block[2], 10) << "a horizontal wave of two half periods is the third coefficient of the first row";
    EXPECT_EQ(block[16], 0);
}

TEST(JpegCoefficients, AgreeBetweenSequentialAndProgressive) {
    const cv::Mat picture = scene(77, 53, 20);
    const auto first = read_jpeg_coefficients(encode_raw_jpeg(picture, {}), {}),
               second = read_jpeg_coefficients(encode_raw_jpeg(picture, {.progressive = true}), {});
    ASSERT_TRUE(first.ok() && second.ok());
    ASSERT_EQ(first->size(), 3U);
    EXPECT_EQ((*first)[0].blocks_wide, 10);
    EXPECT_EQ((*first)[1].blocks_wide, 5);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ((*first)[i].coefficients, (*second)[i].coefficients);
        EXPECT_EQ((*first)[i].quantisation, (*second)[i].quantisation);
    }
}

TEST(JpegCoefficients, OfTruncatedFilesEndInZeros) {
    const Bytes bytes = encode_raw_jpeg(scene(96, 96, 25), {.subsampled = false});
    const auto whole = read_jpeg_coefficients(bytes, {}),
               half = read_jpeg_coefficients(std::span(bytes).first(bytes.size() / 2), {});
    ASSERT_TRUE(whole.ok() && half.ok());
    const JpegPlane &all = whole->front(), &cut = half->front();
    EXPECT_TRUE(std::equal(cut.block(0, 0).begin(), cut.block(0, 0).end(), all.block(0, 0).begin()));
    for (const std::int16_t value : cut.block(11, 11).subspan(1)) {
        EXPECT_EQ(value, 0);
    }
    EXPECT_FALSE(read_jpeg_coefficients(std::span(bytes).first(100), {}).ok());
    EXPECT_FALSE(read_jpeg_coefficients({}, {}).ok());
}

TEST(JpegCoefficients, KeepToTheLimits) {
    const Bytes bytes = encode_jpeg(scene(40, 40), 90);
    Limits limits;
    limits.pixels = 100;
    ASSERT_FALSE(read_jpeg_coefficients(bytes, limits).ok());
    EXPECT_EQ(read_jpeg_coefficients(bytes, limits).error().code, ErrorCode::kLimit);
    limits = {};
    limits.memory_bytes = 10'000;
    ASSERT_FALSE(read_jpeg_coefficients(bytes, limits).ok());
    EXPECT_EQ(read_jpeg_coefficients(bytes, limits).error().code, ErrorCode::kLimit);
}

TEST(JpegCoefficients, SurviveFlippedBytes) {
    std::mt19937 random(5);
    const Bytes bytes = encode_raw_jpeg(scene(60, 60, 25), {.progressive = true});
    for (int round = 0; round < 200; ++round) {
        Bytes damaged = bytes;
        for (int i = 0; i < 3; ++i) {
            damaged[random() % damaged.size()] = static_cast<std::uint8_t>(random());
        }
        Limits limits;
        limits.pixels = 1 << 20;
        const auto planes = read_jpeg_coefficients(damaged, limits);
        EXPECT_TRUE(planes.ok() || !planes.error().message.empty());
        (void)read_jpeg_header(damaged);
    }
}

}  // namespace
}  // namespace bonafide::media

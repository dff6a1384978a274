#include "media/image_colour.h"

#include "media/encode.h"
#include "media/image_fixtures.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <initializer_list>
#include <span>

namespace bonafide::media {
namespace {

using namespace fixtures;

TEST(IccDescription, ReadsBothKindsOfText) {
    EXPECT_EQ(icc_description(icc_profile("Adobe RGB (1998)", false)), "Adobe RGB (1998)");
    EXPECT_EQ(icc_description(icc_profile("Display P3", true)), "Display P3");
    EXPECT_EQ(icc_description(icc_profile("\xE9", true)), "\xC3\xA9") << "UTF-16 becomes UTF-8";
    EXPECT_EQ(icc_description({}), "");
}

TEST(IccDescription, SurvivesCutsAndNonsense) {
    for (const bool version_4 : {false, true}) {
        Bytes whole = icc_profile("Some profile", version_4);
        for (std::size_t length = 0; length < whole.size(); ++length) {
            EXPECT_LE(icc_description(std::span(whole).first(length)).size(), 12U);
        }
        for (std::size_t at = 128; at < whole.size(); ++at) {
            Bytes damaged = whole;
            damaged[at] = 0xFF;
            EXPECT_LE(icc_description(damaged).size(), 400U);
        }
    }
}

TEST(ColourSpace, HasAName) {
    EXPECT_EQ(colour_space_of_icc({}), "unspecified");
    EXPECT_EQ(colour_space_of_icc(icc_profile("sRGB IEC61966-2.1", false)), "sRGB");
    EXPECT_EQ(colour_space_of_icc(icc_profile("Adobe RGB (1998)", true)), "ICC: Adobe RGB (1998)");
    EXPECT_EQ(colour_space_of_icc(Bytes(200)), "ICC: unnamed");
    EXPECT_EQ(colour_space_of_code_points(1, 13), "sRGB");
    EXPECT_EQ(colour_space_of_code_points(12, 13), "Display P3");
    EXPECT_EQ(colour_space_of_code_points(9, 16), "BT.2020 PQ");
    EXPECT_EQ(colour_space_of_code_points(2, 2), "unspecified");
    EXPECT_EQ(colour_space_of_code_points(4, 5), "H.273 primaries 4, transfer 5");
}

/// Not by insert(): optimising, GCC 12 warns of reads past the end that there are not.
Bytes joined(std::initializer_list<std::uint8_t> front, std::span<const std::uint8_t> back) {
    Bytes both(front.size() + back.size());
    std::copy(back.begin(), back.end(), std::copy(front.begin(), front.end(), both.begin()));
    return both;
}

TEST(ColourSpace, IsReadFromEveryKindOfFile) {
    const cv::Mat picture = scene(16, 12);
    const Bytes profile = icc_profile("Test profile", false);
    const Bytes segment = joined({'I', 'C', 'C', '_', 'P', 'R', 'O', 'F', 'I', 'L', 'E', 0, 1, 1}, profile);
    uLongf packed_bytes = compressBound(profile.size());
    Bytes packed(packed_bytes);
    compress(packed.data(), &packed_bytes, profile.data(), profile.size());
    const Bytes named = joined({'x', 0, 0}, std::span(packed).first(packed_bytes));
    const Bytes png = encode_png(picture);
    const std::vector<std::pair<Bytes, std::string>> files = {
        {encode_jpeg(picture, 90), "unspecified"},
        {with_jpeg_segment(encode_jpeg(picture, 90), 0xE2, segment), "ICC: Test profile"},
        {png, "unspecified"},
        {with_png_chunk(png, "sRGB", {0}), "sRGB"},
        {with_png_chunk(png, "iCCP", named), "ICC: Test profile"},
        {with_png_chunk(png, "cICP", {12, 13, 0, 1}), "Display P3"},
        {with_png_chunk(png, "gAMA", {0, 0, 0xB1, 0x8F}), "gamma 0.45455"},
        {encode_avif(picture), "sRGB"},
        {encode_jxl(picture, true), "sRGB"},
    };
    for (const auto& [bytes, expected] : files) {
        const Result<Image> image = decode(bytes);
        ASSERT_TRUE(image.ok()) << image.error().message;
        EXPECT_EQ(image->colour_space, expected);
    }
}

}  // namespace
}  // namespace bonafide::media

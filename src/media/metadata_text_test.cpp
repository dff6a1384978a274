#include "media/metadata_text.h"

#include "fixtures/metadata_fixtures.h"

#include <gtest/gtest.h>

namespace bonafide::media {
namespace {

using namespace std::string_literals;

TEST(MetadataText, KeepsWellFormedTextAndReplacesTheRest) {
    EXPECT_EQ(clean_utf8("Grüße 日本 😀"), "Grüße 日本 😀");
    EXPECT_EQ(clean_utf8("a\xFFz"), "a\xEF\xBF\xBDz");
    EXPECT_EQ(clean_utf8("\xC0\xAF"), "\xEF\xBF\xBD\xEF\xBF\xBD") << "overlong";
    EXPECT_EQ(clean_utf8("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD") << "surrogate";
    EXPECT_EQ(clean_utf8("\x1B[31mred"), "\xEF\xBF\xBD[31mred") << "no terminal sequences";
    EXPECT_EQ(clean_utf8("  one\r\ntwo \0three"s), "one\ntwo");
    EXPECT_EQ(clean_utf8(""), "");
}

TEST(MetadataText, CutsBetweenCharacters) {
    EXPECT_EQ(clean_utf8("ab\xC3\xBC", 3), "ab");
    EXPECT_EQ(clean_utf8(std::string(100'000, 'x')).size(), kMostTextBytes);
    EXPECT_TRUE(is_utf8(clean_utf8(std::string(100'000, '\xFF'))));
}

TEST(MetadataText, ConvertsForeignEncodings) {
    EXPECT_EQ(latin1_to_utf8("M\xFCnchen"), "München");
    EXPECT_EQ(guess_to_utf8("M\xFCnchen"), "München");
    EXPECT_EQ(guess_to_utf8("München"), "München");
    EXPECT_EQ(utf16_to_utf8(metadata_fixtures::bytes_of("\xFC\0\x3D\xD8\x00\xDE"s), false), "ü😀");
    EXPECT_EQ(utf16_to_utf8(metadata_fixtures::bytes_of("\xFE\xFF\0a"s), false), "a") << "the mark overrides";
    EXPECT_EQ(utf16_to_utf8(metadata_fixtures::bytes_of("\x00\xD8"s), false), "\xEF\xBF\xBD") << "half a pair";
    EXPECT_EQ(utf16_to_utf8({}, true), "");
}

TEST(MetadataText, InflatesWithinBounds) {
    const metadata_fixtures::Bytes packed = metadata_fixtures::deflated(metadata_fixtures::Bytes(1'000'000, 'a'));
    EXPECT_EQ(inflate_zlib(packed, 2'000'000).bytes.size(), 1'000'000U);
    EXPECT_FALSE(inflate_zlib(packed, 2'000'000).failure);
    const Inflated bomb = inflate_zlib(packed, 1000);
    EXPECT_EQ(bomb.bytes.size(), 1000U);
    EXPECT_EQ(bomb.failure, InflateFailure::kTooLong);
    EXPECT_EQ(inflate_zlib(metadata_fixtures::bytes_of("no stream"), 1000).failure, InflateFailure::kDamaged);
    EXPECT_EQ(inflate_zlib({}, 1000).failure, InflateFailure::kDamaged);
    EXPECT_EQ(inflate_zlib(std::span(packed).first(packed.size() / 2), 2'000'000).failure, InflateFailure::kDamaged);
}

TEST(MetadataText, InflatesBrotliWithinBounds) {
    // An uncompressed meta-block of "hello" (RFC 7932, section 9.2), then the empty last one.
    const metadata_fixtures::Bytes packed = {0x0B, 0x02, 0x80, 'h', 'e', 'l', 'l', 'o', 0x03};
    const Inflated inflated = inflate_brotli(packed, 100);
    EXPECT_EQ(std::string(inflated.bytes.begin(), inflated.bytes.end()), "hello");
    EXPECT_FALSE(inflated.failure);
    EXPECT_TRUE(inflate_brotli(packed, 3).failure);
    EXPECT_TRUE(inflate_brotli({}, 100).failure);
    EXPECT_TRUE(inflate_brotli(metadata_fixtures::bytes_of("\xFF\xFF\xFF\xFF"), 100).failure);
}

}  // namespace
}  // namespace bonafide::media

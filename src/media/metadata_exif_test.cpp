#include "media/metadata_exif.h"

#include "fixtures/metadata_fixtures.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace bonafide::media {
namespace {

using namespace std::string_view_literals;
using metadata_fixtures::Bytes;
using metadata_fixtures::ExifGroup;

struct Reading {
    Metadata metadata;
    BlockCollector nested;
    const std::string& operator[](const std::string& key) const {
        static const std::string kAbsent = "(absent)";
        const auto found = metadata.exif.find(key);
        return found == metadata.exif.end() ? kAbsent : found->second;
    }
    bool complains(std::string_view words) {
        return std::any_of(nested.problems().begin(), nested.problems().end(),
                           [&](const std::string& problem) { return problem.find(words) != std::string::npos; });
    }
};

Reading read(const Bytes& bytes, ExifScope scope = ExifScope::kBlock) {
    Reading reading;
    read_exif(*ingest::open_memory(bytes), scope, reading.metadata, reading.nested);
    return reading;
}

TEST(MetadataExif, ReadsEveryDirectory) {
    const Bytes thumbnail = {0xFF, 0xD8, 0xFF, 0xD9};
    Reading reading = read(metadata_fixtures::make_exif(
        {
            exif_text(ExifGroup::kImage, 0x010F, "Canon"),
            exif_short(ExifGroup::kImage, 0x0112, 6),
            exif_text(ExifGroup::kImage, 0x000B, "A program"),
            exif_text(ExifGroup::kPhoto, 0x9003, "2020:05:06 07:08:09"),
            exif_rationals(ExifGroup::kPhoto, 0x829A, {{1, 80}}),
            exif_undefined(ExifGroup::kPhoto, 0x9000, metadata_fixtures::bytes_of("0232")),
            exif_long(ExifGroup::kPhoto, 0xA002, 4000),
            exif_text(ExifGroup::kGps, 0x0001, "N"),
            exif_rationals(ExifGroup::kGps, 0x0002, {{48, 1}, {51, 1}, {295, 10}}),
            exif_short(ExifGroup::kThumbnail, 0x0103, 6),
        },
        thumbnail));
    EXPECT_EQ(reading["Image.Make"], "Canon");
    EXPECT_EQ(reading["Image.Orientation"], "6");
    EXPECT_EQ(reading["Image.ProcessingSoftware"], "A program");
    EXPECT_EQ(reading["Photo.DateTimeOriginal"], "2020:05:06 07:08:09");
    EXPECT_EQ(reading["Photo.ExposureTime"], "0.0125");
    EXPECT_EQ(reading["Photo.ExifVersion"], "0232");
    EXPECT_EQ(reading["Photo.PixelXDimension"], "4000");
    EXPECT_EQ(reading["GPS.GPSLatitude"], "48 51 29.5");
    EXPECT_EQ(reading["Thumbnail.Compression"], "6");
    EXPECT_EQ(reading.metadata.thumbnail, thumbnail);
    EXPECT_TRUE(reading.metadata.has_exif);
    EXPECT_TRUE(reading.nested.problems().empty());
}

TEST(MetadataExif, DecodesCommentsInTheirEncoding) {
    const auto comment = [](std::string_view prefix, std::string_view text) {
        return read(metadata_fixtures::make_exif({exif_undefined(
            ExifGroup::kPhoto, 0x9286,
            metadata_fixtures::joined({metadata_fixtures::bytes_of(prefix), metadata_fixtures::bytes_of(text)}))}));
    };
    EXPECT_EQ(comment("ASCII\0\0\0"sv, "plain")["Photo.UserComment"], "plain");
    EXPECT_EQ(comment("UNICODE\0"sv, "o\0n\0e\0"sv)["Photo.UserComment"], "one");
    EXPECT_EQ(comment("UNICODE\0"sv, "\0o\0n\0e"sv)["Photo.UserComment"], "one")
        << "big-endian in a little-endian file, as many write it";
    EXPECT_EQ(comment("\0\0\0\0\0\0\0\0"sv, "anything")["Photo.UserComment"], "anything");
}

TEST(MetadataExif, HandsOutBlocksInsideTags) {
    Bytes xmp = metadata_fixtures::bytes_of("<x/>......");
    Reading reading = read(
        metadata_fixtures::make_exif({{ExifGroup::kImage, 0x02BC, 1, static_cast<std::uint32_t>(xmp.size()), xmp}}));
    ASSERT_EQ(reading.nested.blocks().size(), 1U);
    EXPECT_EQ(reading.nested.blocks()[0].kind, BlockKind::kXmp);
    EXPECT_EQ(reading.nested.blocks()[0].bytes, xmp);
}

TEST(MetadataExif, DoesNotTakeTheSecondPageOfATiffForAThumbnail) {
    const Bytes bytes = metadata_fixtures::make_exif(
        {exif_text(ExifGroup::kImage, 0x010F, "Scanner"), exif_short(ExifGroup::kThumbnail, 0x0103, 6)}, {0xFF, 0xD8});
    Reading reading = read(bytes, ExifScope::kTiffFile);
    EXPECT_EQ(reading["Image.Make"], "Scanner");
    EXPECT_EQ(reading["Thumbnail.Compression"], "(absent)");
    EXPECT_TRUE(reading.metadata.thumbnail.empty());
}

TEST(MetadataExif, TellsMakerNotesApart) {
    EXPECT_EQ(maker_note_kind(metadata_fixtures::bytes_of("Apple iOS\0\0\x01MM"sv), "Apple"), "Apple");
    EXPECT_EQ(maker_note_kind(metadata_fixtures::bytes_of("Nikon\0\x02"sv), "Canon"), "Nikon")
        << "by its own bytes, not by the make";
    EXPECT_EQ(maker_note_kind(metadata_fixtures::make_canon_note("IMG:X JPEG", 0), "Canon"), "Canon");
    EXPECT_EQ(maker_note_kind(metadata_fixtures::bytes_of("garbage garbage"), "Canon"), "unknown");
    EXPECT_EQ(maker_note_kind({}, "Canon"), "unknown");
}

TEST(MetadataExif, ReadsAMakerNote) {
    // The note is the only value outside its directory, so that its place is known: 8 + image directory + photo
    // directory.
    const auto make = exif_text(ExifGroup::kImage, 0x010F, "Canon");
    const std::uint32_t note_at = 8 + (2 + 2 * 12 + 4 + 6) + (2 + 12 + 4);
    Reading reading = read(metadata_fixtures::make_exif(
        {make, exif_undefined(ExifGroup::kPhoto, 0x927C,
                              metadata_fixtures::make_canon_note("IMG:PowerShot Z9 JPEG", note_at))}));
    EXPECT_EQ(reading.metadata.maker_note_kind, "Canon");
    EXPECT_EQ(reading.metadata.maker_note_bytes, 50U);
    EXPECT_EQ(reading["MakerNote.ImageType"], "IMG:PowerShot Z9 JPEG");
}

TEST(MetadataExif, StopsAtDirectoriesThatNameEachOther) {
    Bytes bytes = metadata_fixtures::make_exif({exif_text(ExifGroup::kImage, 0x010F, "A"),
                                                exif_long(ExifGroup::kImage, 0x8769, 8),
                                                exif_long(ExifGroup::kImage, 0x8825, 8)});
    Reading reading = read(bytes);
    EXPECT_EQ(reading["Image.Make"], "A");
    EXPECT_TRUE(reading.complains("already read"));
    // The next directory is the first one again.
    bytes = metadata_fixtures::make_exif({exif_text(ExifGroup::kImage, 0x010F, "A")});
    bytes[8 + 2 + 12] = 8;
    EXPECT_TRUE(read(bytes).complains("already read"));
}

TEST(MetadataExif, RefusesImpossibleCounts) {
    Bytes bytes = metadata_fixtures::make_exif({exif_text(ExifGroup::kImage, 0x010F, "Make")});
    Bytes many = bytes;
    many[8] = many[9] = 0xFF;
    EXPECT_TRUE(read(many).complains("more entries"));
    Bytes long_value = bytes;
    std::fill_n(long_value.begin() + 8 + 2 + 4, 4, 0xFF);
    Reading reading = read(long_value);
    EXPECT_TRUE(reading.complains("outside"));
    EXPECT_EQ(reading["Image.Make"], "(absent)");
}

TEST(MetadataExif, SurvivesEveryTruncation) {
    const Bytes whole = metadata_fixtures::make_exif(
        {exif_text(ExifGroup::kImage, 0x010F, "Canon"), exif_text(ExifGroup::kPhoto, 0x9003, "2020:05:06 07:08:09"),
         exif_undefined(ExifGroup::kPhoto, 0x927C, metadata_fixtures::make_canon_note("IMG:Z JPEG", 76))},
        {0xFF, 0xD8, 0xFF, 0xD9});
    for (std::size_t length = 0; length < whole.size(); ++length) {
        Reading reading = read(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
        EXPECT_FALSE(reading.nested.problems().empty()) << length;
    }
}

}  // namespace
}  // namespace bonafide::media

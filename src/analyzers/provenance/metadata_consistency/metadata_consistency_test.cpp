#include "analyzers/provenance/metadata_consistency/metadata_consistency.h"

#include "analyzers/provenance/metadata_consistency/statements.h"
#include "fixtures/metadata_fixtures.h"
#include "fixtures/shared_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace bonafide::analyzers {
namespace {

using metadata_fixtures::ExifField;
using metadata_fixtures::ExifGroup;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr ConsistencyOptions kOptions{26 * 3600.0};

/// A camera's file with nothing wrong.
media::Metadata camera_metadata() {
    media::Metadata metadata;
    metadata.has_exif = metadata.has_xmp = true;
    metadata.exif = {{"Image.Make", "Canon"},
                     {"Image.Model", "Canon PowerShot Z9"},
                     {"Image.DateTime", "2020:05:06 07:08:09"},
                     {"Photo.DateTimeOriginal", "2020:05:06 07:08:09"},
                     {"Photo.DateTimeDigitized", "2020:05:06 07:08:09"},
                     {"Photo.ExposureTime", "0.0125"},
                     {"Photo.ShutterSpeedValue", "6.321928095"},
                     {"Photo.FNumber", "4"},
                     {"Photo.ApertureValue", "4"},
                     {"Photo.ISOSpeedRatings", "100"},
                     {"Photo.PixelXDimension", "4000"},
                     {"Photo.PixelYDimension", "3000"},
                     {"GPS.GPSLatitude", "48 51 29.5"},
                     {"GPS.GPSLatitudeRef", "N"},
                     {"MakerNote.ImageType", "IMG:PowerShot Z9 JPEG"}};
    metadata.maker_note_kind = "Canon";
    return metadata;
}

media::JpegHeader header_of(int width_px, int height_px, std::uint16_t table_value) {
    media::JpegHeader header;
    header.width_px = width_px;
    header.height_px = height_px;
    header.components = {{1, 2, 1, 0}, {2, 1, 1, 1}, {3, 1, 1, 1}};
    header.quantisation[0].emplace().fill(table_value);
    header.markers = {{0xE1, 2, 100, "Exif"}};
    return header;
}

class ConsistencyTest : public testing::Test {
  protected:
    ConsistencyTest() : picture_(header_of(4000, 3000, 3)) {
        facts_.stored_width_px = 4000;
        facts_.stored_height_px = 3000;
        facts_.jpeg = &picture_;
        facts_.thumbnail = header_of(160, 120, 9);
    }
    Consistency compare() const { return compare_metadata(metadata_, facts_, kOptions); }
    void expect_contradiction(RemarkKind kind, const std::string& words) const {
        const Consistency result = compare();
        EXPECT_EQ(result.contradictions(), 1);
        EXPECT_EQ(result.contradictions(kind), 1);
        EXPECT_THAT(result.remarks, Contains(testing::Field(&Remark::sentence, HasSubstr(words))));
    }
    void expect_weak(const std::string& words) const {
        const Consistency result = compare();
        EXPECT_EQ(result.contradictions(), 0);
        EXPECT_THAT(result.remarks, Contains(testing::Field(&Remark::sentence, HasSubstr(words))));
    }
    void expect_clean() const {
        const Consistency result = compare();
        EXPECT_THAT(result.remarks, IsEmpty()) << result.remarks.front().sentence;
    }

    media::Metadata metadata_ = camera_metadata();
    media::JpegHeader picture_;
    MediaFacts facts_;
};

TEST_F(ConsistencyTest, ACameraFileShowsItsSignsAndNoRemark) {
    expect_clean();
    const Consistency result = compare();
    EXPECT_EQ(result.camera_signs.size(), 7U);
    EXPECT_GT(result.comparisons, 8);
    EXPECT_THAT(result.editing_software, IsEmpty());
}

TEST_F(ConsistencyTest, NoMetadataGivesNoComparison) {
    metadata_ = {};
    facts_ = {};
    const Consistency result = compare();
    EXPECT_EQ(result.comparisons, 0);
    EXPECT_THAT(result.remarks, IsEmpty());
    EXPECT_THAT(result.camera_signs, IsEmpty());
}

TEST_F(ConsistencyTest, SizeOfAnotherShapeContradicts) {
    facts_.stored_height_px = 2400;
    facts_.thumbnail.reset();
    expect_contradiction(RemarkKind::kSize, "4000 x 3000");
}

TEST_F(ConsistencyTest, LargerThanDeclaredContradicts) {
    facts_.stored_width_px = 8000;
    facts_.stored_height_px = 6000;
    expect_contradiction(RemarkKind::kSize, "larger");
}

TEST_F(ConsistencyTest, SmallerOrTurnedIsOnlyARemark) {
    facts_.stored_width_px = 1000;
    facts_.stored_height_px = 750;
    expect_weak("smaller");
    facts_.stored_width_px = 3000;
    facts_.stored_height_px = 4000;
    expect_weak("turned");
}

TEST_F(ConsistencyTest, ThumbnailOfAnotherShapeContradicts) {
    facts_.thumbnail = header_of(320, 180, 9);
    expect_contradiction(RemarkKind::kThumbnail, "320 x 180");
    facts_.thumbnail = header_of(5000, 3750, 9);
    expect_contradiction(RemarkKind::kThumbnail, "larger");
}

TEST_F(ConsistencyTest, TheStandardThumbnailFitsEveryShape) {
    metadata_.exif["Photo.PixelYDimension"] = "2250";
    facts_.stored_height_px = 2250;
    facts_.thumbnail = header_of(160, 120, 9);
    expect_clean();
}

TEST_F(ConsistencyTest, ThumbnailTurnedOtherwiseIsARemark) {
    metadata_.exif["Image.Orientation"] = "1";
    metadata_.exif["Thumbnail.Orientation"] = "6";
    expect_weak("turned");
    metadata_.exif["Thumbnail.Orientation"] = "1";
    expect_clean();
}

TEST_F(ConsistencyTest, TimesInImpossibleOrderContradict) {
    metadata_.exif["Photo.DateTimeDigitized"] = "2020:05:01 00:00:00";
    expect_contradiction(RemarkKind::kTime, "before it was taken");
    metadata_ = camera_metadata();
    metadata_.xmp["xmp:ModifyDate"] = "2019-01-01T00:00:00Z";
    expect_contradiction(RemarkKind::kTime, "2019-01-01");
    metadata_ = camera_metadata();
    metadata_.xmp["xmpMM:History/stEvt:when"] = "2021-01-01T00:00:00Z; 2019-01-01T00:00:00Z";
    expect_contradiction(RemarkKind::kTime, "history");
    metadata_ = camera_metadata();
    metadata_.xmp["exif:DateTimeOriginal"] = "2018-05-06T07:08:09";
    expect_contradiction(RemarkKind::kTime, "different times of taking");
    metadata_ = camera_metadata();
    metadata_.exif["Photo.OffsetTime"] = "+25:00";
    expect_contradiction(RemarkKind::kTime, "+25:00");
}

TEST_F(ConsistencyTest, TimesWithinTheTolerancePass) {
    metadata_.xmp["xmp:ModifyDate"] = "2020-05-05T10:00:00";
    metadata_.xmp["xmp:MetadataDate"] = "2021-01-01T00:00:00+02:00";
    metadata_.xmp["exif:DateTimeOriginal"] = "2020-05-06T09:08:09+02:00";
    metadata_.exif["Photo.OffsetTime"] = "-03:30";
    expect_clean();
}

TEST_F(ConsistencyTest, ClocksThatWereNeverSetSayNothing) {
    for (const char* unset :
         {"0000:00:00 00:00:00", "    :  :     :  :  ", "2001:12:00 00:00:00", "2001:02:30 00:00:00", "garbage"}) {
        metadata_.exif["Photo.DateTimeOriginal"] = unset;
        metadata_.xmp["xmp:ModifyDate"] = "1999-01-01";
        expect_clean();
    }
}

TEST_F(ConsistencyTest, FirmwareDatesAndStaleFixesAreOnlyRemarks) {
    metadata_.exif["Image.DateTime"] = "2004:01:18 04:27:28";
    expect_weak("last changed before");
    metadata_ = camera_metadata();
    metadata_.exif["GPS.GPSDateStamp"] = "2017:01:01";
    metadata_.exif["GPS.GPSTimeStamp"] = "0 0 0";
    expect_weak("satellite");
}

TEST_F(ConsistencyTest, CamerasThatDifferContradict) {
    metadata_.xmp["tiff:Model"] = "NIKON D1X";
    expect_contradiction(RemarkKind::kIdentity, "NIKON D1X");
    metadata_ = camera_metadata();
    metadata_.maker_note_kind = "Nikon";
    metadata_.exif.erase("MakerNote.ImageType");
    expect_contradiction(RemarkKind::kIdentity, "maker note is one of Nikon");
    metadata_ = camera_metadata();
    metadata_.exif["Image.Model"] = "Canon PowerShot A1";
    expect_contradiction(RemarkKind::kIdentity, "IMG:PowerShot Z9");
    metadata_ = camera_metadata();
    metadata_.exif["Image.Make"] = "Samsung";
    metadata_.exif["Image.Model"] = "iPhone 12";
    metadata_.maker_note_kind.clear();
    metadata_.exif.erase("MakerNote.ImageType");
    expect_contradiction(RemarkKind::kIdentity, "not made by");
}

TEST_F(ConsistencyTest, CamerasThatAgreePass) {
    metadata_.xmp["tiff:Make"] = "CANON";
    metadata_.xmp["tiff:Model"] = "PowerShot Z9";
    expect_clean();
    metadata_.exif["Image.Make"] = "LEICA";
    metadata_.exif["Image.Model"] = "DIGILUX 4.3";
    metadata_.xmp.clear();
    metadata_.maker_note_kind = "Fuji";
    EXPECT_EQ(compare().contradictions(), 0) << "cameras built by another company carry its note";
}

TEST_F(ConsistencyTest, AMissingMakerNoteIsARemarkUnlessAnEditorIsNamed) {
    metadata_.maker_note_kind.clear();
    metadata_.exif.erase("MakerNote.ImageType");
    expect_weak("maker note is missing");
    metadata_.exif["Image.Software"] = "Adobe Photoshop 7.0";
    expect_clean();
}

TEST_F(ConsistencyTest, ImpossibleValuesContradict) {
    metadata_.exif["GPS.GPSLatitude"] = "91 0 0";
    expect_contradiction(RemarkKind::kValue, "not on Earth");
    metadata_ = camera_metadata();
    metadata_.exif["Photo.ExposureTime"] = "-1";
    expect_contradiction(RemarkKind::kValue, "no camera");
    metadata_ = camera_metadata();
    metadata_.exif["Photo.FNumber"] = "4000";
    metadata_.exif.erase("Photo.ApertureValue");
    expect_contradiction(RemarkKind::kValue, "no lens");
    metadata_ = camera_metadata();
    metadata_.xmp["exif:ExposureTime"] = "1/1000";
    expect_contradiction(RemarkKind::kValue, "exposure time");
    metadata_ = camera_metadata();
    metadata_.xmp["exif:GPSLatitude"] = "12,30.5S";
    expect_contradiction(RemarkKind::kValue, "latitude");
}

TEST_F(ConsistencyTest, EqualValuesInAnotherSpellingPass) {
    metadata_.xmp["exif:ExposureTime"] = "1/80";
    metadata_.xmp["exif:FNumber"] = "40/10";
    metadata_.xmp["exif:GPSLatitude"] = "48,51.4917N";
    expect_clean();
}

TEST_F(ConsistencyTest, CodingThatTheMakeNeverUsesIsARemark) {
    constexpr std::array<std::uint16_t, 64> kQuality50 = {
        16, 11,  10,  16, 24, 40, 51, 61, 12,  12,  14,  19,  26, 58, 60, 55,  14,  13,  16,  24, 40, 57,
        69, 56,  14,  17, 22, 29, 51, 87, 80,  62,  18,  22,  37, 56, 68, 109, 103, 77,  24,  35, 55, 64,
        81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98,  112, 100, 103, 99};
    picture_.quantisation[0] = kQuality50;
    expect_weak("quality 50");
    metadata_.exif["Image.Make"] = "Olympus";
    metadata_.exif["Image.Model"] = "C40Z";
    metadata_.maker_note_kind = "Olympus";
    expect_clean();
}

TEST_F(ConsistencyTest, AJfifHeaderCountsForCamerasOnly) {
    picture_.markers.insert(picture_.markers.begin(), {0xE0, 2, 18, "JFIF"});
    expect_weak("JFIF");
    metadata_.exif["Image.Make"] = "samsung";
    metadata_.exif["Image.Model"] = "SM-J327T1";
    metadata_.maker_note_kind = "Samsung";
    expect_clean();
}

TEST_F(ConsistencyTest, NamesEditors) {
    metadata_.xmp["xmpMM:History/stEvt:softwareAgent"] = "Camera firmware; GIMP 2.10";
    EXPECT_THAT(compare().editing_software, testing::ElementsAre("GIMP 2.10"));
    metadata_.xmp.clear();
    metadata_.exif["Image.Software"] = "Digital Camera DX-10 Ver1.00";
    EXPECT_THAT(compare().editing_software, IsEmpty());
    metadata_.photoshop_resources = {0x0404};
    EXPECT_THAT(compare().editing_software, IsEmpty()) << "captioning programs write IPTC resources too";
    metadata_.photoshop_resources = {0x0404, 0x0406};
    EXPECT_THAT(compare().editing_software, Contains(HasSubstr("Photoshop")));
}

TEST(Statements, ReadMomentsAndAngles) {
    const auto exif = parse_moment("2012:06:09 21:23:38"), xmp = parse_moment("2012-06-09T21:23:38.25+01:00"),
               iptc = parse_moment("20120609");
    ASSERT_TRUE(exif && xmp && iptc);
    EXPECT_DOUBLE_EQ(exif->local_s, 1339277018);
    EXPECT_DOUBLE_EQ(xmp->local_s, exif->local_s);
    EXPECT_DOUBLE_EQ(xmp->zone_s.value(), 3600);
    EXPECT_DOUBLE_EQ(seconds_between(*iptc, *exif), 21 * 3600 + 23 * 60 + 38);
    EXPECT_DOUBLE_EQ(seconds_between(*xmp, parse_moment("2012-06-09T20:23:38Z").value()), 0);
    EXPECT_NEAR(parse_degrees("53 21 34.074", "N").value(), 53.359465, 1e-6);
    EXPECT_NEAR(parse_degrees("6,15.4939W", "").value(), -6.258232, 1e-6);
    EXPECT_FALSE(parse_degrees("", "N"));
    EXPECT_FALSE(parse_number("1/0"));
    EXPECT_FALSE(parse_number("nan"));
}

TEST(ConsistencySharedData, GenuinePhotographsDoNotContradictThemselves) {
    const auto root = fixtures::shared_data();
    if (!root) GTEST_SKIP() << "no development data";
    int files = 0, with_signs = 0;
    for (const auto& entry : std::filesystem::directory_iterator(*root + "/photos")) {
        if (entry.path().extension() != ".jpg" && entry.path().extension() != ".JPG") continue;
        std::ifstream file(entry.path(), std::ios::binary);
        const metadata_fixtures::Bytes bytes{std::istreambuf_iterator<char>(file), {}};
        const media::Metadata metadata =
            media::read_metadata(metadata_fixtures::identity_of(ingest::Container::kJpeg), *ingest::open_memory(bytes));
        const auto header = media::read_jpeg_header(bytes);
        ASSERT_TRUE(header) << entry.path();
        MediaFacts facts{header->width_px, header->height_px, &*header, {}, {}};
        if (auto thumbnail = media::read_jpeg_header(metadata.thumbnail)) facts.thumbnail = *thumbnail;
        const Consistency result = compare_metadata(metadata, facts, kOptions);
        ++files;
        with_signs += result.camera_signs.size() >= 3 ? 1 : 0;
        for (const Remark& remark : result.remarks)
            EXPECT_FALSE(remark.contradiction) << entry.path() << ": " << remark.sentence;
    }
    EXPECT_EQ(files, 56);
    EXPECT_GE(with_signs, 48);
}

TEST(ConsistencyDefinition, DeclaresWhatItEmits) {
    const auto& definition = provenance_metadata_consistency();
    EXPECT_EQ(definition.id, "metadata.consistency");
    EXPECT_EQ(definition.emits.front().name, "contradictions");
    EXPECT_TRUE(analysis::Parameters::resolve(definition.parameters, {}));
    EXPECT_FALSE(analysis::Parameters::resolve(definition.parameters, {{"time_tolerance_h", -1}}));
}

}  // namespace
}  // namespace bonafide::analyzers

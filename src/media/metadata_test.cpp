#include "media/metadata.h"

#include "fixtures/metadata_fixtures.h"
#include "fixtures/shared_data.h"
#include "media/metadata_iptc.h"
#include "media/metadata_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace bonafide::media {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using ingest::Container;
using metadata_fixtures::Bytes;
using metadata_fixtures::bytes_of;
using metadata_fixtures::ExifGroup;
using metadata_fixtures::joined;

Metadata read(Container container, const Bytes& bytes) {
    return read_metadata(metadata_fixtures::identity_of(container), *ingest::open_memory(bytes));
}

Bytes sample_exif() {
    return metadata_fixtures::make_exif({exif_text(ExifGroup::kImage, 0x010F, "Maker")});
}
std::string sample_xmp() {
    return metadata_fixtures::make_xmp({{"xmp:CreatorTool", "Tool"}});
}

void expect_both(const Metadata& metadata) {
    ASSERT_TRUE(metadata.has_exif);
    ASSERT_TRUE(metadata.has_xmp);
    EXPECT_EQ(metadata.exif.at("Image.Make"), "Maker");
    EXPECT_EQ(metadata.xmp.at("xmp:CreatorTool"), "Tool");
    EXPECT_TRUE(metadata.problems.empty()) << metadata.problems.front();
}

bool complains(const Metadata& metadata, std::string_view words) {
    return std::any_of(metadata.problems.begin(), metadata.problems.end(),
                       [&](const std::string& problem) { return problem.find(words) != std::string::npos; });
}

const TextEntry* text_of(const Metadata& metadata, std::string_view keyword) {
    const auto found = std::find_if(metadata.texts.begin(), metadata.texts.end(),
                                    [&](const TextEntry& entry) { return entry.keyword == keyword; });
    return found == metadata.texts.end() ? nullptr : &*found;
}

TEST(Metadata, Jpeg) {
    const Bytes photoshop = metadata_fixtures::make_photoshop(
        {{0x0406, {1, 2, 3}}, {0x0404, metadata_fixtures::make_iptc({{80, "Author"}, {25, "one"}, {25, "two"}})}});
    const Metadata metadata =
        read(Container::kJpeg,
             metadata_fixtures::bare_jpeg(
                 {metadata_fixtures::jpeg_exif(sample_exif()), metadata_fixtures::jpeg_xmp(sample_xmp()),
                  metadata_fixtures::jpeg_segment(0xED, joined({bytes_of("Photoshop 3.0\0"sv), photoshop})),
                  metadata_fixtures::jpeg_segment(0xE2, bytes_of("ICC_PROFILE\0\1\1"sv)),
                  metadata_fixtures::jpeg_segment(0xFE, bytes_of("a comment"))}));
    expect_both(metadata);
    EXPECT_EQ(metadata.iptc.at("2:80"), "Author");
    EXPECT_EQ(metadata.iptc.at("2:25"), "one; two");
    EXPECT_EQ(metadata.photoshop_resources, (std::vector<std::uint16_t>{0x0406, 0x0404}));
    EXPECT_TRUE(metadata.has_icc);
    EXPECT_TRUE(metadata.has_iptc);
    ASSERT_EQ(metadata.texts.size(), 1U);
    EXPECT_EQ(metadata.texts[0].text, "a comment");
}

TEST(Metadata, ExtendedXmp) {
    const std::string digest(32, 'A'), extended = metadata_fixtures::make_xmp({{"dc:format", "image/x"}});
    const auto piece = [&](std::size_t offset, std::string_view text, const std::string& name) {
        Bytes lengths;
        for (const std::size_t value : {extended.size(), offset}) {
            for (int shift = 24; shift >= 0; shift -= 8)
                lengths.push_back(static_cast<std::uint8_t>(value >> shift));
        }
        return metadata_fixtures::jpeg_segment(0xE1, joined({bytes_of("http://ns.adobe.com/xmp/extension/\0"sv),
                                                             bytes_of(name), lengths, bytes_of(text)}));
    };
    const Bytes main =
        metadata_fixtures::jpeg_xmp(metadata_fixtures::make_xmp({{"xmp:CreatorTool", "Tool"}, {"xmp:Ext", digest}}));
    const std::string_view whole = extended;
    const Bytes second = piece(20, whole.substr(20), digest), first = piece(0, whole.substr(0, 20), digest);
    EXPECT_EQ(read(Container::kJpeg, metadata_fixtures::bare_jpeg({main, second, first})).xmp.at("dc:format"),
              "image/x");
    EXPECT_TRUE(complains(read(Container::kJpeg, metadata_fixtures::bare_jpeg({main, second})), "missing pieces"));
    EXPECT_TRUE(
        complains(read(Container::kJpeg, metadata_fixtures::bare_jpeg({main, piece(0, whole, std::string(32, 'B'))})),
                  "does not name"));
    EXPECT_TRUE(complains(
        read(Container::kJpeg, metadata_fixtures::bare_jpeg({main, piece(extended.size() - 1, whole, digest)})),
        "outside the packet"));
}

TEST(Metadata, Png) {
    const Metadata metadata =
        read(Container::kPng, metadata_fixtures::small_png(
                                  {metadata_fixtures::png_chunk("eXIf", sample_exif()),
                                   metadata_fixtures::png_international_text("XML:com.adobe.xmp", sample_xmp(), true),
                                   metadata_fixtures::png_text("Author", "M\xFCller"),
                                   metadata_fixtures::png_compressed_text("Comment", bytes_of("packed")),
                                   metadata_fixtures::png_international_text("Title", "Grüße", false)}));
    expect_both(metadata);
    EXPECT_EQ(text_of(metadata, "Author")->text, "Müller");
    EXPECT_EQ(text_of(metadata, "Comment")->text, "packed");
    EXPECT_EQ(text_of(metadata, "Title")->text, "Grüße");
    EXPECT_EQ(text_of(metadata, "Title")->origin, "PNG iTXt");
    EXPECT_EQ(text_of(metadata, "Comments"), nullptr);
}

TEST(Metadata, PngRawProfiles) {
    const auto profile = [](std::string_view name, const Bytes& bytes) {
        std::string text = "\n" + std::string(name) + "\n  " + std::to_string(bytes.size()) + "\n";
        for (std::size_t index = 0; index < bytes.size(); ++index) {
            constexpr std::string_view kDigits = "0123456789abcdef";
            text += kDigits[bytes[index] >> 4];
            text += kDigits[bytes[index] & 15];
            if (index % 36 == 35) text += "\n";
        }
        return metadata_fixtures::png_compressed_text("Raw profile type " + std::string(name), bytes_of(text));
    };
    const Metadata metadata = read(
        Container::kPng,
        metadata_fixtures::small_png(
            {profile("exif", joined({bytes_of("Exif\0\0"sv), sample_exif()})), profile("xmp", bytes_of(sample_xmp())),
             profile("iptc",
                     metadata_fixtures::make_photoshop({{0x0404, metadata_fixtures::make_iptc({{80, "A"}})}}))}));
    expect_both(metadata);
    EXPECT_EQ(metadata.iptc.at("2:80"), "A");
}

TEST(Metadata, WebpGifHeifJxlAndTiff) {
    expect_both(read(Container::kWebp, metadata_fixtures::riff_file(
                                           "WEBP", {metadata_fixtures::riff_chunk("EXIF", sample_exif()),
                                                    metadata_fixtures::riff_chunk("XMP ", bytes_of(sample_xmp()))})));
    expect_both(read(Container::kHeif, metadata_fixtures::heif_with_items(sample_exif(), sample_xmp())));
    expect_both(read(Container::kAvif, metadata_fixtures::heif_with_items(sample_exif(), sample_xmp())));
    expect_both(read(Container::kJxl, joined({metadata_fixtures::box("JXL ", {13, 10, 0x87, 10}),
                                              metadata_fixtures::box("Exif", joined({{0, 0, 0, 0}, sample_exif()})),
                                              metadata_fixtures::box("xml ", bytes_of(sample_xmp()))})));
    const Metadata gif = read(Container::kGif, metadata_fixtures::gif_with_metadata("hello", sample_xmp()));
    EXPECT_EQ(gif.xmp.at("xmp:CreatorTool"), "Tool");
    EXPECT_EQ(gif.texts.at(0).text, "hello");
    EXPECT_TRUE(gif.problems.empty());
    const std::string xmp = sample_xmp();
    expect_both(read(Container::kTiff,
                     metadata_fixtures::make_exif(
                         {exif_text(ExifGroup::kImage, 0x010F, "Maker"),
                          {ExifGroup::kImage, 0x02BC, 1, static_cast<std::uint32_t>(xmp.size()), bytes_of(xmp)}})));
}

TEST(Metadata, FilmsAndSound) {
    const Bytes uuid = {0xBE, 0x7A, 0xCF, 0xCB, 0x97, 0xA9, 0x42, 0xE8, 0x9C, 0x71, 0x99, 0x94, 0x91, 0xE3, 0xAF, 0xAC};
    EXPECT_EQ(read(Container::kIsoBmff, metadata_fixtures::box("uuid", joined({uuid, bytes_of(sample_xmp())})))
                  .xmp.at("xmp:CreatorTool"),
              "Tool");
    EXPECT_EQ(read(Container::kIsoBmff,
                   metadata_fixtures::box(
                       "moov", metadata_fixtures::box("udta", metadata_fixtures::box("XMP_", bytes_of(sample_xmp())))))
                  .xmp.at("xmp:CreatorTool"),
              "Tool");
    const Metadata wav = read(
        Container::kWav,
        metadata_fixtures::riff_file(
            "WAVE", {metadata_fixtures::riff_chunk("_PMX", bytes_of(sample_xmp())),
                     metadata_fixtures::riff_chunk(
                         "LIST", joined({bytes_of("INFO"), metadata_fixtures::riff_chunk("ISFT", bytes_of("Maker"))})),
                     metadata_fixtures::riff_chunk("id3 ", metadata_fixtures::id3_tag({{"TIT2", "Song"}}))}));
    EXPECT_EQ(wav.xmp.at("xmp:CreatorTool"), "Tool");
    EXPECT_EQ(text_of(wav, "ISFT")->text, "Maker");
    EXPECT_EQ(text_of(wav, "TIT2")->text, "Song");
    const Metadata mp3 =
        read(Container::kMp3,
             metadata_fixtures::id3_tag(
                 {{"TSSE", "LAME"}, {"COMM", "eng\0remark"s}, {"TXXX", "key\0value"s}, {"APIC", "picture"}}));
    EXPECT_EQ(text_of(mp3, "TSSE")->text, "LAME");
    EXPECT_EQ(text_of(mp3, "COMM")->text, "remark");
    EXPECT_EQ(text_of(mp3, "TXXX:key")->text, "value");
    EXPECT_EQ(mp3.texts.size(), 3U);
}

TEST(Metadata, NothingThereIsNothingFound) {
    for (const Container container : {Container::kJpeg, Container::kPng, Container::kGif, Container::kWebp,
                                      Container::kHeif, Container::kJxl, Container::kIsoBmff, Container::kWav,
                                      Container::kMp3, Container::kMatroska, Container::kBmp, Container::kUnknown}) {
        const Metadata metadata = read(container, {});
        EXPECT_TRUE(metadata.exif.empty() && metadata.xmp.empty() && metadata.iptc.empty() && metadata.texts.empty());
        EXPECT_FALSE(metadata.has_exif || metadata.has_xmp || metadata.has_iptc || metadata.has_icc);
    }
    EXPECT_TRUE(read(Container::kPng, metadata_fixtures::small_png({})).problems.empty());
    EXPECT_TRUE(read(Container::kJpeg, metadata_fixtures::bare_jpeg({})).problems.empty());
}

TEST(Metadata, BombsAndFloodsStayBounded) {
    const Bytes zeros(40 << 20, 0);
    Bytes bomb = metadata_fixtures::png_compressed_text("XML:com.adobe.xmp", zeros);
    std::vector<Bytes> chunks(20, bomb);
    const Metadata bombed = read(Container::kPng, metadata_fixtures::small_png(chunks));
    EXPECT_TRUE(complains(bombed, "unpacks to more"));
    const Metadata flooded = read(
        Container::kPng, metadata_fixtures::small_png(std::vector<Bytes>(1000, metadata_fixtures::png_text("k", "v"))));
    EXPECT_EQ(flooded.texts.size(), 256U);
    EXPECT_TRUE(complains(flooded, "more texts"));
    Bytes nested;
    for (int level = 0; level < 1000; ++level)
        nested = metadata_fixtures::box("moov", nested);
    EXPECT_TRUE(complains(read(Container::kIsoBmff, nested), "deeper"));
}

TEST(Metadata, ExifInsideExifEnds) {
    // A Photoshop resource with EXIF that holds a Photoshop resource with EXIF, and so on.
    Bytes exif = sample_exif();
    for (int level = 0; level < 20; ++level) {
        const Bytes resource = metadata_fixtures::make_photoshop({{0x0422, exif}});
        exif = metadata_fixtures::make_exif(
            {{ExifGroup::kImage, 0x8649, 1, static_cast<std::uint32_t>(resource.size()), resource}});
    }
    EXPECT_FALSE(read(Container::kTiff, exif).exif.contains("Image.Make"));
}

TEST(Metadata, EveryTruncationIsSurvived) {
    const Bytes exif = sample_exif();
    const std::string xmp = sample_xmp();
    const std::vector<std::pair<Container, Bytes>> files = {
        {Container::kJpeg,
         metadata_fixtures::bare_jpeg({metadata_fixtures::jpeg_exif(exif), metadata_fixtures::jpeg_xmp(xmp)})},
        {Container::kPng,
         metadata_fixtures::small_png({metadata_fixtures::png_chunk("eXIf", exif),
                                       metadata_fixtures::png_international_text("XML:com.adobe.xmp", xmp, true)})},
        {Container::kWebp,
         metadata_fixtures::riff_file("WEBP", {metadata_fixtures::riff_chunk("EXIF", exif),
                                               metadata_fixtures::riff_chunk("XMP ", bytes_of(xmp))})},
        {Container::kHeif, metadata_fixtures::heif_with_items(exif, xmp)},
        {Container::kGif, metadata_fixtures::gif_with_metadata("hello", xmp)},
        {Container::kMp3, metadata_fixtures::id3_tag({{"TIT2", "Song"}, {"COMM", "eng\0remark"s}})},
    };
    for (const auto& [container, whole] : files) {
        for (std::size_t length = 0; length < whole.size(); ++length) {
            const Metadata metadata =
                read(container, Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
            for (const auto& [key, value] : metadata.xmp)
                EXPECT_TRUE(is_utf8(value));
        }
    }
}

TEST(MetadataIptc, RefusesWhatIsCutOff) {
    std::map<std::string, std::string> datasets;
    EXPECT_TRUE(read_iptc(bytes_of("\x1C\x02\x50\x00\xFFshort"sv), datasets));
    EXPECT_TRUE(read_iptc(bytes_of("\x1C\x02\x50\xFF\xFFxxxx"sv), datasets)) << "an extended length of 32,767 bytes";
    EXPECT_TRUE(read_iptc({}, datasets));
    EXPECT_TRUE(datasets.empty());
}

TEST(MetadataSharedData, EveryFileReadsAsValidText) {
    const auto root = fixtures::shared_data();
    if (!root) GTEST_SKIP() << "no development data";
    int with_exif = 0, with_thumbnail = 0;
    for (const auto& entry : std::filesystem::directory_iterator(*root + "/photos")) {
        if (entry.path().extension() != ".jpg" && entry.path().extension() != ".JPG") continue;
        std::ifstream file(entry.path(), std::ios::binary);
        const Bytes bytes{std::istreambuf_iterator<char>(file), {}};
        const Metadata metadata = read(Container::kJpeg, bytes);
        with_exif += metadata.has_exif ? 1 : 0;
        with_thumbnail += metadata.thumbnail.empty() ? 0 : 1;
        for (const auto& [key, value] : metadata.exif) {
            EXPECT_TRUE(is_utf8(key) && is_utf8(value)) << entry.path() << " " << key;
        }
    }
    EXPECT_EQ(with_exif, 56);
    EXPECT_GE(with_thumbnail, 45);
}

}  // namespace
}  // namespace bonafide::media

#include "analyzers/container/structure/structure.h"

#include "analyzers/container/structure/iso_rules.h"
#include "fixtures/box_fixtures.h"
#include "fixtures/shared_data.h"
#include "ingest/identify.h"
#include "media/jpeg.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>

namespace bonafide::analyzers {
namespace {

using fixtures::Bytes;
using ingest::Container;
using structure::SignKind;
using structure::Structure;

Structure examine(const Bytes& bytes, Container container) {
    const auto source = ingest::open_memory(bytes);
    ingest::Identity identity;
    identity.container = container;
    std::optional<media::JpegHeader> header;
    if (container == Container::kJpeg) {
        if (auto read = media::read_jpeg_header(bytes)) {
            header = std::move(*read);
        }
    }
    auto found = examine_structure(identity, *source, header ? &*header : nullptr);
    EXPECT_TRUE(found);
    return found ? *found : Structure{};
}

Bytes exif() {
    return fixtures::jpeg_segment(0xE1, fixtures::bytes_of(std::string("Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0", 20)));
}

Bytes jfif() {
    return fixtures::jpeg_segment(0xE0, fixtures::bytes_of(std::string("JFIF\0\x01\x02\0\0\x01\0\x01\0\0", 14)));
}

Bytes with(Bytes bytes, const Bytes& appended) {
    bytes.insert(bytes.end(), appended.begin(), appended.end());
    return bytes;
}

// ---- JPEG

TEST(JpegStructure, ACameraFileHasNothingToSay) {
    const Structure found = examine(fixtures::small_jpeg({exif()}), Container::kJpeg);
    EXPECT_EQ(found.count(SignKind::kAnomaly), 0);
    EXPECT_EQ(found.count(SignKind::kResave), 0);
    EXPECT_EQ(found.count(SignKind::kDamage), 0);
    EXPECT_EQ(found.trailing_bytes, 0U);
    EXPECT_EQ(found.edit_list_segments, -1);
}

TEST(JpegStructure, RepeatedHeadersAreAnomalies) {
    EXPECT_TRUE(
        examine(fixtures::small_jpeg({exif(), exif()}), Container::kJpeg).has(SignKind::kAnomaly, "EXIF block"));
    EXPECT_TRUE(examine(fixtures::small_jpeg({jfif(), exif(), jfif()}), Container::kJpeg)
                    .has(SignKind::kAnomaly, "JFIF header"));
    EXPECT_EQ(examine(fixtures::small_jpeg({jfif(), exif()}), Container::kJpeg).count(SignKind::kAnomaly), 0);
}

TEST(JpegStructure, SavesBySoftwareAreNamed) {
    const Bytes comment =
        fixtures::jpeg_segment(0xFE, fixtures::bytes_of("CREATOR: gd-jpeg v1.0 (using IJG JPEG v62), quality = 90"));
    const Structure found = examine(fixtures::small_jpeg({jfif(), comment}), Container::kJpeg);
    EXPECT_TRUE(found.has(SignKind::kResave, "GD library"));
    EXPECT_TRUE(found.has(SignKind::kResave, "no camera data"));
    EXPECT_EQ(found.writer, "the GD library (PHP)");
    const Bytes resources =
        fixtures::jpeg_segment(0xED, fixtures::bytes_of(std::string("Photoshop 3.0\0", 14) + "8BIM FBMD0123"));
    EXPECT_TRUE(
        examine(fixtures::small_jpeg({exif(), resources}), Container::kJpeg).has(SignKind::kResave, "Facebook"));
    const Bytes plain = fixtures::jpeg_segment(0xFE, fixtures::bytes_of("a day at the sea"));
    EXPECT_EQ(examine(fixtures::small_jpeg({exif(), plain}), Container::kJpeg).count(SignKind::kResave), 0);
}

TEST(JpegStructure, BytesBetweenSegments) {
    Bytes hidden = fixtures::small_jpeg({exif(), Bytes(100, 'x')});
    EXPECT_TRUE(examine(hidden, Container::kJpeg).has(SignKind::kAnomaly, "between two segments"));
    const Structure miscounted = examine(fixtures::small_jpeg({exif(), fixtures::bytes_of("?>")}), Container::kJpeg);
    EXPECT_EQ(miscounted.count(SignKind::kAnomaly), 0);
    EXPECT_TRUE(miscounted.has(SignKind::kDamage, "too short"));
    EXPECT_EQ(examine(fixtures::small_jpeg({exif(), Bytes(3, 0xFF)}), Container::kJpeg).count(SignKind::kDamage), 0);
}

TEST(JpegStructure, WhatFollowsTheEndIsToldApart) {
    const Bytes picture = fixtures::small_jpeg({exif()});
    const auto archive =
        with(picture,
             fixtures::join({fixtures::bytes_of("PK\x03\x04 data "), fixtures::bytes_of("PK\x05\x06"), Bytes(18, 0)}));
    const Structure hidden = examine(archive, Container::kJpeg);
    EXPECT_TRUE(hidden.has(SignKind::kAnomaly, "archive"));
    EXPECT_EQ(hidden.trailing_bytes, archive.size() - picture.size());
    for (const Bytes& benign :
         {Bytes(64, 0), fixtures::small_jpeg(), fixtures::movie({}), fixtures::bytes_of("made with love"),
          Bytes(500, 0x9C), fixtures::join({Bytes(10, 0x80), fixtures::bytes_of("SEFT")}),
          fixtures::join({Bytes(80, 0), fixtures::bytes_of("<html>")})}) {
        const Structure found = examine(with(picture, benign), Container::kJpeg);
        EXPECT_EQ(found.count(SignKind::kAnomaly), 0);
        EXPECT_EQ(found.trailing_bytes, benign.size());
        EXPECT_GE(found.count(SignKind::kNote), 1);
    }
    EXPECT_TRUE(examine(with(picture, fixtures::small_png()), Container::kJpeg).has(SignKind::kAnomaly, "PNG"));
    EXPECT_TRUE(examine(with(picture, fixtures::bytes_of("%PDF-1.7 ...")), Container::kJpeg)
                    .has(SignKind::kAnomaly, "document"));
    EXPECT_TRUE(examine(with(picture, with(fixtures::bytes_of("\x7F"
                                                              "ELF"),
                                           Bytes(100, 1))),
                        Container::kJpeg)
                    .has(SignKind::kAnomaly, "program"));
    EXPECT_TRUE(examine(with(picture, fixtures::join({Bytes(80, 0), fixtures::bytes_of("..PK\x05\x06"), Bytes(18, 0)})),
                        Container::kJpeg)
                    .has(SignKind::kAnomaly, "archive"));
}

TEST(JpegStructure, TruncatedIsDamagedAndNoAnomaly) {
    const Bytes picture = fixtures::small_jpeg({exif()});
    for (std::size_t size = 0; size < picture.size(); ++size) {
        const Structure found =
            examine(Bytes(picture.begin(), picture.begin() + static_cast<std::ptrdiff_t>(size)), Container::kJpeg);
        EXPECT_GE(found.count(SignKind::kDamage), 1) << size;
        EXPECT_EQ(found.count(SignKind::kAnomaly), 0) << size;
    }
}

// ---- PNG, GIF, TIFF

TEST(PngStructure, PlainFileIsClean) {
    const Structure found =
        examine(fixtures::small_png({fixtures::png_chunk("tEXt", fixtures::bytes_of("Title"))}), Container::kPng);
    EXPECT_TRUE(found.signs.empty());
}

TEST(PngStructure, FindsWhatDoesNotBelong) {
    EXPECT_TRUE(
        examine(fixtures::small_png({fixtures::png_chunk("ABCD")}), Container::kPng).has(SignKind::kAnomaly, "ABCD"));
    EXPECT_EQ(examine(fixtures::small_png({fixtures::png_chunk("abCd")}), Container::kPng).count(SignKind::kAnomaly),
              0);
    EXPECT_TRUE(
        examine(fixtures::small_png({fixtures::png_chunk("tIME"), fixtures::png_chunk("IDAT")}), Container::kPng)
            .has(SignKind::kAnomaly, "interrupted"));
    const Bytes software =
        fixtures::png_chunk("tEXt", fixtures::bytes_of(std::string("Software\0Adobe ImageReady", 25)));
    EXPECT_TRUE(examine(fixtures::small_png({software}), Container::kPng).has(SignKind::kResave, "Adobe"));
}

TEST(PngStructure, WrongChecksumsAreDamage) {
    Bytes bytes = fixtures::small_png();
    bytes[20] ^= 1;
    const Structure found = examine(bytes, Container::kPng);
    EXPECT_EQ(found.count(SignKind::kDamage), 1);
    EXPECT_EQ(found.count(SignKind::kAnomaly), 0);
}

TEST(PngStructure, RemainsOfALargerPictureAreFound) {
    const Bytes larger = fixtures::small_png();
    const Bytes remains(larger.begin() + 30, larger.end());
    EXPECT_TRUE(examine(with(fixtures::small_png(), remains), Container::kPng).has(SignKind::kAnomaly, "remains"));
    EXPECT_EQ(examine(with(fixtures::small_png(), Bytes(100, 0)), Container::kPng).count(SignKind::kAnomaly), 0);
}

TEST(PngStructure, TruncatedOrHostileIsDamage) {
    const Bytes picture = fixtures::small_png();
    for (std::size_t size = 8; size < picture.size(); ++size) {
        EXPECT_GE(examine(Bytes(picture.begin(), picture.begin() + static_cast<std::ptrdiff_t>(size)), Container::kPng)
                      .count(SignKind::kDamage),
                  1);
    }
    const Bytes huge = fixtures::join(
        {Bytes(picture.begin(), picture.begin() + 8), fixtures::big(0xFFFFFFFF, 4), fixtures::bytes_of("IHDR")});
    EXPECT_GE(examine(huge, Container::kPng).count(SignKind::kDamage), 1);
    EXPECT_GE(examine({}, Container::kPng).count(SignKind::kDamage), 1);
}

TEST(GifStructure, TrailerAndWhatFollows) {
    const Bytes gif = fixtures::join({fixtures::bytes_of("GIF89a"), fixtures::little(1, 2), fixtures::little(1, 2),
                                      Bytes{0, 0, 0}, Bytes{0x21, 0xFE, 4}, fixtures::bytes_of("GIMP"), Bytes{0},
                                      Bytes{0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x4C, 0x01, 0, 0x3B}});
    const Structure found = examine(gif, Container::kGif);
    EXPECT_TRUE(found.has(SignKind::kResave, "GIMP"));
    EXPECT_EQ(found.count(SignKind::kDamage), 0);
    EXPECT_EQ(examine(with(gif, Bytes(7, 0)), Container::kGif).trailing_bytes, 7U);
    EXPECT_GE(examine(Bytes(gif.begin(), gif.end() - 1), Container::kGif).count(SignKind::kDamage), 1);
    EXPECT_GE(examine({}, Container::kGif).count(SignKind::kDamage), 1);
}

TEST(TiffStructure, CirclesAndWildOffsets) {
    const auto tiff = [](std::uint32_t next) {
        return fixtures::join({fixtures::bytes_of("II*"), Bytes{0}, fixtures::little(8, 4), fixtures::little(1, 2),
                               Bytes(12, 0), fixtures::little(next, 4)});
    };
    EXPECT_TRUE(examine(tiff(0), Container::kTiff).signs.empty());
    EXPECT_TRUE(examine(tiff(8), Container::kTiff).has(SignKind::kAnomaly, "circle"));
    EXPECT_GE(examine(tiff(0xFFFFFFF0), Container::kTiff).count(SignKind::kDamage), 1);
}

// ---- RIFF

TEST(RiffStructure, WaveWithItsWriter) {
    const Bytes format = fixtures::riff_chunk("fmt ", Bytes(16, 1));
    const Bytes data = fixtures::riff_chunk("data", Bytes(101, 0));
    const Bytes info = fixtures::riff_chunk(
        "LIST", fixtures::join(
                    {fixtures::bytes_of("INFO"), fixtures::riff_chunk("ISFT", fixtures::bytes_of("Lavf59.27.100"))}));
    EXPECT_TRUE(examine(fixtures::riff("WAVE", {format, data}), Container::kWav).signs.empty());
    EXPECT_TRUE(
        examine(fixtures::riff("WAVE", {format, info, data}), Container::kWav).has(SignKind::kResave, "FFmpeg"));
    EXPECT_TRUE(
        examine(fixtures::riff("WAVE", {data, format}), Container::kWav).has(SignKind::kAnomaly, "before its format"));
    EXPECT_TRUE(examine(fixtures::riff("WAVE", {format, data, data}), Container::kWav)
                    .has(SignKind::kAnomaly, "more than once"));
    EXPECT_TRUE(examine(fixtures::riff("WAVE", {format}), Container::kWav).has(SignKind::kDamage, "no sound data"));
    Bytes cut = fixtures::riff("WAVE", {format, data});
    cut.resize(cut.size() - 50);
    EXPECT_GE(examine(cut, Container::kWav).count(SignKind::kDamage), 1);
    EXPECT_EQ(examine(cut, Container::kWav).count(SignKind::kAnomaly), 0);
    EXPECT_EQ(examine(with(fixtures::riff("WAVE", {format, data}), Bytes(9, 0)), Container::kWav).trailing_bytes, 9U);
}

TEST(RiffStructure, WebpFlagsAgainstChunks) {
    const auto header = [](std::uint8_t flags) {
        return fixtures::riff_chunk("VP8X", {flags, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    };
    const Bytes picture = fixtures::riff_chunk("VP8L", Bytes(20, 1));
    const Bytes exif_chunk = fixtures::riff_chunk("EXIF", Bytes(20, 1));
    EXPECT_TRUE(examine(fixtures::riff("WEBP", {header(0x08), picture, exif_chunk}), Container::kWebp).signs.empty());
    EXPECT_TRUE(
        examine(fixtures::riff("WEBP", {header(0x08), picture}), Container::kWebp).has(SignKind::kResave, "taken out"));
    EXPECT_TRUE(examine(fixtures::riff("WEBP", {header(0), picture, exif_chunk}), Container::kWebp)
                    .has(SignKind::kResave, "put in"));
    EXPECT_TRUE(
        examine(fixtures::riff("WEBP", {picture, header(0)}), Container::kWebp).has(SignKind::kAnomaly, "stand first"));
    EXPECT_TRUE(examine(fixtures::riff("WEBP", {header(0), picture, picture}), Container::kWebp)
                    .has(SignKind::kAnomaly, "2 times"));
    EXPECT_GE(examine({}, Container::kWebp).count(SignKind::kDamage), 1);
}

// ---- Matroska

TEST(MatroskaStructure, WritersDamageAndSecondFilms) {
    const Bytes film = fixtures::small_matroska("Lavf60.3.100");
    EXPECT_TRUE(examine(film, Container::kMatroska).has(SignKind::kResave, "FFmpeg"));
    EXPECT_EQ(examine(fixtures::small_matroska("A Camera"), Container::kMatroska).count(SignKind::kResave), 0);
    const Bytes header = fixtures::ebml(0x1A45DFA3, fixtures::ebml(0x4282, fixtures::bytes_of("matroska")));
    const Bytes second(film.begin() + static_cast<std::ptrdiff_t>(header.size()), film.end());
    EXPECT_TRUE(examine(with(film, second), Container::kMatroska).has(SignKind::kAnomaly, "second film"));
    for (std::size_t size = 0; size < film.size(); size += 3) {
        const Structure found =
            examine(Bytes(film.begin(), film.begin() + static_cast<std::ptrdiff_t>(size)), Container::kMatroska);
        EXPECT_GE(found.count(SignKind::kDamage), 1) << size;
        EXPECT_EQ(found.count(SignKind::kAnomaly), 0) << size;
    }
}

TEST(Structure, FormatsWithoutRulesSaySo) {
    const Bytes bytes(100, 0);
    const auto source = ingest::open_memory(bytes);
    for (const auto container :
         {Container::kBmp, Container::kFlac, Container::kMp3, Container::kOgg, Container::kMpegTs, Container::kAdts}) {
        ingest::Identity identity;
        identity.container = container;
        EXPECT_FALSE(examine_structure(identity, *source, nullptr));
    }
}

// ---- real media

TEST(StructurePack, GenuineMediaHaveNoAnomalies) {
    const auto shared = fixtures::shared_data();
    if (!shared) {
        GTEST_SKIP() << "no development data";
    }
    int photos = 0, clips = 0;
    for (const char* folder : {"photos", "clips/real", "clips/desync", "formats", "credentials"}) {
        for (const auto& file : std::filesystem::directory_iterator(*shared + "/" + folder)) {
            std::ifstream stream(file.path(), std::ios::binary);
            const Bytes bytes((std::istreambuf_iterator<char>(stream)), {});
            const auto source = ingest::open_memory(bytes);
            const ingest::Identity identity = ingest::identify(*source);
            std::optional<media::JpegHeader> header;
            if (identity.container == Container::kJpeg) {
                if (auto read = media::read_jpeg_header(bytes)) {
                    header = std::move(*read);
                }
            }
            const auto found = examine_structure(identity, *source, header ? &*header : nullptr);
            if (found) {
                EXPECT_EQ(found->count(SignKind::kAnomaly), 0) << file.path();
                photos += std::string(folder) == "photos" ? 1 : 0;
                clips += std::string(folder).find("clips") == 0 ? 1 : 0;
            }
        }
    }
    EXPECT_EQ(photos, 56);
    EXPECT_EQ(clips, 24);
}

}  // namespace
}  // namespace bonafide::analyzers

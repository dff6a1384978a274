#include "analyzers/image/jpeg_quantisation/jpeg_quantisation.h"

#include "fixtures/camera.h"
#include "media/encode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace bonafide::analyzers {
namespace {

using quantisation::Kind;
using testing::HasSubstr;
using Bytes = std::vector<std::uint8_t>;

media::JpegHeader header_of(const Bytes& bytes) {
    auto header = media::read_jpeg_header(bytes);
    EXPECT_TRUE(header.ok());
    return std::move(*header);
}

CodingFacts facts_of(const Bytes& bytes, const media::Metadata& metadata = {}) {
    return coding_facts(bytes, header_of(bytes), metadata);
}

Bytes shot(int quality, fixtures::ChromaSampling sampling = fixtures::ChromaSampling::k420) {
    fixtures::CameraSettings settings;
    settings.width_px = settings.height_px = 64;
    settings.jpeg.quality = quality;
    settings.jpeg.sampling = sampling;
    return fixtures::shoot(settings);
}

media::Metadata camera_metadata() {
    media::Metadata metadata;
    metadata.exif["Image.Make"] = "Maker";
    metadata.maker_note_bytes = 500;
    return metadata;
}

TEST(JpegQuantisation, ScalesTheStandardTablesAsLibjpegDoes) {
    for (const int quality : {5, 25, 50, 75, 90, 99, 100}) {
        const media::JpegHeader header = header_of(shot(quality));
        EXPECT_EQ(*header.quantisation[0], quantisation::standard_table(Kind::kLuminance, quality)) << quality;
        EXPECT_EQ(*header.quantisation[1], quantisation::standard_table(Kind::kChrominance, quality)) << quality;
    }
}

TEST(JpegQuantisation, TellsTheQualityOfStandardTables) {
    for (int quality = 1; quality <= 100; ++quality) {
        for (const Kind kind : {Kind::kLuminance, Kind::kChrominance}) {
            const quantisation::Table table = quantisation::standard_table(kind, quality);
            const quantisation::Estimate estimate = quantisation::nearest_standard(table, kind);
            EXPECT_TRUE(estimate.exact());
            EXPECT_EQ(quantisation::standard_table(kind, static_cast<int>(estimate.quality)), table) << quality;
        }
    }
}

TEST(JpegQuantisation, PutsOtherTablesBetweenThem) {
    quantisation::Table table = quantisation::standard_table(Kind::kLuminance, 80);
    table[0] += 1;
    table[63] += 2;
    const quantisation::Estimate estimate = quantisation::nearest_standard(table, Kind::kLuminance);
    EXPECT_FALSE(estimate.exact());
    EXPECT_EQ(estimate.quality, 80);
    EXPECT_LT(estimate.distance_percent, 1);
    quantisation::Table flat;
    flat.fill(9);
    EXPECT_GT(quantisation::nearest_standard(flat, Kind::kLuminance).distance_percent, 20);
}

TEST(JpegQuantisation, KnowsMozjpegsTable) {
    quantisation::Table table = quantisation::standard_table(Kind::kLuminance, 75);
    EXPECT_FALSE(quantisation::mozjpeg_quality(table));
    // At quality 50 the table is not scaled; its first row as published, the rest from the same source.
    table = {16, 16,  16,  18,  25, 37, 56, 85,  16,  17,  20,  27,  34, 40, 53,  75,  16,  20,  24,  31, 43, 62,
             91, 135, 18,  27,  31, 40, 53, 74,  106, 156, 25,  34,  43, 53, 69,  94,  131, 189, 37,  40, 62, 74,
             94, 124, 169, 238, 56, 53, 91, 106, 131, 169, 226, 255, 85, 75, 135, 156, 189, 238, 255, 255};
    ASSERT_TRUE(quantisation::mozjpeg_quality(table));
    EXPECT_EQ(*quantisation::mozjpeg_quality(table), 50);
}

TEST(JpegQuantisation, ReadsSubsampling) {
    EXPECT_EQ(facts_of(shot(90)).subsampling, "4:2:0");
    EXPECT_DOUBLE_EQ(facts_of(shot(90)).chroma_samples, 0.25);
    EXPECT_EQ(facts_of(shot(90, fixtures::ChromaSampling::k422)).subsampling, "4:2:2");
    EXPECT_EQ(facts_of(shot(90, fixtures::ChromaSampling::k444)).subsampling, "4:4:4");
}

TEST(JpegQuantisation, TellsOwnCodeTablesFromTheStandards) {
    const Bytes plain = shot(85);
    const std::optional<bool> before = facts_of(plain).optimised_huffman;
    ASSERT_TRUE(before.has_value());
    EXPECT_FALSE(*before);
    Bytes changed = plain;
    for (const media::JpegMarker& marker : header_of(plain).markers) {
        if (marker.code == 0xC4) {
            changed[static_cast<std::size_t>(marker.offset_bytes) + 5] ^= 1;
        }
    }
    EXPECT_TRUE(*facts_of(changed).optimised_huffman);
}

TEST(JpegQuantisation, FindsNothingAmissWhereTheCameraItselfCouldHaveWrittenIt) {
    EXPECT_THAT(facts_of(shot(92), camera_metadata()).mismatches, testing::IsEmpty());
    EXPECT_THAT(facts_of(shot(92)).mismatches, testing::IsEmpty());
}

TEST(JpegQuantisation, FindsAnEditorsSaveUnderACamerasMetadata) {
    media::Metadata metadata = camera_metadata();
    metadata.photoshop_resources = {0x0404, 0x0406};
    EXPECT_THAT(facts_of(shot(92), metadata).mismatches, testing::ElementsAre(HasSubstr("Adobe")));
    media::JpegHeader header = header_of(shot(92));
    header.progressive = true;
    EXPECT_THAT(coding_facts(shot(92), header, camera_metadata()).mismatches,
                testing::ElementsAre(HasSubstr("progressive")));
    // The preview with a camera's own table, the picture with the standard's.
    fixtures::CameraSettings settings;
    settings.width_px = settings.height_px = 64;
    quantisation::Table own;
    own.fill(7);
    settings.jpeg.tables = {own, own};
    metadata = camera_metadata();
    metadata.thumbnail = fixtures::shoot(settings);
    EXPECT_THAT(facts_of(shot(92), metadata).mismatches, testing::ElementsAre(HasSubstr("preview")));
    EXPECT_THAT(facts_of(fixtures::shoot(settings), metadata).mismatches, testing::IsEmpty());
}

TEST(JpegQuantisation, SurvivesDamagedStructures) {
    media::JpegHeader header = header_of(shot(90));
    header.components[0].quantisation_table = 9;
    EXPECT_THAT(coding_facts(shot(90), header, {}).not_applicable, HasSubstr("names no"));
    header.components.clear();
    EXPECT_NE(coding_facts(shot(90), header, {}).not_applicable, "");
    header = header_of(shot(90));
    header.components[1].horizontal_sampling = header.components[1].vertical_sampling = 0;
    header.quantisation[0]->fill(0);
    for (media::JpegMarker& marker : header.markers) {
        marker.length_bytes = ~0ULL;
    }
    const CodingFacts facts = coding_facts(shot(90), header, {});
    EXPECT_TRUE(std::isfinite(facts.luminance.distance_percent));
    EXPECT_FALSE(facts.optimised_huffman.has_value());
}

TEST(JpegQuantisationAnalyzer, ReportsMeasurementsAndWords) {
    const auto run = [](const Bytes& bytes) {
        const auto source = ingest::open_memory(bytes);
        const auto media = features::Media::open(ingest::identify(*source), *source, Limits{});
        const infer::ModelStore models;
        const auto parameters = analysis::Parameters::resolve(image_jpeg_quantisation().parameters, {});
        return image_jpeg_quantisation().create(*parameters)->finish({**media, models, nullptr, {}});
    };
    const analysis::Analysis analysis = run(shot(83));
    ASSERT_EQ(analysis.outcome, evidence::Outcome::kRan);
    EXPECT_EQ(analysis.measurements[0].name, "mismatches");
    EXPECT_EQ(analysis.measurements[1].value, 83);
    EXPECT_THAT(analysis.explanation, HasSubstr("quality 83"));
    EXPECT_EQ(run(media::encode_png(cv::Mat(40, 40, CV_8UC3, cv::Scalar(1, 2, 3)))).outcome,
              evidence::Outcome::kNotApplicable);
}

}  // namespace
}  // namespace bonafide::analyzers

#include "analyzers/provenance/ai_marks/ai_marks.h"

#include "fixtures/metadata_fixtures.h"
#include "fixtures/shared_data.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace bonafide::analyzers {
namespace {

using ingest::Container;
using metadata_fixtures::Bytes;
using metadata_fixtures::ExifGroup;

struct Found {
    std::vector<MarkStatement> statements;
    std::vector<FoundMark> marks;
    int count(MarkClaim claim) const {
        return static_cast<int>(std::count_if(marks.begin(), marks.end(),
                                              [&](const FoundMark& mark) { return mark.rule->claim == claim; }));
    }
    int synthetic() const { return count(MarkClaim::kSynthetic); }
    std::string tool() const { return marks.empty() ? "(no mark)" : marks.front().tool; }
};

Found find(const media::Metadata& metadata, const media::StreamTable* streams = nullptr,
           std::string_view trailer = {}) {
    Found found;
    found.statements = collect_statements(metadata, streams, trailer);
    found.marks = find_marks(found.statements);
    return found;
}

Found find_in(Container container, const Bytes& bytes) {
    return find(media::read_metadata(metadata_fixtures::identity_of(container), *ingest::open_memory(bytes)));
}

Found find_text(std::string_view keyword, std::string_view text) {
    return find_in(Container::kPng, metadata_fixtures::small_png({metadata_fixtures::png_text(keyword, text)}));
}

Found find_xmp(const std::map<std::string, std::string>& properties) {
    return find_in(Container::kJpeg, metadata_fixtures::bare_jpeg(
                                         {metadata_fixtures::jpeg_xmp(metadata_fixtures::make_xmp(properties))}));
}

Found find_exif(const std::vector<metadata_fixtures::ExifField>& fields) {
    return find_in(Container::kJpeg,
                   metadata_fixtures::bare_jpeg({metadata_fixtures::jpeg_exif(metadata_fixtures::make_exif(fields))}));
}

Found find_tag(const std::string& key, const std::string& value) {
    media::StreamTable table;
    table.tags[key] = value;
    return find({}, &table);
}

TEST(AiMarks, DigitalSourceTypes) {
    const auto claim = [](const std::string& term,
                          const std::string& scheme = "http://cv.iptc.org/newscodes/digitalsourcetype/") {
        return find_xmp({{"Iptc4xmpExt:DigitalSourceType", scheme + term}});
    };
    EXPECT_EQ(claim("trainedAlgorithmicMedia").count(MarkClaim::kSynthetic), 1);
    EXPECT_EQ(claim("trainedAlgorithmicMedia", "digsrctype:").count(MarkClaim::kSynthetic), 1);
    EXPECT_EQ(claim("algorithmicMedia").count(MarkClaim::kSynthetic), 1);
    const Found composite = claim("compositeWithTrainedAlgorithmicMedia");
    EXPECT_EQ(composite.count(MarkClaim::kEditedWithAi), 1);
    EXPECT_EQ(composite.synthetic(), 0) << "the longer term holds the shorter one";
    EXPECT_EQ(claim("compositeSynthetic").count(MarkClaim::kEditedWithAi), 1);
    EXPECT_EQ(claim("digitalCapture").count(MarkClaim::kCameraCapture), 1);
    EXPECT_EQ(claim("computationalCapture").count(MarkClaim::kCameraCapture), 1);
    for (const char* other : {"humanEdits", "negativeFilm", "digitalCreation", "algorithmicallyEnhanced", "nonsense"}) {
        EXPECT_TRUE(claim(other).marks.empty()) << other;
    }
}

TEST(AiMarks, IptcPropertiesOf2025) {
    const Found found = find_xmp({{"Iptc4xmpExt:AISystemUsed", "Some Model"}});
    EXPECT_EQ(found.synthetic(), 1);
    EXPECT_EQ(found.tool(), "Some Model");
    EXPECT_EQ(find_xmp({{"Iptc4xmpExt:AIPromptInformation", "a cat"}}).synthetic(), 1);
    EXPECT_EQ(find_xmp({{"Iptc4xmpExt:AISystemUsed", ""}}).synthetic(), 0);
}

TEST(AiMarks, GeneratorTexts) {
    EXPECT_EQ(find_text("parameters", "a cat\nNegative prompt: dog\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1")
                  .tool(),
              "Stable Diffusion web UI");
    EXPECT_EQ(find_text("parameters", R"({"sui_image_params": {"prompt": "a cat"}})").tool(), "SwarmUI");
    EXPECT_EQ(find_text("prompt", R"({"3": {"class_type": "KSampler", "inputs": {}}})").tool(), "ComfyUI");
    EXPECT_EQ(find_text("workflow", R"({"nodes": [], "links": []})").tool(), "ComfyUI");
    EXPECT_EQ(find_text("invokeai_metadata", "{}").tool(), "InvokeAI");
    EXPECT_EQ(find_text("Software", "NovelAI").tool(), "NovelAI");
    EXPECT_EQ(find_text("Description", "a cat --ar 3:2 --v 6.0 Job ID: 4147cb5f-c531-47fd-b8a2-ab4ec1a424e9").tool(),
              "Midjourney");
    EXPECT_EQ(find_text("Author", "DALL-E").tool(), "DALL-E");
}

TEST(AiMarks, TextsThatOnlyTalkAboutGeneratorsDoNotCount) {
    EXPECT_TRUE(find_text("Description", "A talk about Midjourney and Stable Diffusion").marks.empty());
    EXPECT_TRUE(find_text("parameters", "width 20 height 30").marks.empty());
    EXPECT_TRUE(find_text("prompt", "say cheese").marks.empty());
    EXPECT_TRUE(find_text("Comment", "Steps: 4, made by hand").marks.empty());
    EXPECT_TRUE(find_text("Software", "Adobe Photoshop 25.0").marks.empty());
    EXPECT_TRUE(find_text("Software", "Recrafted").marks.empty()) << "whole words only";
    EXPECT_TRUE(find_xmp({{"dc:description", "Made with Google AI, says the poster"}}).marks.empty());
    EXPECT_TRUE(find_in(Container::kPng, metadata_fixtures::small_png({})).marks.empty());
    EXPECT_TRUE(find({}).marks.empty());
}

TEST(AiMarks, ExifOfGenerators) {
    EXPECT_EQ(find_exif({exif_text(ExifGroup::kImage, 0x010F, "Black Forest Labs")}).tool(), "FLUX");
    EXPECT_EQ(find_exif({exif_text(ExifGroup::kImage, 0x0131, "Midjourney")}).tool(), "Midjourney");
    EXPECT_EQ(find_exif({exif_text(ExifGroup::kImage, 0x0110, R"(prompt:{"3": {"class_type": "KSampler"}})")}).tool(),
              "ComfyUI");
    Bytes comment = metadata_fixtures::bytes_of(std::string_view("UNICODE\0", 8));
    for (const char character : std::string_view("a cat Steps: 20, Sampler: Euler")) {
        comment.push_back(0);
        comment.push_back(static_cast<std::uint8_t>(character));
    }
    EXPECT_EQ(find_exif({exif_undefined(ExifGroup::kPhoto, 0x9286, comment)}).tool(), "Stable Diffusion web UI");
    EXPECT_TRUE(
        find_exif({exif_text(ExifGroup::kImage, 0x010F, "Canon"), exif_text(ExifGroup::kImage, 0x0110, "Canon EOS 7D")})
            .marks.empty());
}

TEST(AiMarks, CreditsAndPhones) {
    EXPECT_EQ(find_xmp({{"photoshop:Credit", "Made with Google AI"}}).synthetic(), 1);
    EXPECT_EQ(find_xmp({{"photoshop:Credit", "Edited with Google AI"}}).count(MarkClaim::kEditedWithAi), 1);
    EXPECT_EQ(find_xmp({{"photoshop:Credit", "Apple Photos Clean Up"}}).tool(), "Apple Photos");
    EXPECT_EQ(find({}, nullptr, R"(SEFHPhotoEditor_Re_Edit_Data{"genAIType":3,"x":0})").count(MarkClaim::kEditedWithAi),
              1);
    EXPECT_TRUE(find({}, nullptr, R"(SEFHPhotoEditor_Re_Edit_Data{"genAIType":0,"x":0})").marks.empty())
        << "edited, but not by a generator";
    EXPECT_TRUE(find({}, nullptr, R"({"genAIType":3})").marks.empty());
    EXPECT_TRUE(find({}, nullptr, R"(PhotoEditor_Re_Edit_Data "genAIType")").marks.empty());
}

TEST(AiMarks, ChinasLabel) {
    const std::string label = R"({"Label":"1","ContentProducer":"Some Service","ProduceID":"7"})";
    const Found xmp = find_xmp({{"TC260:AIGC", label}});
    EXPECT_EQ(xmp.synthetic(), 1);
    EXPECT_EQ(xmp.tool(), "Some Service");
    EXPECT_EQ(find_tag("AIGC", label).tool(), "Some Service");
    EXPECT_EQ(find_text("Comment", R"({"AIGC": )" + label + "}").tool(), "Some Service");
    EXPECT_EQ(find_xmp({{"TC260:AIGC", "{\"Label\":"}}).tool(), "") << "cut off, yet a label";
    EXPECT_TRUE(find_text("Comment", "AIGC is a word").marks.empty());
}

TEST(AiMarks, FilmsAndSound) {
    EXPECT_EQ(find_tag("comment", "made with suno; created=2025-10-08; id=1").tool(), "Suno");
    EXPECT_EQ(find_tag("comment", R"({"prompt": {"1": {"class_type": "KSampler", "inputs": {}}}})").tool(), "ComfyUI");
    EXPECT_EQ(find_tag("encoder", "ElevenLabs").tool(), "ElevenLabs");
    EXPECT_TRUE(find_tag("encoder", "Lavf58.76.100").marks.empty());
    EXPECT_TRUE(find_tag("title", "My Midjourney tutorial").marks.empty());
}

TEST(AiMarks, ARepeatedMarkCountsOnce) {
    const Found found = find_in(Container::kPng, metadata_fixtures::small_png(std::vector<Bytes>(
                                                     5, metadata_fixtures::png_text("Software", "NovelAI"))));
    EXPECT_EQ(found.synthetic(), 1);
}

TEST(AiMarks, EveryRuleNamesItsSource) {
    for (const MarkRule& rule : mark_rules()) {
        EXPECT_FALSE(rule.reference.empty());
        EXPECT_FALSE(rule.key.empty() && rule.pattern.empty()) << "a rule that always applies";
    }
}

TEST(AiMarksSharedData, CameraPhotographsCarryNone) {
    const auto root = fixtures::shared_data();
    if (!root) GTEST_SKIP() << "no development data";
    for (const auto& entry : std::filesystem::directory_iterator(*root + "/photos")) {
        std::ifstream file(entry.path(), std::ios::binary);
        const Bytes bytes{std::istreambuf_iterator<char>(file), {}};
        EXPECT_TRUE(find_in(Container::kJpeg, bytes).marks.empty()) << entry.path();
    }
}

TEST(AiMarksDefinition, MainMeasurementComesFirst) {
    EXPECT_EQ(provenance_ai_marks().id, "provenance.ai_marks");
    EXPECT_EQ(provenance_ai_marks().emits.front().name, "declared_synthetic");
}

}  // namespace
}  // namespace bonafide::analyzers

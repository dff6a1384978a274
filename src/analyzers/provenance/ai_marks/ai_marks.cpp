// Looks up what a file says of itself in the table of known marks. No learning and no thresholds: a mark is there, or
// it is not.
#include "analyzers/provenance/ai_marks/ai_marks.h"

#include "media/metadata_text.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace bonafide::analyzers {
namespace {

using analysis::Analysis;

constexpr std::size_t kMostDetailBytes = 300;
constexpr std::size_t kMostToolBytes = 120;
constexpr std::size_t kMostTrailerBytes = 4 << 20;

/// Fields that name the program, the device or the maker, by their names in the various blocks.
constexpr std::array<std::string_view, 33> kSoftwareFields = {
    "Image.Software",
    "Image.ProcessingSoftware",
    "Image.HostComputer",
    "Image.Make",
    "Image.Model",
    "Image.Artist",
    "xmp:CreatorTool",
    "xmpMM:History/stEvt:softwareAgent",
    "tiff:Software",
    "tiff:Make",
    "tiff:Model",
    "photoshop:Credit",
    "dc:creator",
    "2:65",
    "2:80",
    "2:110",
    "2:115",
    "Software",
    "Source",
    "Creator",
    "Author",
    "Generator",
    "ISFT",
    "IART",
    "TSSE",
    "TENC",
    "Originator",
    "encoder",
    "encoded_by",
    "handler_name",
    "make",
    "model",
    "com.apple.quicktime.software",
};

char lower(char character) {
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
}

bool same_letters(char first, char second) {
    return lower(first) == lower(second);
}

bool equal_ignoring_case(std::string_view first, std::string_view second) {
    return std::equal(first.begin(), first.end(), second.begin(), second.end(), same_letters);
}

bool is_word(char character) {
    const char small = lower(character);
    return (small >= 'a' && small <= 'z') || (small >= '0' && small <= '9') || character == '_';
}

/// Whether `pattern` stands in `text`, whole words only: "algorithmicMedia" is not found in "trainedAlgorithmicMedia".
bool holds(std::string_view text, std::string_view pattern) {
    auto from = text.begin();
    while (!pattern.empty()) {
        const auto found = std::search(from, text.end(), pattern.begin(), pattern.end(), same_letters);
        if (found == text.end()) return false;
        const auto end = found + static_cast<std::ptrdiff_t>(pattern.size());
        const bool starts = found == text.begin() || !is_word(*(found - 1)) || !is_word(pattern.front());
        const bool ends = end == text.end() || !is_word(*end) || !is_word(pattern.back());
        if (starts && ends) return true;
        from = found + 1;
    }
    return true;
}

bool is_software_field(std::string_view key) {
    return std::any_of(kSoftwareFields.begin(), kSoftwareFields.end(),
                       [&](std::string_view field) { return equal_ignoring_case(field, key); });
}

bool applies(const MarkRule& rule, const MarkStatement& statement) {
    const bool placed = rule.place == statement.place || rule.place == MarkPlace::kAnywhere ||
                        (rule.place == MarkPlace::kSoftwareField && is_software_field(statement.key));
    return placed && (rule.key.empty() || equal_ignoring_case(rule.key, statement.key)) &&
           holds(statement.text, rule.pattern) && holds(statement.text, rule.also);
}

/// The label's JSON names its producer; it may come escaped or cut, so that failing to read it costs only the name.
std::string label_producer(const std::string& text) {
    const std::size_t start = text.find('{');
    if (start == std::string::npos) return {};
    const nlohmann::json label = nlohmann::json::parse(text.substr(start, 16384), nullptr, false);
    if (!label.is_object()) return {};
    const nlohmann::json& inner = label.contains("AIGC") && label["AIGC"].is_object() ? label["AIGC"] : label;
    const auto producer = inner.find("ContentProducer");
    return producer != inner.end() && producer->is_string() ? producer->get<std::string>() : std::string();
}

std::string tool_of(const MarkRule& rule, const MarkStatement& statement) {
    if (!rule.tool.empty()) return std::string(rule.tool);
    if (holds(rule.key, "AIGC") || rule.pattern == "AIGC")
        return media::clean_utf8(label_producer(statement.text), kMostToolBytes);
    if (equal_ignoring_case(rule.key, "Iptc4xmpExt:AISystemUsed"))
        return media::clean_utf8(statement.text, kMostToolBytes);
    return {};
}

std::string_view claim_words(MarkClaim claim) {
    switch (claim) {
        case MarkClaim::kSynthetic:
            return "says that it was made by a generator";
        case MarkClaim::kEditedWithAi:
            return "says that parts of it were made by a generator";
        case MarkClaim::kCameraCapture:
            return "says that it was captured by a camera";
    }
    return "";
}

void add_all(std::vector<MarkStatement>& statements, MarkPlace place, const std::string& origin,
             const std::map<std::string, std::string>& properties) {
    for (const auto& [key, text] : properties)
        statements.push_back({place, origin, key, text});
}

/// The bytes behind the end of a JPEG, where phones keep what their gallery needs to edit again.
std::string_view trailer_of(const features::Media& media) {
    const media::JpegHeader* jpeg = media.jpeg();
    if (jpeg == nullptr || !jpeg->ended || jpeg->end_offset_bytes >= media.bytes().size()) return {};
    auto rest = media.bytes().subspan(static_cast<std::size_t>(jpeg->end_offset_bytes));
    if (rest.size() > kMostTrailerBytes) rest = rest.last(kMostTrailerBytes);
    return {reinterpret_cast<const char*>(rest.data()), rest.size()};
}

Analysis analyze(const analysis::Context& context, const analysis::Parameters&) {
    const auto statements =
        collect_statements(context.media.metadata(), context.media.streams(), trailer_of(context.media));
    const auto marks = find_marks(statements);
    Analysis analysis;
    analysis.provenance.emplace();
    std::array<int, 3> counts{};
    std::string tools;
    for (const FoundMark& mark : marks) {
        ++counts[static_cast<std::size_t>(mark.rule->claim)];
        const MarkStatement& statement = *mark.statement;
        const std::string source = statement.key.empty() ? statement.origin : statement.origin + " " + statement.key;
        const std::string claim(claim_words(mark.rule->claim));
        const std::string by = mark.tool.empty() ? "" : " (" + mark.tool + ")";
        analysis.provenance->marks.push_back({media::clean_utf8(source, kMostToolBytes), claim, mark.tool,
                                              media::clean_utf8(statement.text, kMostDetailBytes), true});
        if (analysis.observations.size() < analysis::kMostObservations) {
            analysis.observations.push_back(
                {{},
                 {},
                 "A mark in the file (" + media::clean_utf8(source, kMostToolBytes) + ") " + claim + by +
                     ". Anyone can write such a mark. Known from: " + std::string(mark.rule->reference) + "."});
        }
        if (!mark.tool.empty() && tools.find(mark.tool) == std::string::npos)
            tools += (tools.empty() ? "" : ", ") + mark.tool;
    }
    const auto measure = [&](std::string_view name, MarkClaim claim) {
        analysis.measurements.push_back(
            {std::string(name), static_cast<double>(counts[static_cast<std::size_t>(claim)]), "count"});
    };
    measure("declared_synthetic", MarkClaim::kSynthetic);
    measure("declared_edited_with_ai", MarkClaim::kEditedWithAi);
    measure("declared_camera_capture", MarkClaim::kCameraCapture);
    if (marks.empty()) {
        analysis.explanation =
            "The file carries no mark of a known generator. That means nothing: marks are lost on most ways through "
            "the net.";
    } else {
        analysis.explanation = std::to_string(marks.size()) + (marks.size() == 1 ? " mark says" : " marks say") +
                               " how the media came to be" + (tools.empty() ? "" : " (" + tools + ")") +
                               ". Marks are claims that anyone can write, never proof.";
    }
    return analysis;
}

}  // namespace

std::vector<MarkStatement> collect_statements(const media::Metadata& metadata, const media::StreamTable* streams,
                                              std::string_view trailer) {
    std::vector<MarkStatement> statements;
    add_all(statements, MarkPlace::kXmp, "XMP", metadata.xmp);
    add_all(statements, MarkPlace::kExif, "EXIF", metadata.exif);
    add_all(statements, MarkPlace::kIptc, "IPTC", metadata.iptc);
    for (const media::TextEntry& entry : metadata.texts)
        statements.push_back({MarkPlace::kText, entry.origin, entry.keyword, entry.text});
    if (streams != nullptr) {
        add_all(statements, MarkPlace::kContainer, "container tag", streams->tags);
        for (const media::StreamInfo& stream : streams->streams) {
            add_all(statements, MarkPlace::kContainer, "stream tag", stream.tags);
            if (!stream.encoder.empty())
                statements.push_back({MarkPlace::kContainer, "stream", "encoder", stream.encoder});
        }
    }
    // The editor's record is one JSON text inside the trailer; a type of 0 says that no generator was at work.
    const std::size_t record = trailer.find("\"genAIType\"");
    if (record != std::string_view::npos) {
        const std::string_view value = trailer.substr(record + 11, 8);
        const std::size_t digit = value.find_first_of("0123456789");
        if (digit != std::string_view::npos && value[digit] != '0' &&
            trailer.find("PhotoEditor_Re_Edit_Data") != std::string_view::npos) {
            statements.push_back({MarkPlace::kTrailer, "JPEG trailer", "",
                                  "PhotoEditor_Re_Edit_Data genAIType " + std::string(1, value[digit])});
        }
    }
    return statements;
}

std::vector<FoundMark> find_marks(const std::vector<MarkStatement>& statements) {
    std::vector<FoundMark> marks;
    for (const MarkStatement& statement : statements) {
        const auto rules = mark_rules();
        const auto rule =
            std::find_if(rules.begin(), rules.end(), [&](const MarkRule& each) { return applies(each, statement); });
        if (rule == rules.end()) continue;
        FoundMark mark{&*rule, &statement, tool_of(*rule, statement)};
        const bool known = std::any_of(marks.begin(), marks.end(), [&](const FoundMark& other) {
            return other.rule->claim == mark.rule->claim && other.tool == mark.tool &&
                   other.statement->origin == statement.origin && other.statement->key == statement.key;
        });
        if (!known && marks.size() < analysis::kMostObservations) marks.push_back(std::move(mark));
    }
    return marks;
}

const analysis::AnalyzerDefinition& provenance_ai_marks() {
    static const analysis::AnalyzerDefinition definition{
        .id = "provenance.ai_marks",
        .version = 1,
        .summary =
            "what the file's own texts say about generators: IPTC digital source type, generator parameters, credit "
            "lines, encoder tags",
        .limits =
            "Every mark can be written or removed by anyone; absence means nothing. Invisible watermarks and content "
            "credentials are not "
            "read here.",
        .known_false_alarms =
            "A photograph into which somebody wrote a generator's text; pictures of a program's own workflow saved by "
            "it; a person or "
            "company named like a generator in a field for the author.",
        .reference =
            "IPTC Digital Source Type NewsCodes; IPTC Photo Metadata Standard 2025.1; GB 45438-2025; the table in "
            "mark_rules.cpp",
        .inputs = {ingest::MediaKind::kImage, ingest::MediaKind::kVideo, ingest::MediaKind::kAudio},
        .emits = {{"declared_synthetic", "count", "marks that say that a generator made the media"},
                  {"declared_edited_with_ai", "count", "marks that say that a generator made parts of it"},
                  {"declared_camera_capture", "count", "marks that say that a camera captured it"}},
        .parameters = {},
        .models = {},
        .create = analysis::make_whole_input_analyzer<analyze>,
    };
    return definition;
}

}  // namespace bonafide::analyzers

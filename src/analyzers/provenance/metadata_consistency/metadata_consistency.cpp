// Metadata of one file against itself and against the picture. Every rule compares two statements; none judges how
// likely a forgery is. Sources: CIPA DC-008 (Exif 2.32), ISO 16684-1 (XMP), IPTC-IIM 4.2, JEITA CP-3461 (DCF); the idea
// of reading JPEG headers as camera signatures after Kee, Johnson and Farid (2011), of which only the conservative part
// is taken: no signature database.
#include "analyzers/provenance/metadata_consistency/metadata_consistency.h"

#include "analyzers/provenance/metadata_consistency/checks.h"

#include <algorithm>

namespace bonafide::analyzers {
namespace {

using analysis::Analysis;

constexpr std::string_view kCount = "count";

std::string listed(const std::vector<std::string>& items, std::size_t most) {
    std::string text;
    for (std::size_t index = 0; index < std::min(items.size(), most); ++index) {
        text += (index == 0 ? "" : ", ") + items[index];
    }
    return items.size() > most ? text + " and others" : text;
}

std::string explain(const Consistency& consistency) {
    const int contradictions = consistency.contradictions();
    std::string text = contradictions == 0   ? "The metadata does not contradict itself or the picture"
                       : contradictions == 1 ? "One statement of the metadata contradicts another or the picture"
                                             : std::to_string(contradictions) +
                                                   " statements of the metadata contradict others or the picture";
    text += " (" + std::to_string(consistency.comparisons) + " comparisons).";
    if (!consistency.editing_software.empty())
        text += " It names software that edits: " + listed(consistency.editing_software, 3) + ".";
    if (!consistency.camera_signs.empty())
        text += " As a camera leaves it: " + listed(consistency.camera_signs, 8) + ".";
    return text;
}

Analysis report(const Consistency& consistency, std::size_t unreadable_blocks) {
    Analysis analysis;
    analysis.explanation = explain(consistency);
    const auto measure = [&](std::string_view name, double value, std::string_view unit) {
        analysis.measurements.push_back({std::string(name), value, std::string(unit)});
    };
    const auto count_of = [&](RemarkKind kind) { return static_cast<double>(consistency.contradictions(kind)); };
    measure("contradictions", consistency.contradictions(), kCount);
    measure("editing_software", consistency.editing_software.empty() ? 0 : 1, "0 or 1");
    measure("camera_signs", static_cast<double>(consistency.camera_signs.size()), kCount);
    measure("weak_remarks", consistency.weak_remarks(), kCount);
    measure("size_contradictions", count_of(RemarkKind::kSize), kCount);
    measure("thumbnail_contradictions", count_of(RemarkKind::kThumbnail), kCount);
    measure("time_contradictions", count_of(RemarkKind::kTime), kCount);
    measure("identity_contradictions", count_of(RemarkKind::kIdentity), kCount);
    measure("value_contradictions", count_of(RemarkKind::kValue), kCount);
    measure("unreadable_blocks", static_cast<double>(unreadable_blocks), kCount);
    measure("comparisons", consistency.comparisons, kCount);
    // Contradictions first: the list may be cut.
    for (const bool contradiction : {true, false}) {
        for (const Remark& remark : consistency.remarks) {
            if (remark.contradiction == contradiction && analysis.observations.size() < analysis::kMostObservations) {
                analysis.observations.push_back(
                    {{},
                     {{contradiction ? "contradictions" : "weak_remarks", 1, std::string(kCount)}},
                     remark.sentence});
            }
        }
    }
    return analysis;
}

Analysis analyze(const analysis::Context& context, const analysis::Parameters& parameters) {
    const media::Metadata& metadata = context.media.metadata();
    if (!metadata.has_exif && !metadata.has_xmp && !metadata.has_iptc) {
        return Analysis::not_applicable(
            "no metadata to compare; files lose theirs on most ways through the net, so that its absence means "
            "nothing");
    }
    MediaFacts facts;
    if (const media::Image* image = context.media.image()) {
        facts.stored_width_px = image->stored_width_px;
        facts.stored_height_px = image->stored_height_px;
    }
    facts.jpeg = context.media.jpeg();
    if (!metadata.thumbnail.empty()) {
        if (auto header = media::read_jpeg_header(metadata.thumbnail)) facts.thumbnail = std::move(*header);
    }
    if (const media::StreamTable* streams = context.media.streams()) facts.container_tags = streams->tags;
    const Consistency consistency = compare_metadata(metadata, facts, {parameters["time_tolerance_h"] * 3600});
    if (consistency.comparisons == 0 && consistency.editing_software.empty()) {
        return Analysis::not_applicable("the metadata states nothing that could be compared");
    }
    return report(consistency, metadata.problems.size());
}

}  // namespace

int Consistency::contradictions() const {
    return static_cast<int>(
        std::count_if(remarks.begin(), remarks.end(), [](const Remark& remark) { return remark.contradiction; }));
}

int Consistency::contradictions(RemarkKind kind) const {
    return static_cast<int>(std::count_if(remarks.begin(), remarks.end(), [&](const Remark& remark) {
        return remark.contradiction && remark.kind == kind;
    }));
}

int Consistency::weak_remarks() const {
    return static_cast<int>(remarks.size()) - contradictions();
}

Consistency compare_metadata(const media::Metadata& metadata, const MediaFacts& facts,
                             const ConsistencyOptions& options) {
    Examination examination{metadata, facts, options};
    check_software(examination);
    check_identity(examination);
    check_times(examination);
    check_values(examination);
    check_size(examination);
    check_thumbnail(examination);
    check_coding(examination);
    return std::move(examination.result);
}

const analysis::AnalyzerDefinition& provenance_metadata_consistency() {
    static const analysis::AnalyzerDefinition definition{
        .id = "metadata.consistency",
        .version = 1,
        .summary =
            "EXIF, XMP, IPTC and maker note against each other and against the picture: size, thumbnail, times, "
            "camera, software, coding",
        .limits =
            "Says nothing where metadata is absent or was stripped; metadata can be forged so that it agrees; films "
            "and recordings only "
            "where they carry XMP or EXIF.",
        .known_false_alarms =
            "Cameras whose clock was set wrong before a file was edited with a right one; cropping programs that keep "
            "EXIF; "
            "phones that make thumbnails of another shape; captions and scans dated by hand (weak remarks only).",
        .reference =
            "CIPA DC-008-2019 (Exif 2.32); ISO 16684-1:2019 (XMP); IPTC-IIM 4.2; Kee, Johnson, Farid: Digital Image "
            "Authentication from "
            "JPEG Headers, IEEE TIFS 6(3), 2011",
        .inputs = {ingest::MediaKind::kImage, ingest::MediaKind::kVideo},
        .emits = {{"contradictions", kCount, "statements that cannot both come from one honest camera or program"},
                  {"editing_software", "0 or 1", "whether software that edits pictures or films is named"},
                  {"camera_signs", kCount, "independent things that look as a camera leaves them"},
                  {"weak_remarks", kCount, "oddities that honest files show as well"},
                  {"size_contradictions", kCount, "contradictions between the declared and the decoded size"},
                  {"thumbnail_contradictions", kCount, "contradictions between thumbnail and picture"},
                  {"time_contradictions", kCount, "times in an impossible order"},
                  {"identity_contradictions", kCount, "contradictions about the camera"},
                  {"value_contradictions", kCount, "impossible or contradictory exposure and position"},
                  {"unreadable_blocks", kCount, "metadata blocks that are present but cannot be read in full"},
                  {"comparisons", kCount, "pairs of statements that could be compared"}},
        .parameters =
            {{"time_tolerance_h",
              "how far two times may differ before they contradict each other; the default spans all time zones", "h",
              0, 8760, 26}},
        .models = {},
        .create = analysis::make_whole_input_analyzer<analyze>,
    };
    return definition;
}

}  // namespace bonafide::analyzers

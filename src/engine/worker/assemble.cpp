#include "engine/worker/assemble.h"

#include "evidence/map_grid.h"
#include "evidence/places.h"
#include "report/words.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace bonafide::engine {
namespace {

/// The part a finding speaks of: of a film, what listens speaks of its sound.
std::string part_id(ingest::MediaKind kind, const analysis::AnalyzerDefinition& definition) {
    const bool listens = definition.wants_sound && !definition.wants_frames;
    switch (kind) {
        case ingest::MediaKind::kImage:
            return "image";
        case ingest::MediaKind::kVideo:
            return listens ? "sound" : "film";
        default:
            return "sound";
    }
}

std::string seconds(double value) {
    char text[32];
    std::snprintf(text, sizeof(text), "%.1f s", value);
    return text;
}

template <class Number>
std::optional<Number> if_positive(Number value) {
    return value > 0 ? std::optional<Number>(value) : std::nullopt;
}

report::Stream describe(const media::StreamInfo& info) {
    report::Stream stream;
    stream.index = info.index;
    stream.kind = media::name_of(info.kind);
    stream.codec = info.codec;
    stream.duration_s = std::isfinite(info.duration_s) ? std::max(0.0, info.duration_s) : 0;
    stream.width_px = if_positive(info.width_px);
    stream.height_px = if_positive(info.height_px);
    stream.sample_rate_hz = if_positive(info.sample_rate_hz);
    stream.channels = if_positive(info.channels);
    stream.frame_rate_hz = if_positive(std::isfinite(info.frame_rate_hz) ? info.frame_rate_hz : 0.0);
    return stream;
}

void describe_damage(const media::ReadSummary& read, const media::StreamTable& table, report::Input& input) {
    const double reached_s = std::max(read.video_end_s, read.audio_end_s);
    if (read.truncated && table.duration_s > 0) {
        input.decoded_fraction = std::clamp(reached_s / table.duration_s, 0.0, 1.0);
        input.damage = "ends early: could be decoded up to " + seconds(reached_s) + " of " + seconds(table.duration_s);
    } else if (read.truncated) {
        input.damage = "ends early: could be decoded up to " + seconds(reached_s);
    }
    if (read.damaged_frames + read.damaged_packets > 0) {
        input.damage += (input.damage.empty() ? "" : "; ") + std::to_string(read.damaged_frames) +
                        " damaged frames and " + std::to_string(read.damaged_packets) + " damaged packets";
    }
}

constexpr double kMapThreshold = 128;  ///< of every map (contract of `evidence`): above it a place counts as marked

/// The box of the largest place that `map` marks, in pixels of the picture.
std::optional<evidence::Where::Box> largest_place(const cv::Mat& map, cv::Size picture) {
    const std::vector<evidence::Place> places = evidence::places_beyond(map, kMapThreshold);
    const auto largest =
        std::max_element(places.begin(), places.end(), [](const auto& a, const auto& b) { return a.cells < b.cells; });
    if (largest == places.end()) {
        return std::nullopt;
    }
    const int step = evidence::map_step(map.size(), picture).value_or(1);
    const cv::Rect box =
        cv::Rect(largest->box.tl() * step, largest->box.size() * step) & cv::Rect(cv::Point(), picture);
    return evidence::Where::Box{box.x, box.y, box.width, box.height};
}

}  // namespace

void describe_input(const features::Media& media, const std::optional<media::ReadSummary>& read, report::Input& input) {
    if (const media::Image* image = media.image()) {
        input.width_px = image->rgb.cols;
        input.height_px = image->rgb.rows;
        input.decoded_fraction = image->decoded_fraction;
        input.damage = image->damage;
        return;
    }
    const media::StreamTable& table = *media.streams();
    input.duration_s = if_positive(std::isfinite(table.duration_s) ? table.duration_s : 0.0);
    for (const media::StreamInfo& info : table.streams) {
        input.streams.push_back(describe(info));
    }
    if (table.video) {
        const media::StreamInfo& film = table.streams[static_cast<std::size_t>(*table.video)];
        const bool turned = film.rotation_deg % 180 != 0;
        input.width_px = if_positive(turned ? film.height_px : film.width_px);
        input.height_px = if_positive(turned ? film.width_px : film.height_px);
    }
    if (read) {
        describe_damage(*read, table, input);
    }
}

std::vector<evidence::Finding> main_findings(const std::vector<analysis::Ran>& analyses, ingest::MediaKind kind,
                                             const infer::ModelStore& models, bool maps_sent) {
    std::vector<evidence::Finding> findings;
    for (const analysis::Ran& ran : analyses) {
        evidence::Finding finding;
        finding.analyzer = ran.definition->id;
        finding.version = ran.definition->version;
        finding.outcome = ran.analysis.outcome;
        finding.reason = ran.analysis.reason;
        finding.measurements = ran.analysis.measurements;
        finding.explanation = ran.analysis.explanation;
        finding.part = part_id(kind, *ran.definition);
        if (maps_sent && !ran.analysis.map.empty()) {
            finding.where.map = "maps/" + finding.analyzer + ".png";
        }
        if (!ran.definition->models.empty()) {
            for (const infer::ModelEntry& entry : models.entries()) {
                if (entry.id == ran.definition->models.front()) {
                    finding.model_sha256 = entry.sha256;
                }
            }
        }
        findings.push_back(std::move(finding));
    }
    return findings;
}

void append_observations(const std::vector<analysis::Ran>& analyses, std::vector<evidence::Finding>& findings) {
    ENSURE(analyses.size() == findings.size());
    std::vector<evidence::Finding> all;
    for (std::size_t i = 0; i < analyses.size(); ++i) {
        const evidence::Finding first = findings[i];
        all.push_back(first);
        for (const analysis::Observation& observation : analyses[i].analysis.observations) {
            evidence::Finding finding;
            finding.analyzer = first.analyzer;
            finding.version = first.version;
            finding.part = first.part;
            finding.model_sha256 = first.model_sha256;
            finding.where = observation.where;
            finding.measurements = observation.measurements;
            finding.explanation = observation.explanation;
            all.push_back(std::move(finding));
        }
    }
    findings = std::move(all);
}

void drop_places_of(const fusion::FusedEvidence& together, std::vector<analysis::Ran>& analyses) {
    for (analysis::Ran& ran : analyses) {
        if (together.speaks_for(ran.definition->id)) {
            ran.analysis.map.release();
            ran.analysis.observations.clear();
        }
    }
}

evidence::Provenance merged_provenance(const std::vector<analysis::Ran>& analyses) {
    evidence::Provenance merged;
    for (const analysis::Ran& ran : analyses) {
        if (!ran.analysis.provenance) {
            continue;
        }
        const evidence::Provenance& found = *ran.analysis.provenance;
        if (found.state != evidence::ProvenanceState::kAbsent) {
            merged.state = found.state;
        }
        merged.marks.insert(merged.marks.end(), found.marks.begin(), found.marks.end());
        if (!found.credentials.is_null()) {
            merged.credentials = found.credentials;
        }
    }
    return merged;
}

bool fusion_knows_coding_of(const features::Media& media) {
    switch (media.identity().container) {
        case ingest::Container::kJpeg:
        case ingest::Container::kPng:
        case ingest::Container::kTiff:
        case ingest::Container::kBmp:
            return true;
        default:
            return false;
    }
}

std::optional<fusion::FusedEvidence> fused_evidence(const std::vector<analysis::Ran>& analyses,
                                                    const features::Media& media, const Equipment& equipment) {
    if (media.image() == nullptr) {
        return std::nullopt;
    }
    const bool laid_out = media.page_layout().laid_out();
    if (!laid_out && !fusion_knows_coding_of(media)) {
        return std::nullopt;
    }
    std::vector<fusion::Heard> heard;
    for (const analysis::Ran& ran : analyses) {
        if (ran.analysis.outcome == evidence::Outcome::kRan) {
            heard.push_back({std::string(ran.definition->id), ran.analysis.map, ran.analysis.measurements});
        }
    }
    if (laid_out) {
        return equipment.learned_fusion.set_aside(
            heard, media.image()->rgb.size(),
            "The picture is a page that a program laid out: a screenshot, a chart or a page of text. That its parts "
            "differ is no sign of an edit.");
    }
    return equipment.learned_fusion.judge(heard, media.image()->rgb.size(), equipment.calibration);
}

evidence::Finding together_finding(const fusion::FusedEvidence& together, const std::vector<analysis::Ran>& analyses,
                                   cv::Size picture) {
    std::string pointing;
    int voices = 0;
    for (const analysis::Ran& ran : analyses) {
        if (together.speaks_for(ran.definition->id)) {
            ++voices;
            if (!ran.analysis.observations.empty()) {
                pointing += (pointing.empty() ? "" : ", ") + std::string(ran.definition->id);
            }
        }
    }
    evidence::Finding finding;
    finding.analyzer = report::kJointFindingId;
    finding.version = 1;
    finding.part = "image";
    if (!together.set_aside.empty()) {
        finding.outcome = evidence::Outcome::kNotApplicable;
        finding.reason = together.set_aside;
        return finding;
    }
    finding.llr = together.evidence.llr;
    const double area = cv::countNonZero(together.map > kMapThreshold) / static_cast<double>(together.map.total());
    finding.measurements = {{"marked_area", area, "1"}, {"analyzers", static_cast<double>(voices), "1"}};
    finding.explanation =
        "Weighed together by a model, the traces that " + std::to_string(voices) + " analyzers of edits measured ";
    if (together.evidence.llr < 0) {
        finding.explanation += "are a little more usual for an untouched picture, which does not rule out an edit.";
        return finding;
    }
    if (!report::supports_a_side(together.evidence.llr)) {
        finding.explanation += "do not tell an edited picture from an untouched one.";
        return finding;
    }
    finding.explanation += "are those of an edited picture";
    finding.where.box_px = largest_place(together.map, picture);
    if (const auto& box = finding.where.box_px) {
        finding.explanation += ", most of all the " + std::to_string(box->width) + " x " + std::to_string(box->height) +
                               " px at x " + std::to_string(box->x) + ", y " + std::to_string(box->y);
    }
    finding.explanation += pointing.empty() ? "." : ". Places are shown by " + pointing + ".";
    return finding;
}

report::Verdict verdict_for(const fusion::Judgement& judgement, const std::vector<evidence::Finding>& findings,
                            const report::Input& input) {
    switch (fusion::decide(judgement)) {
        case fusion::Decision::kLikelyManipulated:
            return report::Verdict::kLikelyManipulated;
        case fusion::Decision::kLikelySynthetic:
            return report::Verdict::kLikelySynthetic;
        case fusion::Decision::kInconclusive:
            return report::Verdict::kInconclusive;
        case fusion::Decision::kNotApplicable:
            break;
        case fusion::Decision::kLikelyAuthentic: {
            // Authentic is said of the whole: a missing part or an analyzer that broke could hold what would have
            // spoken against it.
            const bool broken = std::any_of(findings.begin(), findings.end(),
                                            [](const auto& f) { return f.outcome == evidence::Outcome::kFailed; });
            const bool partial = input.decoded_fraction.value_or(1) < 1 || !input.damage.empty();
            return broken || partial ? report::Verdict::kInconclusive : report::Verdict::kLikelyAuthentic;
        }
    }
    const bool any_failed = std::any_of(findings.begin(), findings.end(),
                                        [](const auto& f) { return f.outcome == evidence::Outcome::kFailed; });
    return any_failed ? report::Verdict::kInconclusive : report::Verdict::kNotApplicable;
}

}  // namespace bonafide::engine

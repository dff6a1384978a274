#include "engine/worker/analyse.h"

#include "base/version.h"
#include "engine/worker/assemble.h"
#include "engine/worker/choice.h"
#include "engine/worker/launder.h"
#include "engine/worker/localise.h"
#include "engine/worker/stability.h"
#include "engine/worker/wording.h"
#include "evidence/map_grid.h"
#include "features/presentation.h"
#include "features/presentation_preview.h"
#include "fusion/fused_map.h"
#include "media/encode.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>

namespace bonafide::engine {
namespace {

constexpr int kLongestPreviewPx = 1600;  ///< of preview.png
constexpr int kMostPicturesSideBySide = 4;
constexpr std::size_t kMostPixelsSideBySide = 60'000'000;
constexpr int kLongestShownPx = 1280;  ///< maps that are only looked at need not be larger than the preview they lie on
/// Of a coarse map fewer do: whoever shows it smooths between them, as drawing them would.
constexpr int kShownPxAStep = 2, kLeastLongestShownPx = 640;

report::Report failed(report::Report report, ingest::MediaKind kind, const std::string& why) {
    report.verdict = report::Verdict::kFailed;
    report.failure = why;
    report.summary = summarise(report, kind);
    return report;
}

nlohmann::ordered_json replay_of(const Job& job, const Equipment& equipment, const Isolation& isolation) {
    nlohmann::ordered_json replay;
    replay["calibration"] = equipment.calibration.version();
    if (!equipment.learned_fusion.version().empty()) {
        replay["fusion"] = equipment.learned_fusion.version();
    }
    replay["precision"] = "f32";
    replay["analyzers"] = {{"only", job.only}, {"skip", job.skip}};
    replay["parameters"] = job.parameters;
    if (equipment.camera) {
        replay["camera"] = {{"name", equipment.camera->name}, {"sha256", equipment.camera->sha256}};
    }
    if (equipment.claimed) {
        replay["claimed"] = {{"name", equipment.claimed->name},
                             {"looks", equipment.claimed->looks.size()},
                             {"voices", equipment.claimed->voices.size()}};
    }
    replay["limits"] = {{"size_bytes", job.limits.size_bytes}, {"pixels", job.limits.pixels},
                        {"duration_s", job.limits.duration_s}, {"streams", job.limits.streams},
                        {"time_s", job.limits.time_s},         {"memory_bytes", job.limits.memory_bytes}};
    replay["isolation"] = {{"landlock_abi", isolation.landlock_abi},
                           {"seccomp", isolation.seccomp},
                           {"memory_limit", isolation.memory_limit}};
    return replay;
}

struct NamedMap {
    std::string name;
    cv::Mat map;
};

/// One map as PNGs; `shown`, for pages that also have the whole one to offer, may be empty.
struct DrawnMap {
    std::vector<std::uint8_t> sent, shown;
};

bool needs_shrinking(cv::Size picture) {
    return std::max(picture.width, picture.height) > kLongestShownPx;
}

/// `map` for a page: of a small one it is enlarged to no more than is shown.
cv::Mat shown_map(const cv::Mat& map, cv::Size picture) {
    const int longest = std::clamp(kShownPxAStep * std::max(map.cols, map.rows), kLeastLongestShownPx, kLongestShownPx);
    const double scale = static_cast<double>(longest) / std::max(picture.width, picture.height);
    const cv::Size shown(std::max(1, cvRound(picture.width * scale)), std::max(1, cvRound(picture.height * scale)));
    const double step = evidence::map_step(map.size(), picture).value_or(1);
    cv::Mat small;
    if (step * scale < 1) {
        cv::resize(evidence::enlarged(map, picture), small, shown, 0, 0, cv::INTER_AREA);
        return small;
    }
    // As evidence::enlarged does it, the last, partly filled column and row are cut.
    const cv::Size whole(std::max(shown.width, cvRound(map.cols * step * scale)),
                         std::max(shown.height, cvRound(map.rows * step * scale)));
    cv::resize(map, small, whole, 0, 0, cv::INTER_LINEAR);
    return small(cv::Rect({}, shown)).clone();
}

DrawnMap drawn_map(const cv::Mat& map, cv::Size picture, bool full_size, bool presented) {
    const auto png = [](const cv::Mat& drawing) { return media::encode_png(drawing, media::PngContent::kSmooth); };
    if (!needs_shrinking(picture)) {
        return {png(evidence::enlarged(map, picture)), {}};
    }
    if (!full_size) {
        return {png(shown_map(map, picture)), {}};
    }
    return {png(evidence::enlarged(map, picture)),
            presented ? png(shown_map(map, picture)) : std::vector<std::uint8_t>()};
}

/// Draws all of `maps`, and the preview of the picture `rgb` where one is asked for, a few at a time: of a large
/// picture each takes as many bytes as it has pixels.
void draw_pictures(const std::vector<NamedMap>& maps, const cv::Mat& rgb, const Job& job,
                   const ArtifactSink& artifacts) {
    std::vector<DrawnMap> drawn(maps.size());
    std::vector<std::uint8_t> preview;
    const auto draw = [&](std::size_t at) {
        if (at < maps.size()) {
            drawn[at] = drawn_map(maps[at].map, rgb.size(), job.maps, job.presentation);
        } else {
            preview = media::encode_png(features::make_preview(rgb, kLongestPreviewPx), media::PngContent::kPhotograph);
        }
    };
    const int at_a_time = rgb.total() > kMostPixelsSideBySide ? 1 : kMostPicturesSideBySide;
    cv::parallel_for_(
        cv::Range(0, static_cast<int>(maps.size()) + (job.preview ? 1 : 0)),
        [&](const cv::Range& range) {
            for (int at = range.start; at < range.end; ++at) {
                draw(static_cast<std::size_t>(at));
            }
        },
        at_a_time);
    for (std::size_t at = 0; at < maps.size(); ++at) {
        artifacts("maps/" + maps[at].name + ".png", drawn[at].sent);
        if (!drawn[at].shown.empty()) {
            artifacts("shown_maps/" + maps[at].name + ".png", drawn[at].shown);
        }
    }
    if (job.preview) {
        artifacts("preview.png", preview);
    }
}

/// Beside the ratio of all together, one of each alone would count the same evidence twice in a reader's eyes.
void drop_ratios_of(const fusion::TogetherEvidence& together, std::vector<evidence::Finding>& findings) {
    for (evidence::Finding& finding : findings) {
        if (std::find(together.analyzers.begin(), together.analyzers.end(), finding.analyzer) !=
            together.analyzers.end()) {
            finding.llr.reset();
        }
    }
}

/// Hands each map on under the name of its analyzer, and the one they make together, if they are judged, as "fused".
void for_each_map(cv::Size picture, const std::vector<analysis::Ran>& analyses,
                  const std::vector<evidence::Finding>& findings, const std::optional<fusion::FusedEvidence>& together,
                  const std::function<void(const std::string& name, const cv::Mat& map)>& take) {
    std::vector<fusion::JudgedMap> judged;
    for (std::size_t i = 0; i < analyses.size(); ++i) {
        const cv::Mat& map = analyses[i].analysis.map;
        if (map.empty()) {
            continue;
        }
        take(findings[i].analyzer, map);
        if (!together || !together->speaks_for(findings[i].analyzer)) {
            judged.push_back({map, findings[i].llr});
        }
    }
    if (together && !together->set_aside.empty()) {
        return;
    }
    const cv::Mat fused =
        together ? fusion::add_to_fused(together->map, judged, picture) : fusion::fuse_maps(judged, picture);
    if (!fused.empty()) {
        take("fused", fused);
    }
}

/// Sends what is drawn of a picture (`rgb`; empty of films and recordings, which have no maps).
void send_pictures(const Job& job, const ingest::ByteSource* mask, const cv::Mat& rgb,
                   const std::vector<analysis::Ran>& analyses, const std::vector<evidence::Finding>& findings,
                   const std::optional<fusion::FusedEvidence>& together, const ArtifactSink& artifacts) {
    std::optional<Localiser> localiser;
    if (job.localise && !rgb.empty()) {
        localiser.emplace(mask, rgb.size(), job.launder, job.limits);
    }
    std::vector<NamedMap> maps;
    for_each_map(rgb.size(), analyses, findings, together, [&](const std::string& name, const cv::Mat& map) {
        if (job.maps || job.presentation) {
            maps.push_back({name, map});
        }
        if (localiser) {
            localiser->add(name, map);
        }
    });
    if (!rgb.empty()) {
        draw_pictures(maps, rgb, job, artifacts);
    }
    if (localiser) {
        const std::string json = localiser->take().dump();
        artifacts(kLocalisationArtifact, std::span(reinterpret_cast<const std::uint8_t*>(json.data()), json.size()));
    }
}

/// The parts that findings name: the picture, or the film and its sound.
void add_parts(const features::Media& media, report::Report& report) {
    if (media.image() != nullptr) {
        report::Part part{"image", "image", std::nullopt, std::nullopt, report.llr, std::nullopt};
        part.box_px = evidence::Where::Box{0, 0, media.image()->rgb.cols, media.image()->rgb.rows};
        report.parts.push_back(part);
        return;
    }
    const media::StreamTable& table = *media.streams();
    if (media.identity().kind == ingest::MediaKind::kVideo) {
        report.parts.push_back({"film", "segment", 0.0, report.input.duration_s, report.llr, std::nullopt});
    }
    if (table.audio || media.identity().kind == ingest::MediaKind::kAudio) {
        // The ratio is that of the whole; of a film it stands with the film.
        const bool alone = media.identity().kind == ingest::MediaKind::kAudio;
        report.parts.push_back(
            {"sound", "audio", 0.0, report.input.duration_s, alone ? report.llr : std::nullopt, std::nullopt});
    }
}

/// Why a film or recording of which nothing came out cannot be judged; empty where something did.
std::string nothing_decoded(const features::Media& media, const analysis::RunResult& result,
                            const media::ReadOptions& shown) {
    if (result.read_error) {
        return result.read_error->message;
    }
    if (media.reader() == nullptr || !result.read) {
        return {};
    }
    // Nothing comes of what nobody asked for, or what is not there.
    const auto asked = [&](bool analysis::AnalyzerDefinition::*wants) {
        return std::any_of(result.analyses.begin(), result.analyses.end(),
                           [wants](const analysis::Ran& ran) { return ran.definition->*wants; });
    };
    const bool pictures =
        media.streams()->video && (shown.frames || asked(&analysis::AnalyzerDefinition::wants_frames) ||
                                   asked(&analysis::AnalyzerDefinition::wants_faces));
    const bool sound = media.streams()->audio && (shown.sound || asked(&analysis::AnalyzerDefinition::wants_sound));
    if ((pictures || sound) && result.read->frames == 0 && result.read->samples == 0) {
        return "it is a " + media.identity().description + ", but not one picture or sample of it could be decoded" +
               (result.read->problems.empty() ? "" : " (" + result.read->problems.front() + ")");
    }
    return {};
}

void analyse_media(const Job& job, const features::Media& media, const ingest::ByteSource* mask,
                   const Equipment& equipment, const ArtifactSink& artifacts, report::Report& report) {
    const ingest::MediaKind kind = media.identity().kind;
    auto plan = plan_for(job, kind);
    ENSURE(plan.ok());
    std::unique_ptr<features::PresentationMaker> presentation =
        job.presentation ? features::PresentationMaker::create() : nullptr;
    media::ReadOptions shown;
    shown.frames = shown.sound = presentation != nullptr;
    shown.threads = job.threads;

    analysis::RunResult result = analysis::run(
        *plan, media, equipment.models, job.trust_anchors_pem, presentation.get(), shown,
        equipment.camera ? &*equipment.camera : nullptr, equipment.claimed ? &*equipment.claimed : nullptr);
    describe_input(media, result.read, report.input);
    for (const analysis::Ran& ran : result.analyses) {
        report.analyzer_s[std::string(ran.definition->id)] = ran.time_s;
    }
    if (const std::string nothing = nothing_decoded(media, result, shown); !nothing.empty()) {
        report = failed(std::move(report), kind, nothing);
        return;
    }

    report.provenance = merged_provenance(result.analyses);
    const std::optional<fusion::FusedEvidence> together = fused_evidence(result.analyses, media, equipment);
    if (together && !together->set_aside.empty()) {
        drop_places_of(*together, result.analyses);
    }
    report.findings = main_findings(result.analyses, kind, equipment.models, job.maps || job.presentation);
    const fusion::Judgement judgement = equipment.calibration.judge(report.findings, report.provenance, job.prior,
                                                                    together ? &together->evidence : nullptr);
    report.llr = judgement.llr;
    report.probability = judgement.probability;
    report.limits.insert(report.limits.end(), judgement.limits.begin(), judgement.limits.end());
    if (together && !together->set_aside.empty()) {
        report.limits.push_back(
            "The traces of editing in the picture were not judged, since a program laid it out: a screenshot, a chart "
            "or a page of text. Cut out the photograph in question and check it by itself.");
    } else if (together) {
        report.limits.push_back(
            "The traces of editing in the picture were judged together by a fitted model; the single analyzers that "
            "measured them carry no ratio of their own in this report.");
    } else if (media.image() != nullptr && !fusion_knows_coding_of(media)) {
        report.limits.push_back(
            "The traces of editing in the picture were not judged together: the model for it was fitted on JPEG and "
            "lossless pictures, and takes what other codecs leave for edits.");
    }
    report.verdict = verdict_for(judgement, report.findings, report.input);
    const Judged judged{report.findings, together, report.provenance, fusion::decide(judgement)};
    if (const auto reason = why_withheld(job, media, equipment, judged)) {
        report.verdict = report::Verdict::kInconclusive;
        report.limits.push_back("The verdict was withheld because " + *reason + ".");
    }
    if (job.maps || job.presentation || job.preview || job.localise) {
        send_pictures(job, mask, media.image() != nullptr ? media.image()->rgb : cv::Mat(), result.analyses,
                      report.findings, together, artifacts);
    }
    append_observations(result.analyses, report.findings);
    if (together) {
        drop_ratios_of(together->evidence, report.findings);
        report.findings.insert(report.findings.begin(),
                               together_finding(*together, result.analyses, media.image()->rgb.size()));
    }
    report.summary = summarise(report, kind);
    add_parts(media, report);
    if (result.read) {
        for (const std::string& problem : result.read->problems) {
            report.limits.push_back("While decoding: " + problem);
        }
    }
    if (presentation) {
        for (const auto& [name, bytes] : presentation->finish(media)) {
            artifacts(name, bytes);
        }
    }
}

}  // namespace

report::Report analyse(const Job& job, const Given& given, const Equipment& equipment, const Isolation& isolation,
                       const ArtifactSink& artifacts) {
    const auto start = std::chrono::steady_clock::now();
    report::Report report;
    report.tool_version = kVersion;
    report.tool_revision = kRevision;
    report.prior = job.prior;
    report.input.path = job.path;
    report.input.sha256 = job.sha256;
    report.input.size_bytes = given.input->size_bytes();
    report.replay = replay_of(job, equipment, isolation);

    ingest::Identity identity = ingest::identify(*given.input);
    std::vector<std::uint8_t> washed;
    std::unique_ptr<ingest::ByteSource> memory;
    std::optional<Error> unwashed;
    if (job.launder) {
        if (auto bytes = laundered(identity, *given.input, job.limits, job.threads)) {
            washed = std::move(*bytes);
            memory = ingest::open_memory(washed);
            identity = ingest::identify(*memory);
        } else {
            unwashed = bytes.error();
        }
    }
    const ingest::ByteSource& source = memory ? *memory : *given.input;
    report.input.media_type = identity.media_type;
    report.input.kind = ingest::name_of(identity.kind);
    report.input.description = identity.description;
    report.input.extension_agrees = ingest::extension_agrees(job.path, identity);
    const Propositions propositions = propositions_for(identity.kind);
    report.h1 = propositions.h1;
    report.h0 = propositions.h0;
    report.limits = standing_limits(identity.kind);
    for (const std::string& lacking : isolation.lacking) {
        report.limits.push_back("Isolation: " + lacking + ".");
    }

    auto media = unwashed ? Result<std::unique_ptr<features::Media>>(*unwashed)
                          : features::Media::open(identity, source, job.limits);
    if (media) {
        analyse_media(job, **media, given.mask, equipment, artifacts, report);
    } else {
        report = failed(std::move(report), identity.kind, media.error().message);
    }
    report.total_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return report;
}

}  // namespace bonafide::engine

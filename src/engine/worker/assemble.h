#pragma once

#include "analysis/scheduler.h"
#include "engine/worker/analyse.h"
#include "features/media.h"
#include "report/report.h"

#include <optional>

namespace bonafide::engine {

/// Fills what is known of the input from its decoding: size, duration, streams, and how much of it could be read.
void describe_input(const features::Media& media, const std::optional<media::ReadSummary>& read, report::Input& input);

/// The first finding of each analyzer, which fusion judges; observations are added afterwards with
/// append_observations().
std::vector<evidence::Finding> main_findings(const std::vector<analysis::Ran>& analyses, ingest::MediaKind kind,
                                             const infer::ModelStore& models, bool maps_sent);

/// Inserts the observations of each analyzer behind its first finding.
void append_observations(const std::vector<analysis::Ran>& analyses, std::vector<evidence::Finding>& findings);

/// Takes maps and places from those that `together` judges: where it sets them aside they show what a page is made of.
void drop_places_of(const fusion::FusedEvidence& together, std::vector<analysis::Ran>& analyses);

/// All provenance the analyzers found: the strongest state and every mark.
evidence::Provenance merged_provenance(const std::vector<analysis::Ran>& analyses);

/// Whether the learned fusion was fitted on still pictures that are coded as this one is: JPEG, or without loss.
/// Blocks, smoothing and in-loop filters of other codecs look like edits to it: of 16 camera photographs saved as WebP
/// of quality 75 it called five manipulated, as AVIF of quality 50 two.
bool fusion_knows_coding_of(const features::Media& media);

/// What the learned fusion makes of the analyzers of a still picture; nothing for other media, for codings that it does
/// not know, or where too few spoke. On a page that a program laid out (features/page_layout.h) all that it
/// judges is set aside: text, flat colour and pictures side by side differ as parts of an edited picture do.
std::optional<fusion::FusedEvidence> fused_evidence(const std::vector<analysis::Ran>& analyses,
                                                    const features::Media& media, const Equipment& equipment);

/// What `together` says, in words, with the largest place that its map marks: a finding as of an analyzer
/// (report::kJointFindingId), so that a reader finds the verdict's main reason among the others. Names the analyzers
/// among `analyses` that show places.
evidence::Finding together_finding(const fusion::FusedEvidence& together, const std::vector<analysis::Ran>& analyses,
                                   cv::Size picture);

/// The report's verdict: what fusion decided, held back where the analysis is incomplete (docs/adr/0004-fusion.md).
report::Verdict verdict_for(const fusion::Judgement& judgement, const std::vector<evidence::Finding>& findings,
                            const report::Input& input);

}  // namespace bonafide::engine

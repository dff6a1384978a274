#include "engine/worker/wording.h"

#include <algorithm>
#include <cmath>

namespace bonafide::engine {
namespace {

std::string noun(ingest::MediaKind kind) {
    switch (kind) {
        case ingest::MediaKind::kImage:
            return "picture";
        case ingest::MediaKind::kVideo:
            return "film";
        case ingest::MediaKind::kAudio:
            return "recording";
        case ingest::MediaKind::kUnknown:
            break;
    }
    return "file";
}

/// The judged finding that speaks loudest in the direction of `sign`; null where none does.
const evidence::Finding* loudest(const report::Report& report, double sign) {
    const evidence::Finding* found = nullptr;
    for (const evidence::Finding& finding : report.findings) {
        if (finding.llr && *finding.llr * sign > 0.05 &&
            (found == nullptr || std::abs(*finding.llr) > std::abs(*found->llr))) {
            found = &finding;
        }
    }
    return found;
}

/// Whether a program laid the picture out, so that its parts say nothing of an edit.
bool is_page(const report::Report& report) {
    return std::any_of(report.findings.begin(), report.findings.end(), [](const auto& finding) {
        return finding.analyzer == report::kJointFindingId && finding.outcome == evidence::Outcome::kNotApplicable;
    });
}

std::string because(const evidence::Finding* finding, const std::string& begins = "What weighs most: ") {
    return finding != nullptr && !finding->explanation.empty() ? " " + begins + finding->explanation : "";
}

}  // namespace

Propositions propositions_for(ingest::MediaKind kind) {
    switch (kind) {
        case ingest::MediaKind::kImage:
            return {"The picture was generated, or edited after a camera or scanner recorded it.",
                    "The picture is what a camera or scanner recorded, apart from ordinary saving, resizing and "
                    "cropping of the whole."};
        case ingest::MediaKind::kVideo:
            return {
                "The film was generated, or its pictures, order of frames or sound were edited after the recording.",
                "The film is what a camera recorded, apart from ordinary re-encoding, resizing and trimming of the "
                "whole."};
        case ingest::MediaKind::kAudio:
            return {"The recording was generated, converted to another voice, or edited after it was made.",
                    "The recording is what a microphone picked up, apart from ordinary re-encoding and trimming of the "
                    "whole."};
        case ingest::MediaKind::kUnknown:
            break;
    }
    return {"The file was manipulated or generated.", "The file is as it was recorded."};
}

std::string summarise(const report::Report& report, ingest::MediaKind kind) {
    const std::string what = noun(kind);
    switch (report.verdict) {
        case report::Verdict::kFailed:
            return "The " + what + " could not be analysed: " + report.failure.value_or("reason unknown") +
                   ". This says nothing about whether it is genuine.";
        case report::Verdict::kNotApplicable:
            return "None of the analyzers can judge this " + what + "; that is neither a good nor a bad sign.";
        case report::Verdict::kLikelySynthetic:
            return (is_page(report) ? "The photograph on this page" : "The " + what) + " is likely synthetic." +
                   because(loudest(report, 1));
        case report::Verdict::kLikelyManipulated:
            return "The " + what + " is likely manipulated." + because(loudest(report, 1));
        case report::Verdict::kLikelyAuthentic:
            return "The " + what + " is likely authentic: nothing found speaks for manipulation." +
                   because(loudest(report, -1));
        case report::Verdict::kInconclusive:
            break;
    }
    const evidence::Finding* against = loudest(report, 1);
    if (against != nullptr && report.llr.value_or(0) < 0) {
        return "Some of what was found speaks for manipulation, but more speaks against it; neither is enough to "
               "decide." +
               because(against, "What weighs most for it: ");
    }
    if (against != nullptr) {
        return "There are signs that call for a closer look at this " + what + ", but not enough to decide." +
               because(against);
    }
    if (is_page(report)) {
        return "This is a screenshot, a chart or a page of text, and whether it was edited cannot be told from its "
               "parts. Cut out the photograph in question and check it by itself.";
    }
    return "Nothing found speaks for manipulation, but what this version can measure in this " + what +
           " is not enough to call it authentic.";
}

std::vector<std::string> standing_limits(ingest::MediaKind kind) {
    std::vector<std::string> limits;
    switch (kind) {
        case ingest::MediaKind::kImage:
            limits.emplace_back(
                "This version looks at structure, metadata, credentials, traces of editing and traces of generators. "
                "Generated pictures often pass unnoticed, and it has no detector for swapped faces in still pictures.");
            break;
        case ingest::MediaKind::kVideo:
            limits.emplace_back(
                "This version looks at structure, metadata, credentials, the order of frames, faces and the sound. "
                "Swapped faces and generated films often pass unnoticed, and it has no detector for moved mouths.");
            break;
        case ingest::MediaKind::kAudio:
            limits.emplace_back(
                "Synthetic or converted voices of systems that the detector has not met often pass unnoticed, and "
                "noisy "
                "or telephone sound is not judged.");
            break;
        case ingest::MediaKind::kUnknown:
            break;
    }
    limits.emplace_back(
        "Metadata, structure and unsigned marks can be forged by anyone: together they never decide a verdict.");
    return limits;
}

}  // namespace bonafide::engine

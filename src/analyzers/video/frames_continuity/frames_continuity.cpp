// Interruptions in the flow of a film. The algorithms, their papers, deviations and limits stand in picture_events.cpp,
// replay.cpp, timing.cpp and coding_rhythm.cpp; here they are fed and their results are put into words.
#include "analyzers/video/frames_continuity/frames_continuity.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace bonafide::analyzers {
namespace video {
namespace {

using analysis::Analysis;
using analysis::Observation;

constexpr std::int64_t kLeastFrames = 12;
/// Above this share of unmoving frames a film is a slide show, a screen recording or a still camera, where standing
/// still means nothing.
constexpr double kStaticShare = 0.25;
/// Above so many cuts a second, single odd frames are a manner of editing.
constexpr double kFastCuts_hz = 0.5;
/// Above this share of uneven intervals the rate varies by design, and a gap says nothing.
constexpr double kVariableShare = 0.05;
/// Score of the P picture sizes from which on a period is named.
constexpr double kNamedPeriodScore = 8;

std::string with_decimals(double value, int decimals) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
    return text.data();
}

std::string words_of(const FlowEvent& event) {
    const std::string strength = with_decimals(event.strength, 0);
    switch (event.kind) {
        case EventKind::kFrozen:
            return "The picture stands still for " + std::to_string(event.frames) +
                   " frames while everything before and after moves. A frozen or repeated stretch looks like this; so "
                   "does a recorder or a connection that stalled.";
        case EventKind::kJump:
            return "From one frame to the next the picture changes " + strength +
                   " times as much as around it, within the same scene. Frames may have been taken out here; a "
                   "recorder that lost frames, or an edit between two takes, looks the same.";
        case EventKind::kInserted:
            return std::to_string(event.frames) + (event.frames == 1 ? " frame differs" : " frames differ") +
                   " from the frames before and after, which agree with each other. Frames may have been put in; an "
                   "effect or a subject close to the lens can look the same.";
        case EventKind::kReplayed:
            return std::to_string(event.frames) + " frames repeat those from " +
                   with_decimals(event.source_start_s, 2) +
                   " s on. Part of the film may have been copied over another part; animations and films that loop do "
                   "so by design.";
    }
    return {};
}

void observe(Analysis& analysis, double start_s, double end_s, std::string words,
             std::vector<evidence::Measurement> measurements = {}) {
    if (analysis.observations.size() >= analysis::kMostObservations) {
        return;
    }
    Observation observation;
    observation.where.start_s = std::max(0.0, start_s);
    observation.where.end_s = std::max(end_s, *observation.where.start_s);
    observation.measurements = std::move(measurements);
    observation.explanation = std::move(words);
    analysis.observations.push_back(std::move(observation));
}

/// The lists whose events count as interruptions in a film like this one.
std::vector<const EventList*> counted_lists(const Continuity& continuity, double static_share, double cuts_hz) {
    std::vector<const EventList*> lists = {&continuity.events.jumps, &continuity.replay.replayed};
    if (static_share <= kStaticShare) {
        lists.push_back(&continuity.events.frozen);
    }
    if (cuts_hz <= kFastCuts_hz) {
        lists.push_back(&continuity.events.inserted);
    }
    return lists;
}

std::string overall_words(const Continuity& continuity, std::int64_t anomalies, double static_share, bool varies) {
    std::string words = anomalies == 0 ? "No interruption in the flow of pictures was found."
                                       : std::to_string(anomalies) +
                                             (anomalies == 1 ? " moment interrupts" : " moments interrupt") +
                                             " the flow of pictures (frozen, missing, inserted or repeated frames).";
    if (static_share > kStaticShare) {
        words += " Much of the film stands still, as in slide shows and screen recordings; stills were not counted.";
    }
    if (varies) {
        words += " The frame rate varies, as it does on phones; that is no sign of editing.";
    }
    const CodingRhythm::Period period = continuity.coding.residual_period();
    if (period.score >= kNamedPeriodScore) {
        words += " Picture sizes repeat every " + std::to_string(period.frames) +
                 " frames beside the key frames: the film was compressed before, as most shared films were.";
    }
    return words;
}

}  // namespace

void Continuity::add(const media::VideoFrame& frame) {
    if (frame.luma.empty()) {
        return;
    }
    FrameNote note;
    note.steps = frame.has_timestamp ? timing.add(frame.time_s) : 1.0;
    note.picture = reduce(frame.luma, frame.luma_bits);
    note.time_s = frame.time_s;
    note.index = frame.index;
    note.key = frame.key;
    replay.add(note);
    const bool starts_scene = events.add(note);
    coding.add(frame.type, frame.key, frame.coded_bytes, frame.time_s, starts_scene);
    end_s = std::max(end_s, frame.time_s);
}

void Continuity::add(const media::Packet& packet) {
    if (!packet.dts_s) {
        return;
    }
    const auto [last, is_first] = last_dts_s_.try_emplace(packet.stream, *packet.dts_s);
    decoding_time_faults += !is_first && *packet.dts_s < last->second ? 1 : 0;
    last->second = *packet.dts_s;
}

Analysis summarise(Continuity& continuity) {
    continuity.events.finish();
    continuity.replay.finish();
    const PictureEvents& events = continuity.events;
    if (events.frames == 0) {
        return Analysis::not_applicable("no film that can be decoded");
    }
    if (events.frames < kLeastFrames) {
        return Analysis::not_applicable("too short: " + std::to_string(events.frames) + " frames, at least " +
                                        std::to_string(kLeastFrames) + " are needed");
    }
    const auto frames = static_cast<double>(events.frames);
    const double duration_s = std::max(continuity.end_s, continuity.timing.nominal_s().value_or(0.04));
    const double static_share = static_cast<double>(events.still_frames) / frames;
    const double cuts_hz = static_cast<double>(events.scene_cuts) / duration_s;
    const double variable_share = continuity.timing.variable_share();
    const bool varies = variable_share > kVariableShare;
    std::int64_t anomalies = 0;
    double strongest = 0;
    std::vector<FlowEvent> shown;
    for (const EventList* list : counted_lists(continuity, static_share, cuts_hz)) {
        anomalies += list->count;
        strongest = std::max(strongest, list->strongest);
        shown.insert(shown.end(), list->kept.begin(), list->kept.end());
    }
    std::sort(shown.begin(), shown.end(),
              [](const FlowEvent& a, const FlowEvent& b) { return a.strength > b.strength; });
    shown.resize(std::min(shown.size(), analysis::kMostObservations * 3 / 5));
    std::sort(shown.begin(), shown.end(), [](const FlowEvent& a, const FlowEvent& b) { return a.start_s < b.start_s; });

    Analysis analysis;
    for (const FlowEvent& event : shown) {
        observe(analysis, event.start_s, event.end_s, words_of(event),
                {{"strongest_anomaly", event.strength, "ratio"}});
    }
    for (const double time_s : continuity.timing.fault_times_s) {
        observe(analysis, time_s, time_s,
                "The presentation time stands still or runs backwards here, which no recorder writes.");
    }
    if (!varies) {
        for (const Timing::Gap& gap : continuity.timing.gaps()) {
            observe(analysis, gap.start_s, gap.end_s,
                    "No picture is shown for longer than the steady frame rate allows: frames are missing, lost by the "
                    "recorder or taken out.");
        }
    }
    for (const double time_s : continuity.coding.irregular_times_s()) {
        observe(analysis, time_s, time_s,
                "A key frame comes early although no new scene starts: films joined without encoding them again look "
                "like this, and so do live encoders.");
    }
    const CodingRhythm::Period period = continuity.coding.residual_period();
    const auto count = [](std::int64_t value) { return static_cast<double>(value); };
    analysis.explanation = overall_words(continuity, anomalies, static_share, varies);
    analysis.measurements = {
        {"strongest_anomaly", strongest, "ratio"},
        {"anomalies", count(anomalies), "count"},
        {"frozen_runs", count(events.frozen.count), "count"},
        {"jumps", count(events.jumps.count), "count"},
        {"inserted", count(events.inserted.count), "count"},
        {"replayed", count(continuity.replay.replayed.count), "count"},
        {"repeated_frames", count(events.repeated_frames) / frames, "share"},
        {"static_frames", static_share, "share"},
        {"scene_cuts", count(events.scene_cuts), "count"},
        {"time_faults", count(continuity.timing.faults + continuity.decoding_time_faults), "count"},
        {"time_gaps", count(continuity.timing.gap_count()), "count"},
        {"uneven_intervals", variable_share, "share"},
        {"key_interval", count(continuity.coding.usual_key_interval()), "frames"},
        {"early_key_frames", count(continuity.coding.irregular_key_frames()), "count"},
        {"recompression_score", period.score, "sigma"},
        {"recompression_period", count(period.frames), "frames"},
        {"frames", frames, "count"},
    };
    return analysis;
}

namespace {

class FramesContinuity final : public analysis::Analyzer {
  public:
    explicit FramesContinuity(const analysis::Parameters& parameters) : continuity_(parameters["least_strength"]) {}
    void on_packet(const media::Packet& packet) override { continuity_.add(packet); }
    void on_frame(const media::VideoFrame& frame) override { continuity_.add(frame); }
    Analysis finish(const analysis::Context&) override { return summarise(continuity_); }

  private:
    Continuity continuity_;
};

std::unique_ptr<analysis::Analyzer> create(const analysis::Parameters& parameters) {
    return std::make_unique<FramesContinuity>(parameters);
}

}  // namespace
}  // namespace video

const analysis::AnalyzerDefinition& video_frames_continuity() {
    static const analysis::AnalyzerDefinition definition = [] {
        analysis::AnalyzerDefinition made;
        made.id = "video.frames.continuity";
        made.summary =
            "Frozen, missing, inserted and repeated frames, faults of time, key-frame rhythm, traces of an earlier "
            "compression.";
        made.limits =
            "Needs 12 frames. Cuts between scenes are not judged, nor frames taken out where nothing moves; copies "
            "from more than 1,024 frames back, scaled or mirrored ones are not found.";
        made.known_false_alarms =
            "Recorders and connections that stall, cuts between takes of one scene, effects of one to three frames, "
            "animations that loop.";
        made.reference =
            "Wang and Farid, MM&Sec 2006 and 2007; Stamm, Lin and Liu, IEEE TIFS 2012; Vazquez-Padin et al., WIFS 2012";
        made.inputs = {ingest::MediaKind::kVideo};
        made.wants_packets = true;
        made.wants_frames = true;
        made.emits = {
            {"strongest_anomaly", "ratio",
             "How many times the change at the strongest interruption differs from the usual change around it; 0 where "
             "there is none"},
            {"anomalies", "count", "Interruptions that count in a film of this kind"},
            {"frozen_runs", "count", "Stretches that stand still between motion"},
            {"jumps", "count", "Steps within a scene larger than its motion explains"},
            {"inserted", "count", "Stretches of one to three frames unlike both neighbours"},
            {"replayed", "count", "Stretches of at least 10 frames that repeat earlier ones"},
            {"repeated_frames", "share", "Frames exactly like the one before"},
            {"static_frames", "share", "Frames in runs of at least three without change"},
            {"scene_cuts", "count", "Changes from one scene to another"},
            {"time_faults", "count", "Presentation or decoding times that stand still or run backwards"},
            {"time_gaps", "count", "Intervals of at least 1.8 times the usual one"},
            {"uneven_intervals", "share",
             "Intervals that differ from the usual one by more than a fifth; high where the frame rate varies by "
             "design"},
            {"key_interval", "frames", "Usual distance of key frames; 0 where none prevails"},
            {"early_key_frames", "count", "Key frames before the usual distance without a new scene"},
            {"recompression_score", "sigma", "How far the strongest period of the P picture sizes stands above chance"},
            {"recompression_period", "frames", "That period; 0 where none could be looked for"},
            {"frames", "count", "Frames decoded"},
        };
        made.parameters = {
            {"least_strength",
             "How many times the change must differ from the usual change around it to count as an interruption",
             "ratio", 2, 50, 5},
        };
        made.create = video::create;
        return made;
    }();
    return definition;
}

}  // namespace bonafide::analyzers

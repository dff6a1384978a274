// Cuts in a recording, by what runs through it whatever is said: the blocks of an earlier lossy coding
// (grid_shifts.cpp), the hum of the mains (hum_jumps.cpp) and the way in which sound dies away in the room
// (room_changes.cpp). Here they are fed and their results are put into words.
// Steps of the background are left to audio.spectrum.bandwidth.
#include "analyzers/voice/splice/splice.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>

namespace bonafide::analyzers {
namespace voice {
namespace {

using analysis::Analysis;
using analysis::Observation;

constexpr double kLeastDuration_s = 1.5;

std::string with_decimals(double value, int decimals) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
    return text.data();
}

void observe(Analysis& analysis, double start_s, double end_s, std::string words, evidence::Measurement measurement) {
    Observation observation;
    observation.where.start_s = start_s;
    observation.where.end_s = end_s;
    observation.measurements.push_back(std::move(measurement));
    observation.explanation = std::move(words);
    analysis.observations.push_back(std::move(observation));
}

std::string moments(std::int64_t count) {
    return std::to_string(count) + (count == 1 ? " moment" : " moments");
}

std::string in_all(std::int64_t shifts, std::int64_t jumps, std::int64_t rooms) {
    std::vector<std::string> parts;
    if (shifts > 0) {
        parts.push_back("the blocks of an earlier coding at " + moments(shifts));
    }
    if (jumps > 0) {
        parts.push_back("the hum of the mains at " + moments(jumps));
    }
    if (rooms > 0) {
        parts.push_back("the sound of the room at " + moments(rooms));
    }
    if (parts.empty()) {
        return "No cut was found in what could be followed through the recording.";
    }
    std::string text = "What runs through a recording breaks off: " + parts.front();
    for (std::size_t i = 1; i < parts.size(); ++i) {
        text += (i + 1 == parts.size() ? " and " : ", ") + parts[i];
    }
    return text + ".";
}

}  // namespace

SpliceSearch::SpliceSearch(int rate_hz, const SpliceOptions& options)
    : rate_hz_(rate_hz),
      shifts_(rate_hz, options.least_shift),
      jumps_(options.least_jump_degrees),
      rooms_(options.least_room_change) {}

void SpliceSearch::add(const std::vector<std::span<const float>>& channels, std::span<const float> mono_16k) {
    jumps_.add(mono_16k);
    rooms_.add(mono_16k);
    if (channels.empty()) {
        return;
    }
    mono_.assign(channels.front().begin(), channels.front().end());
    for (std::size_t channel = 1; channel < channels.size(); ++channel) {
        std::transform(channels[channel].begin(), channels[channel].end(), mono_.begin(), mono_.begin(), std::plus<>());
    }
    const float scale = 1.0F / static_cast<float>(channels.size());
    std::transform(mono_.begin(), mono_.end(), mono_.begin(), [scale](float sum) { return sum * scale; });
    samples_ += static_cast<std::int64_t>(mono_.size());
    shifts_.add(mono_);
}

void SpliceSearch::finish() {
    shifts_.finish();
    jumps_.finish();
    rooms_.finish();
}

Analysis SpliceSearch::summary() const {
    const double duration_s = static_cast<double>(samples_) / rate_hz_;
    if (duration_s < kLeastDuration_s) {
        return Analysis::not_applicable("too short: " + with_decimals(duration_s, 2) + " s of sound, at least " +
                                        with_decimals(kLeastDuration_s, 1) + " s are needed");
    }
    const auto shift = shifts_.strongest();
    const auto jump = jumps_.largest_degrees();
    const auto room = rooms_.strongest();
    if (!shift && !jump && !room) {
        return Analysis::not_applicable(
            "nothing in it that runs on through a cut: too quiet for the blocks of a coder, no hum of the mains, and "
            "too little speech to hear the room in");
    }
    Analysis analysis;
    if (shift) {
        analysis.measurements.push_back({"grid_shift", *shift, "deviations"});
        analysis.measurements.push_back({"grid_shifts", static_cast<double>(shifts_.count()), "count"});
    }
    if (jump) {
        analysis.measurements.push_back({"hum_jump", *jump, "deg"});
        analysis.measurements.push_back({"hum_jumps", static_cast<double>(jumps_.count()), "count"});
    }
    if (room) {
        analysis.measurements.push_back({"room_change", *room, "deviations"});
        analysis.measurements.push_back({"room_changes", static_cast<double>(rooms_.count()), "count"});
    }
    analysis.measurements.push_back({"hum_followed", jumps_.followed_share(), "share"});
    analysis.measurements.push_back({"duration", duration_s, "s"});
    for (const GridShift& found : shifts_.found()) {
        observe(analysis, found.start_s, found.end_s,
                std::string("The blocks of an earlier ") + features::codec_grid::name_of(found.transform) +
                    " coding do not go on here: they are shifted by " + std::to_string(found.shift) +
                    " samples. Decoded sound was cut, joined or moved; a player that lost data does the same.",
                {"grid_shift", found.strength, "deviations"});
    }
    for (const HumJump& found : jumps_.found()) {
        observe(analysis, found.time_s, found.time_s,
                "The hum of the mains (" + with_decimals(found.frequency_hz, 0) + " Hz) jumps by " +
                    with_decimals(found.degrees, 0) +
                    " degrees: something may have been cut out or put in here; a switched or paused recorder does the "
                    "same.",
                {"hum_jump", found.degrees, "deg"});
    }
    for (const RoomChange& found : rooms_.found()) {
        observe(analysis, found.start_s, found.end_s,
                "About here sound begins to die away at another pace: by 60 dB in about " +
                    with_decimals(found.before_s, 1) + " s before and in " + with_decimals(found.after_s, 1) +
                    " s after. Parts from two rooms may have been joined; somebody who moved away from the microphone "
                    "or music does the same.",
                {"room_change", found.strength, "deviations"});
    }
    analysis.explanation = in_all(shifts_.count(), jumps_.count(), rooms_.count());
    return analysis;
}

namespace {

class VoiceSplice final : public analysis::Analyzer {
  public:
    explicit VoiceSplice(const analysis::Parameters& parameters)
        : options_{parameters["least_shift"], parameters["least_jump"], parameters["least_room_change"]} {}

    void on_sound(const media::SoundBlock& block) override {
        if (!search_ && block.rate_hz > 0) {
            search_.emplace(block.rate_hz, options_);
        }
        if (search_) {
            search_->add(block.channels, block.mono_16k);
        }
    }

    Analysis finish(const analysis::Context&) override {
        if (!search_) {
            return Analysis::not_applicable("no sound");
        }
        search_->finish();
        return search_->summary();
    }

  private:
    SpliceOptions options_;
    std::optional<SpliceSearch> search_;
};

std::unique_ptr<analysis::Analyzer> create(const analysis::Parameters& parameters) {
    return std::make_unique<VoiceSplice>(parameters);
}

}  // namespace
}  // namespace voice

const analysis::AnalyzerDefinition& voice_splice() {
    static const analysis::AnalyzerDefinition definition = [] {
        analysis::AnalyzerDefinition made;
        made.id = "voice.splice";
        made.version = 2;
        made.summary =
            "Cuts in a recording: jumps of the block grid of an earlier MP3 or AAC coding, jumps in the phase of the "
            "mains' hum, lasting changes of the room.";
        made.limits =
            "Needs 1.5 s of sound. Sees cuts only in sound that was MP3 or AAC before and was not resampled since, or "
            "that carries hum of the mains, or where 20 s of speech on either side come from rooms that sound "
            "different; "
            "most recordings have none of these. Edits made before the first coding leave no shift.";
        made.known_false_alarms =
            "Joined parts that nobody meant to hide (jingles, chapters), streams with lost data, recorders that were "
            "paused; somebody who moves, and music between speech, for the room.";
        made.reference =
            "Yang, Qu and Huang, MM&Sec 2008; Gärtner et al., AES 136th Convention 2014; Nicolalde Rodríguez, "
            "Apolinário and Biscainho, IEEE TIFS 5(3) 2010; Malik and Farid, ICASSP 2010";
        made.inputs = {ingest::MediaKind::kAudio, ingest::MediaKind::kVideo};
        made.wants_sound = true;
        made.emits = {
            {"grid_shift", "deviations",
             "How much better both sides of a moment fit their own grid of a coder's blocks than each other's, the "
             "largest; 0 where both have the same"},
            {"grid_shifts", "count", "Moments at which that reaches least_shift"},
            {"hum_jump", "deg", "Largest jump of the phase of the mains' hum, where it could be followed"},
            {"hum_jumps", "count", "Moments at which that reaches least_jump"},
            {"room_change", "deviations",
             "How much the pace at which sound dies away differs before and after a moment, the largest"},
            {"room_changes", "count", "Moments at which that reaches least_room_change"},
            {"hum_followed", "share", "Moments at which hum was steady enough to be followed"},
            {"duration", "s", "Sound decoded"},
        };
        made.parameters = {
            {"least_shift", "From it on a shift of the grid is pointed at", "deviations", 1, 100, 5},
            {"least_jump", "From it on a jump of the hum is pointed at", "deg", 5, 180, 40},
            {"least_room_change", "From it on a change of the room is pointed at", "deviations", 1, 100, 5},
        };
        made.create = voice::create;
        return made;
    }();
    return definition;
}

}  // namespace bonafide::analyzers

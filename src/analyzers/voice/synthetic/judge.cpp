// From windows to a recording: which windows can be judged, what they and the voices say together, and the moments that
// stand out.
#include "analyzers/voice/synthetic/synthetic.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <utility>

namespace bonafide::analyzers::voice {
namespace {

using analysis::Analysis;
using features::voice::Condition;
using features::voice::Content;

/// Of four seconds: less is a word, not a manner of speaking.
constexpr double kLeastActive_s = 0.7;
/// Of a window's traces of frame rates, for how many windows.
constexpr int kTracesStand = 3;
/// How many segments are kept; the weakest gives way.
constexpr std::size_t kMostSegments = 40;
/// Of voices that are like synthetic speech as a whole, so that places in other speech are shown too.
constexpr std::size_t kMostTurnsShown = 30;

analysis::Observation observed(double start_s, double end_s, evidence::Measurement measurement, std::string words,
                               const std::optional<Band>& band) {
    analysis::Observation observation;
    observation.where.start_s = start_s;
    observation.where.end_s = end_s;
    observation.measurements = {std::move(measurement)};
    if (band) {
        // As report::kLowestFrequency and kHighestFrequency: reports outline it.
        observation.measurements.push_back({"lowest_frequency", band->lowest_hz, "Hz"});
        observation.measurements.push_back({"highest_frequency", band->highest_hz, "Hz"});
    }
    observation.explanation = std::move(words);
    return observation;
}

/// A turn that is shown, and what its voice says as a whole.
struct SaidTurn {
    const JudgedTurn* turn = nullptr;
    const WindowSums* sums = nullptr;
    double score() const { return turn->log_odds / static_cast<double>(turn->windows); }
};

}  // namespace

Refusal refusal_of(const Condition& condition, const JudgeOptions& options) {
    const Content content = features::voice::content_of(condition);
    if (content == Content::kSilence) {
        return Refusal::kSilence;
    }
    if (content != Content::kSpeech) {
        return Refusal::kNoSpeech;
    }
    if (condition.active_s < kLeastActive_s) {
        return Refusal::kTooLittleSpeech;
    }
    if (condition.bandwidth_hz < options.least_bandwidth_hz) {
        return Refusal::kTooNarrow;
    }
    return condition.snr_db < options.least_snr_db ? Refusal::kTooNoisy : Refusal::kNone;
}

void Judge::take(const features::voice::Window& window) {
    hear_turns(window);
    const Condition condition = features::voice::condition_of(window.frames);
    const Refusal refusal = refusal_of(condition, options_);
    ++windows_;
    ++counts_[static_cast<std::size_t>(refusal)];
    if (refusal == Refusal::kNoSpeech) {
        other_content_ = features::voice::content_of(condition);
    }
    heard_snr_sum_db_ += condition.snr_db;
    bandwidth_sum_hz_ += refusal == Refusal::kNone || refusal == Refusal::kTooNarrow ? condition.bandwidth_hz : 0;
    if (refusal != Refusal::kNone) {
        traces_.reset();
        return;
    }
    const Score score = model_.score(features::voice::window_statistics(window, constant_q_), traces_of(window));
    const bool first = counts_.front() == 1;
    strongest_ = first ? score.log_odds : std::max(strongest_, score.log_odds);
    all_.add(score);
    voices_.take(window.start_s, window.end_s, score);
    snr_sum_db_ += condition.snr_db;
    traces_sum_ += score.traces;
    if (score.log_odds >= options_.least_score) {
        point_at(window, score);
    }
}

/// Windows overlap; turns hear every frame once.
void Judge::hear_turns(const features::voice::Window& window) {
    const auto fresh = static_cast<std::size_t>(std::lround((window.end_s - heard_to_s_) / features::voice::kHop_s));
    voices_.hear(window.frames.last(std::min(fresh, window.frames.size())));
    heard_to_s_ = window.end_s;
}

const features::voice::FrameRateTraces& Judge::traces_of(const features::voice::Window& window) {
    // Windows overlap by three quarters, and what built a voice builds the next second too.
    if (!traces_ || traces_stood_ == kTracesStand) {
        traces_ = features::voice::frame_rate_traces(window.samples);
        traces_stood_ = 0;
    }
    ++traces_stood_;
    return *traces_;
}

void Judge::point_at(const features::voice::Window& window, const Score& score) {
    ++pointed_at_;
    if (!segments_.empty() && window.start_s < segments_.back().end_s) {
        Segment& last = segments_.back();
        last.end_s = window.end_s;
        if (score.log_odds > last.strongest) {
            last.strongest = score.log_odds;
            last.cues = score.cues;
            last.rates = score.rates;
            last.band = loudest_band(score.cues, score.rates, score.bands);
        }
        return;
    }
    if (segments_.size() == kMostSegments) {
        segments_.erase(std::min_element(segments_.begin(), segments_.end(),
                                         [](const Segment& a, const Segment& b) { return a.strongest < b.strongest; }));
    }
    segments_.push_back({window.start_s, window.end_s, score.log_odds, score.cues, score.rates,
                         loudest_band(score.cues, score.rates, score.bands)});
}

Analysis Judge::refused(double duration_s) const {
    if (windows_ == 0) {
        return Analysis::not_applicable("too short: " + with_decimals(duration_s, 2) +
                                        " s of sound, at least 1 s of it is needed");
    }
    // The most frequent reason speaks; speech that cannot be judged goes before its absence.
    const auto worst = std::max_element(counts_.begin() + 1, counts_.end()) - counts_.begin();
    switch (static_cast<Refusal>(worst)) {
        case Refusal::kSilence:
            return Analysis::not_applicable("no speech: nothing but silence");
        case Refusal::kTooLittleSpeech:
            return Analysis::not_applicable("too little speech: less than 0.7 s in any four seconds");
        case Refusal::kTooNoisy:
            return Analysis::not_applicable(
                "too noisy: the voice stands " + with_decimals(heard_snr_sum_db_ / static_cast<double>(windows_), 1) +
                " dB above the background, at least " + with_decimals(options_.least_snr_db, 0) + " dB are needed");
        case Refusal::kTooNarrow:
            return Analysis::not_applicable(
                "too narrow a channel: the sound ends at " +
                with_decimals(bandwidth_sum_hz_ / static_cast<double>(counts_[static_cast<std::size_t>(worst)]) / 1000,
                              1) +
                " kHz, as on a telephone; synthetic and recorded speech could not be told apart there");
        default:
            return Analysis::not_applicable(std::string("no speech found: ") +
                                            features::voice::name_of(other_content_.value_or(Content::kUnvoiced)));
    }
}

std::string Judge::explanation(std::span<const JudgedVoice> voices, double score) const {
    const bool one_stands_out = voices.size() > 1 && voices.front().sums.score() >= options_.least_score;
    if (one_stands_out) {
        return voices_in_words(voices, options_.least_score, voices_.dropped_turns()) +
               (score >= options_.least_score ? "" : " With so many voices, one may seem so by chance.");
    }
    const std::string windows = windows_in_words(all_.windows);
    const std::string reasons = loudest(all_.cues, all_.rates);
    if (score >= options_.least_score) {
        return "The voice is like synthetic speech, in the mean of " + windows + " of up to four seconds" +
               (reasons.empty() ? "." : ": what speaks is " + reasons + ".");
    }
    if (pointed_at_ > 0) {
        return "Most of the voice is like recorded speech; " + std::to_string(pointed_at_) + " of " + windows +
               " stand out" +
               (reasons.empty() ? "." : ", by " + loudest(segments_.front().cues, segments_.front().rates) + ".");
    }
    return "Nothing in how the voice moves, and no rate at which a machine would build it, stands out in " + windows +
           " of up to four seconds. That does not show that a person spoke.";
}

/// The turns of voices that are like synthetic speech as a whole, and between them what stands out in other speech.
std::vector<analysis::Observation> Judge::observations(std::span<const JudgedVoice> voices) const {
    std::vector<analysis::Observation> made;
    std::vector<SaidTurn> turns;
    for (const JudgedVoice& voice : voices) {
        if (voices.size() > 1 && voice.sums.score() >= options_.least_score) {
            for (const JudgedTurn& turn : voice.turns) {
                if (turn.windows > 0) {
                    turns.push_back({&turn, &voice.sums});
                }
            }
        }
    }
    std::stable_sort(turns.begin(), turns.end(),
                     [](const SaidTurn& a, const SaidTurn& b) { return a.score() > b.score(); });
    turns.resize(std::min(turns.size(), kMostTurnsShown));
    for (const SaidTurn& said : turns) {
        const WindowSums& sums = *said.sums;
        const std::string cue = loudest(sums.cues, sums.rates);
        made.push_back(observed(
            said.turn->start_s, said.turn->end_s, {"score", said.score(), "log_odds"},
            "A voice that is like synthetic speech as a whole speaks here" + (cue.empty() ? "." : ": " + cue + "."),
            loudest_band(sums.cues, sums.rates, sums.mean_bands())));
    }
    std::vector<Segment> segments = segments_;
    std::erase_if(segments, [&](const Segment& segment) {
        const double middle_s = (segment.start_s + segment.end_s) / 2;
        return std::any_of(turns.begin(), turns.end(), [&](const SaidTurn& said) {
            return said.turn->start_s <= middle_s && middle_s <= said.turn->end_s;
        });
    });
    if (segments.size() > analysis::kMostObservations - turns.size()) {
        std::stable_sort(segments.begin(), segments.end(),
                         [](const Segment& a, const Segment& b) { return a.strongest > b.strongest; });
        segments.resize(analysis::kMostObservations - turns.size());
    }
    for (const Segment& segment : segments) {
        const std::string cue = loudest(segment.cues, segment.rates);
        made.push_back(observed(segment.start_s, segment.end_s, {"strongest_window", segment.strongest, "log_odds"},
                                "The voice here is like synthetic speech" + (cue.empty() ? "." : ": " + cue + "."),
                                segment.band));
    }
    std::stable_sort(made.begin(), made.end(),
                     [](const auto& a, const auto& b) { return *a.where.start_s < *b.where.start_s; });
    return made;
}

Analysis Judge::summary(double duration_s) {
    if (counts_.front() == 0) {
        return refused(duration_s);
    }
    voices_.finish();
    const std::vector<JudgedVoice> voices = voices_.found();
    const auto judged = static_cast<double>(counts_.front());
    // One voice among others stands out by itself; what speaks out of all of them together is not weakened by that.
    const double score = voices.size() > 1 ? std::max(all_.score(), any_of(voices)) : all_.score();
    Analysis analysis;
    analysis.measurements = {
        {"score", score, "log_odds"},
        {"score_of_all", all_.score(), "log_odds"},
        {"speakers", static_cast<double>(std::max<std::size_t>(voices.size(), 1)), "count"},
        {"strongest_window", strongest_, "log_odds"},
        {"judged_windows", judged, "count"},
        {"suspicious_windows", static_cast<double>(pointed_at_), "count"},
        {"judged_share", judged / static_cast<double>(windows_), "share"},
        {"frame_traces", traces_sum_ / judged, "log_odds"},
        {"frame_rate", clearest_rate_hz(all_.rates), "Hz"},
        {"signal_to_noise", snr_sum_db_ / judged, "dB"},
        {"duration", duration_s, "s"},
    };
    analysis.explanation = explanation(voices, score);
    analysis.observations = observations(voices);
    return analysis;
}

}  // namespace bonafide::analyzers::voice

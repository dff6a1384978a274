// From windows to a recording: which windows can be judged, their mean, the moments that stand out, and the words for
// it.
#include "analyzers/voice/synthetic/synthetic.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace bonafide::analyzers::voice {
namespace {

using analysis::Analysis;
using features::voice::Condition;
using features::voice::Content;

/// Of four seconds: less is a word, not a manner of speaking.
constexpr double kLeastActive_s = 0.7;
/// How many segments are kept; the weakest gives way.
constexpr std::size_t kMostSegments = 40;

std::string with_decimals(double value, int decimals) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
    return text.data();
}

using Rates = std::array<double, features::voice::kFrameRates>;

double clearest_rate_hz(const Rates& rates) {
    return features::voice::kFrameRates_hz[static_cast<std::size_t>(std::max_element(rates.begin(), rates.end()) -
                                                                    rates.begin())];
}

/// A cue in words, with the frame rate that stands out where it is that.
std::string words_of(std::size_t cue, const Rates& rates) {
    std::string words = words_of(static_cast<Cue>(cue));
    if (static_cast<Cue>(cue) == Cue::kFrameRate) {
        words += " (" + with_decimals(clearest_rate_hz(rates), 1) + " times a second)";
    }
    return words;
}

/// The one or two cues that speak loudest for synthesis, in words; empty where none does.
std::string loudest(const std::array<double, kCues>& cues, const Rates& rates) {
    std::array<std::size_t, kCues> order{};
    for (std::size_t i = 0; i < kCues; ++i) {
        order[i] = i;
    }
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return cues[a] > cues[b]; });
    if (cues[order[0]] <= 0) {
        return "";
    }
    std::string words = words_of(order[0], rates);
    if (cues[order[1]] > 0.5 * cues[order[0]]) {
        words += " and " + words_of(order[1], rates);
    }
    return words;
}

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
    score_sum_ += score.log_odds;
    snr_sum_db_ += condition.snr_db;
    traces_sum_ += score.traces;
    std::transform(rate_sums_.begin(), rate_sums_.end(), score.rates.begin(), rate_sums_.begin(), std::plus<>());
    std::transform(cue_sums_.begin(), cue_sums_.end(), score.cues.begin(), cue_sums_.begin(), std::plus<>());
    if (score.log_odds >= options_.least_score) {
        point_at(window, score);
    }
}

const features::voice::FrameRateTraces& Judge::traces_of(const features::voice::Window& window) {
    // Windows overlap by three quarters, and what built a voice builds the next second too.
    if (!traces_ || traces_stood_) {
        traces_ = features::voice::frame_rate_traces(window.samples);
        traces_stood_ = false;
    } else {
        traces_stood_ = true;
    }
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
        }
        return;
    }
    if (segments_.size() == kMostSegments) {
        segments_.erase(std::min_element(segments_.begin(), segments_.end(),
                                         [](const Segment& a, const Segment& b) { return a.strongest < b.strongest; }));
    }
    segments_.push_back({window.start_s, window.end_s, score.log_odds, score.cues, score.rates});
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

Analysis Judge::summary(double duration_s) const {
    if (counts_.front() == 0) {
        return refused(duration_s);
    }
    const auto judged = static_cast<double>(counts_.front());
    const double score = score_sum_ / judged;
    Analysis analysis;
    analysis.measurements = {
        {"score", score, "log_odds"},
        {"strongest_window", strongest_, "log_odds"},
        {"judged_windows", judged, "count"},
        {"suspicious_windows", static_cast<double>(pointed_at_), "count"},
        {"judged_share", judged / static_cast<double>(windows_), "share"},
        {"frame_traces", traces_sum_ / judged, "log_odds"},
        {"frame_rate", clearest_rate_hz(rate_sums_), "Hz"},
        {"signal_to_noise", snr_sum_db_ / judged, "dB"},
        {"duration", duration_s, "s"},
    };
    const std::string reasons = loudest(cue_sums_, rate_sums_);
    const std::string windows = std::to_string(counts_.front()) + (counts_.front() == 1 ? " window" : " windows");
    if (score >= options_.least_score) {
        analysis.explanation = "The voice is like synthetic speech, in the mean of " + windows +
                               " of up to four seconds" + (reasons.empty() ? "." : ": what speaks is " + reasons + ".");
    } else if (pointed_at_ > 0) {
        analysis.explanation =
            "Most of the voice is like recorded speech; " + std::to_string(pointed_at_) + " of " + windows +
            " stand out" +
            (reasons.empty() ? "." : ", by " + loudest(segments_.front().cues, segments_.front().rates) + ".");
    } else {
        analysis.explanation =
            "Nothing in how the voice moves, and no rate at which a machine would build it, stands out in " + windows +
            " of up to four seconds. That does not show that a person spoke.";
    }
    for (const Segment& segment : segments_) {
        analysis::Observation observation;
        observation.where.start_s = segment.start_s;
        observation.where.end_s = segment.end_s;
        observation.measurements = {{"strongest_window", segment.strongest, "log_odds"}};
        const std::string cue = loudest(segment.cues, segment.rates);
        observation.explanation = "The voice here is like synthetic speech" + (cue.empty() ? "." : ": " + cue + ".");
        analysis.observations.push_back(std::move(observation));
    }
    return analysis;
}

}  // namespace bonafide::analyzers::voice

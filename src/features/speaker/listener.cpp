// Which moments of a recording are worth asking who speaks, and at which of their frames. A frame is speech where it is
// within 30 dB of the loud ones (features/voice/condition.h) in a window that holds speech at all; Resemblyzer asks
// WebRTC's detector instead, which on the pack's clips gains nothing that could be measured.
#include "features/speaker/listener.h"

#include "features/voice/statistics.h"

#include <algorithm>
#include <cmath>

namespace bonafide::features::speaker {
namespace {

constexpr float kActive_db = 30;

std::vector<bool> speech_frames(std::span<const voice::Frame> frames) {
    std::vector<float> levels(frames.size());
    std::transform(frames.begin(), frames.end(), levels.begin(), voice::level_db);
    const float gate_db = voice::quantile(levels, 0.95) - kActive_db;
    std::vector<bool> is_speech(frames.size());
    std::transform(levels.begin(), levels.end(), is_speech.begin(),
                   [gate_db](float level) { return level >= gate_db; });
    return is_speech;
}

}  // namespace

Refusal refusal_of(const voice::Condition& condition, const ListenerOptions& options) {
    if (voice::content_of(condition) != voice::Content::kSpeech) {
        return Refusal::kNoSpeech;
    }
    if (condition.active_s + voice::kHop_s / 2 < static_cast<double>(kPartialFrames) * voice::kHop_s) {
        return Refusal::kTooLittleSpeech;
    }
    if (condition.snr_db < options.least_snr_db) {
        return Refusal::kTooNoisy;
    }
    return condition.bandwidth_hz < options.least_bandwidth_hz ? Refusal::kTooNarrow : Refusal::kNone;
}

Result<void> Listener::failure() const {
    return failure_ ? Result<void>(*failure_) : Result<void>();
}

Result<void> Listener::add(std::span<const float> samples) {
    recent_.insert(recent_.end(), samples.begin(), samples.end());
    windows_.add(samples);
    constexpr std::size_t kWindowSamples = (voice::kWindowFrames - 1) * voice::kHopSamples + voice::kFrameSamples;
    // One window, and what has not filled a frame yet; dropped seldom, because dropping moves the rest.
    constexpr std::size_t kKept = kWindowSamples + voice::kFrameSamples;
    if (recent_.size() > 2 * kKept) {
        const std::size_t dropped = recent_.size() - kKept;
        recent_.erase(recent_.begin(), recent_.begin() + static_cast<std::ptrdiff_t>(dropped));
        recent_start_ += dropped;
    }
    return failure();
}

Result<void> Listener::finish() {
    windows_.finish();
    return failure();
}

void Listener::take(const voice::Window& window) {
    const bool is_due = moments_.empty() || window.start_s - moments_.back().start_s >= spacing_s_ - voice::kHop_s / 2;
    if (failure_ || !is_due) {
        return;
    }
    const voice::Condition condition = voice::condition_of(window.frames);
    const Refusal refusal = refusal_of(condition, options_);
    ++refused_[static_cast<std::size_t>(refusal)];
    if (refusal == Refusal::kNoSpeech) {
        other_content_ = voice::content_of(condition);
    }
    if (refusal != Refusal::kNone) {
        return;
    }
    const auto first = static_cast<std::size_t>(std::llround(window.start_s * voice::kRate_hz));
    const std::size_t count = (window.frames.size() - 1) * voice::kHopSamples + voice::kFrameSamples;
    ENSURE(first >= recent_start_ && first - recent_start_ + count <= recent_.size());
    const std::vector<bool> is_speech = speech_frames(window.frames);
    const auto numbers = encoder_.numbers_of(std::span(recent_).subspan(first - recent_start_, count), is_speech);
    if (!numbers) {
        failure_ = numbers.error();
        return;
    }
    keep({window.start_s, window.end_s, condition.active_s, condition.snr_db, condition.bandwidth_hz, *numbers});
}

void Listener::keep(Moment moment) {
    if (moments_.size() == kMostMoments) {
        // Every second one goes, and from here on they are twice as far apart.
        for (std::size_t i = 1; 2 * i < kMostMoments; ++i) {
            moments_[i] = moments_[2 * i];
        }
        moments_.resize(kMostMoments / 2);
        spacing_s_ *= 2;
    }
    moments_.push_back(std::move(moment));
}

std::string Listener::why_nothing() const {
    const auto worst = static_cast<Refusal>(std::max_element(refused_.begin(), refused_.end()) - refused_.begin());
    if (refused_[static_cast<std::size_t>(worst)] == 0) {
        return "too short: two seconds of speech are needed";
    }
    switch (worst) {
        case Refusal::kTooLittleSpeech:
            return "too little speech: 1.6 seconds of it within four are needed";
        case Refusal::kTooNoisy:
            return "too noisy to tell who speaks";
        case Refusal::kTooNarrow:
            return "too narrow a channel, as on a telephone, to tell who speaks";
        default:
            return std::string("no speech found: ") +
                   voice::name_of(other_content_.value_or(voice::Content::kUnvoiced));
    }
}

}  // namespace bonafide::features::speaker

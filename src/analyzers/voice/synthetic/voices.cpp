// From windows to voices: which turn a window lies in, and what is said of each voice.
#include "analyzers/voice/synthetic/voices.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace bonafide::analyzers::voice {
namespace {

using features::voice::Turn;

/// Of a window, that lies in one turn: the rest hardly changes its statistics.
constexpr double kLeastShare = 0.75;
/// A voice that is heard in fewer windows is not judged by itself.
constexpr std::int64_t kLeastWindows = 3;
/// The voices are drawn from the same sound as what is said of them. Chosen so that genuine dialogues of one half of
/// the sources of bench/voice/dialogues.py come next to a verdict hardly more often than by the mean of all windows.
constexpr double kHandicap = 0.5;
/// Windows wait for as long as a turn lasts at most before its stream says whose it is; sound in which windows are
/// taken for speech and hardly a frame is voiced must not make them more.
constexpr std::size_t kMostWaiting = 300;
/// Turns at the end that windows may still fall into.
constexpr std::ptrdiff_t kOpenTurns = 40;

double suspicion(const JudgedTurn& turn) {
    return turn.windows == 0 ? -std::numeric_limits<double>::infinity()
                             : turn.log_odds / static_cast<double>(turn.windows);
}

}  // namespace

void WindowSums::add(const Score& score) {
    add(WindowSums{1, score.log_odds, score.cues, score.rates, score.bands});
}

void WindowSums::add(const WindowSums& other) {
    windows += other.windows;
    log_odds += other.log_odds;
    std::transform(cues.begin(), cues.end(), other.cues.begin(), cues.begin(), std::plus<>());
    std::transform(rates.begin(), rates.end(), other.rates.begin(), rates.begin(), std::plus<>());
    for (std::size_t i = 0; i < bands.size(); ++i) {
        std::transform(bands[i].begin(), bands[i].end(), other.bands[i].begin(), bands[i].begin(), std::plus<>());
    }
}

BandTraces WindowSums::mean_bands() const {
    BandTraces means = bands;
    for (auto& of_a_rate : means) {
        for (double& band : of_a_rate) {
            band /= static_cast<double>(windows);
        }
    }
    return means;
}

void Voices::hear(std::span<const features::voice::Frame> frames) {
    for (const features::voice::Frame& frame : frames) {
        stream_.add(frame);
    }
}

void Voices::take(double start_s, double end_s, const Score& score) {
    if (waiting_.size() == kMostWaiting) {
        waiting_.erase(waiting_.begin());
    }
    waiting_.push_back({start_s, end_s, score});
}

void Voices::take_turn(const Turn& turn) {
    if (!turns_.empty() && turns_.back().voice == turn.voice) {
        turns_.back().end_s = turn.end_s;
    } else {
        turns_.push_back({turn.start_s, turn.end_s, turn.voice});
    }
    const auto known = std::find_if(waiting_.begin(), waiting_.end(),
                                    [&](const Waiting& window) { return window.end_s > turn.end_s; });
    std::for_each(waiting_.begin(), known, [this](const Waiting& window) { give(window); });
    waiting_.erase(waiting_.begin(), known);
    if (turns_.size() > kMostTurns) {
        drop_a_turn();
    }
}

void Voices::give(const Waiting& window) {
    const auto turn = std::find_if(turns_.rbegin(), turns_.rend(), [&](const JudgedTurn& each) {
        const double inside_s = std::min(each.end_s, window.end_s) - std::max(each.start_s, window.start_s);
        return inside_s >= kLeastShare * (window.end_s - window.start_s);
    });
    if (turn != turns_.rend()) {
        ++turn->windows;
        turn->log_odds += window.score.log_odds;
        sums_[turn->voice].add(window.score);
    }
}

void Voices::drop_a_turn() {
    turns_.erase(
        std::min_element(turns_.begin(), turns_.end() - kOpenTurns,
                         [](const JudgedTurn& a, const JudgedTurn& b) { return suspicion(a) < suspicion(b); }));
    dropped_ = true;
}

void Voices::finish() {
    stream_.finish();
    waiting_.clear();
}

std::vector<JudgedVoice> Voices::found() const {
    const std::vector<std::size_t> numbers = stream_.voices();
    std::vector<JudgedVoice> voices(features::voice::TurnStream::kMostVoices);
    for (std::size_t preliminary = 0; preliminary < numbers.size(); ++preliminary) {
        voices[numbers[preliminary]].sums.add(sums_[preliminary]);
    }
    for (const JudgedTurn& turn : turns_) {
        std::vector<JudgedTurn>& own = voices[numbers[turn.voice]].turns;
        if (!own.empty() && own.back().end_s == turn.start_s) {
            own.back().end_s = turn.end_s;
            own.back().windows += turn.windows;
            own.back().log_odds += turn.log_odds;
        } else {
            own.push_back(turn);
        }
    }
    std::erase_if(voices, [](const JudgedVoice& voice) { return voice.sums.windows < kLeastWindows; });
    std::stable_sort(voices.begin(), voices.end(),
                     [](const JudgedVoice& a, const JudgedVoice& b) { return a.sums.score() > b.sums.score(); });
    return voices;
}

double any_of(std::span<const JudgedVoice> voices) {
    // Less the highest, so that no power overflows.
    const auto by_score = [](const auto& a, const auto& b) { return a.sums.score() < b.sums.score(); };
    const double highest = std::max_element(voices.begin(), voices.end(), by_score)->sums.score();
    double odds = 0;
    for (const JudgedVoice& voice : voices) {
        odds += std::exp(voice.sums.score() - highest);
    }
    return highest + std::log(odds / static_cast<double>(voices.size())) - (voices.size() > 1 ? kHandicap : 0);
}

}  // namespace bonafide::analyzers::voice

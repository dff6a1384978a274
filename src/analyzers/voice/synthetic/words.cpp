#include "analyzers/voice/synthetic/words.h"

#include <algorithm>
#include <cstdio>

namespace bonafide::analyzers::voice {
namespace {

/// About what features::voice::FrameRateTraces holds where nothing stands out.
constexpr double kUsualTraces = 1.5;

/// A cue in words, with the frame rate that stands out where it is that.
std::string words_of(std::size_t cue, const Rates& rates) {
    std::string words = words_of(static_cast<Cue>(cue));
    if (static_cast<Cue>(cue) == Cue::kFrameRate) {
        words += " (" + with_decimals(clearest_rate_hz(rates), 1) + " times a second)";
    }
    return words;
}

/// Of at most TurnStream::kMostVoices.
std::string number_in_words(std::size_t number, bool begins = false) {
    static constexpr std::array<const char*, 9> kWords = {"no",   "one", "two",   "three", "four",
                                                          "five", "six", "seven", "eight"};
    std::string words = kWords.at(number);
    if (begins) {
        words.front() = static_cast<char>(words.front() - 'a' + 'A');
    }
    return words;
}

/// Minutes and seconds, with hours where there are any: 0:08.
std::string clock(double time_s) {
    const auto whole = static_cast<std::int64_t>(time_s);
    std::array<char, 64> text{};
    if (whole < 3600) {
        std::snprintf(text.data(), text.size(), "%d:%02d", static_cast<int>(whole / 60), static_cast<int>(whole % 60));
    } else {
        std::snprintf(text.data(), text.size(), "%lld:%02d:%02d", static_cast<long long>(whole / 3600),
                      static_cast<int>(whole / 60 % 60), static_cast<int>(whole % 60));
    }
    return text.data();
}

/// "0:08 to 0:21, and 2 more turns"
std::string turns_in_words(const JudgedVoice& voice, bool dropped) {
    if (voice.turns.empty()) {
        return "in many short turns";
    }
    const std::size_t more = voice.turns.size() - 1;
    std::string words = clock(voice.turns.front().start_s) + " to " + clock(voice.turns.front().end_s);
    if (dropped) {
        words += ", and many more turns";
    } else if (more > 0) {
        words += ", and " + std::to_string(more) + (more == 1 ? " more turn" : " more turns");
    }
    return words;
}

}  // namespace

std::string with_decimals(double value, int decimals) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
    return text.data();
}

std::string windows_in_words(std::int64_t count) {
    return std::to_string(count) + (count == 1 ? " window" : " windows");
}

double clearest_rate_hz(const Rates& rates) {
    return features::voice::kFrameRates_hz[static_cast<std::size_t>(std::max_element(rates.begin(), rates.end()) -
                                                                    rates.begin())];
}

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

std::optional<Band> loudest_band(const std::array<double, kCues>& cues, const Rates& rates, const BandTraces& traces) {
    const auto loudest = static_cast<Cue>(std::max_element(cues.begin(), cues.end()) - cues.begin());
    if (loudest == Cue::kHighMotion || loudest == Cue::kHighExtent) {
        return Band{4000, 8000};
    }
    if (loudest != Cue::kFrameRate) {
        return std::nullopt;
    }
    const auto& bands = traces[static_cast<std::size_t>(std::max_element(rates.begin(), rates.end()) - rates.begin())];
    // From the lowest to the highest band that stands out at least half as much as the clearest.
    const double least = (kUsualTraces + *std::max_element(bands.begin(), bands.end())) / 2;
    const auto stands_out = [least](double band) { return band >= least; };
    const auto first = std::find_if(bands.begin(), bands.end(), stands_out) - bands.begin();
    const auto last = bands.rend() - std::find_if(bands.rbegin(), bands.rend(), stands_out) - 1;
    using features::voice::kFirstFrameRateBand_hz;
    using features::voice::kFrameRateBandsApart_hz;
    return Band{kFirstFrameRateBand_hz + kFrameRateBandsApart_hz * (static_cast<double>(first) - 0.5),
                kFirstFrameRateBand_hz + kFrameRateBandsApart_hz * (static_cast<double>(last) + 0.5)};
}

std::string voices_in_words(std::span<const JudgedVoice> voices, double least_score, bool dropped_turns) {
    const auto suspicious = static_cast<std::size_t>(std::count_if(
        voices.begin(), voices.end(), [&](const JudgedVoice& voice) { return voice.sums.score() >= least_score; }));
    const std::size_t others = voices.size() - suspicious;
    const JudgedVoice& worst = voices.front();
    const std::string turns = turns_in_words(worst, dropped_turns);
    const std::string all = number_in_words(voices.size());
    std::string words;
    if (suspicious == 1) {
        words = "One of the " + all + " voices (" + turns + ") is";
    } else {
        words = others > 0           ? number_in_words(suspicious, true) + " of the " + all + " voices"
                : voices.size() == 2 ? "Both voices"
                                     : "All " + all + " voices";
        words += " (most of all that of " + turns + ") are";
    }
    words +=
        " like synthetic speech, in the mean of " + windows_in_words(worst.sums.windows) + " of up to four seconds";
    const std::string reasons = loudest(worst.sums.cues, worst.sums.rates);
    words += reasons.empty() ? "." : ": what speaks is " + reasons + ".";
    if (others > 0) {
        words += others == 1 ? " The other is like recorded speech." : " The others are like recorded speech.";
    }
    return words;
}

}  // namespace bonafide::analyzers::voice

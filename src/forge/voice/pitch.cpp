// Pitch by normalised cross-correlation and the cheapest path through its crests: Talkin, "A robust algorithm for pitch
// tracking (RAPT)", in Speech Coding and Synthesis, Elsevier, 1995. Deviations: one pass at the full rate; costs are
// simplified and were set by hand.
#include "forge/voice/pitch.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace bonafide::forge {
namespace {

constexpr double kRate_hz = 16'000;
constexpr auto kShortestLag = static_cast<std::ptrdiff_t>(kRate_hz / kHighestPitch_hz);
constexpr auto kLongestLag = static_cast<std::ptrdiff_t>(kRate_hz / kLowestPitch_hz);
constexpr std::ptrdiff_t kWindow = 400;
constexpr std::size_t kMostCrests = 6;
constexpr double kLeastCrest = 0.3;
constexpr double kSwitchCost = 0.15;  ///< of voicing
constexpr double kLeapCost = 1.0;     ///< of an octave
constexpr double kLagCost = 0.06;     ///< of the longest lag: of two periods alike, the shorter is the pitch
constexpr double kSilence = 0.003;    ///< of the loudest sample's power: noise of this level has no pitch

struct Crest {
    double lag = 0;  ///< 0: not voiced
    double cost = 0;
};

double correlation(std::span<const float> samples, std::ptrdiff_t middle, std::ptrdiff_t lag, double silence) {
    const std::ptrdiff_t start = middle - (kWindow + lag) / 2;
    const std::ptrdiff_t first = std::max<std::ptrdiff_t>(0, -start);
    const std::ptrdiff_t end = std::min(kWindow, static_cast<std::ptrdiff_t>(samples.size()) - lag - start);
    float both = 0, one = 0, other = 0;
    for (std::ptrdiff_t i = first; i < end; ++i) {
        const float a = samples[static_cast<std::size_t>(start + i)],
                    b = samples[static_cast<std::size_t>(start + i + lag)];
        both += a * b;
        one += a * a;
        other += b * b;
    }
    return both / std::sqrt((one + silence) * (other + silence));
}

std::vector<Crest> crests_at(std::span<const float> samples, std::ptrdiff_t middle, double silence,
                             double voiceless_cost) {
    std::array<double, kLongestLag + 2> values{};
    for (std::ptrdiff_t lag = kShortestLag - 1; lag <= kLongestLag + 1; ++lag) {
        values[static_cast<std::size_t>(lag)] = correlation(samples, middle, lag, silence);
    }
    std::vector<Crest> crests{Crest{0, voiceless_cost}};
    for (std::size_t lag = kShortestLag; lag <= kLongestLag; ++lag) {
        const double here = values[lag], before = values[lag - 1], after = values[lag + 1];
        if (here < kLeastCrest || here < before || here <= after) {
            continue;
        }
        // A parabola through the three.
        const double bend = before - 2 * here + after;
        const double off = bend < 0 ? std::clamp((before - after) / (2 * bend), -0.5, 0.5) : 0;
        const double at = static_cast<double>(lag) + off;
        crests.push_back({at, 1 - here + kLagCost * at / kLongestLag});
    }
    std::sort(crests.begin() + 1, crests.end(), [](const Crest& a, const Crest& b) { return a.cost < b.cost; });
    crests.resize(std::min(crests.size(), kMostCrests + 1));
    return crests;
}

double step_cost(const Crest& from, const Crest& onto) {
    if ((from.lag > 0) != (onto.lag > 0)) {
        return kSwitchCost;
    }
    return from.lag > 0 ? kLeapCost * std::abs(std::log2(from.lag / onto.lag)) : 0;
}

}  // namespace

std::vector<double> pitch_of(std::span<const float> samples, double voiceless_cost) {
    float peak = 0;
    for (const float sample : samples) {
        peak = std::max(peak, std::abs(sample));
    }
    const double silence = kWindow * kSilence * peak * peak + std::numeric_limits<float>::min();
    const std::size_t frames = samples.size() / kPitchHop + 1;
    std::vector<std::vector<Crest>> crests(frames);
    std::vector<std::vector<std::size_t>> came_from(frames);
    std::vector<double> totals{0};
    for (std::size_t frame = 0; frame < frames; ++frame) {
        crests[frame] = crests_at(samples, static_cast<std::ptrdiff_t>(frame * kPitchHop), silence, voiceless_cost);
        std::vector<double> next(crests[frame].size());
        came_from[frame].resize(next.size());
        for (std::size_t i = 0; i < next.size(); ++i) {
            double least = frame == 0 ? 0 : std::numeric_limits<double>::infinity();
            for (std::size_t j = 0; frame > 0 && j < totals.size(); ++j) {
                const double total = totals[j] + step_cost(crests[frame - 1][j], crests[frame][i]);
                if (total < least) {
                    least = total;
                    came_from[frame][i] = j;
                }
            }
            next[i] = least + crests[frame][i].cost;
        }
        totals = std::move(next);
    }
    std::vector<double> pitch(frames);
    auto at = static_cast<std::size_t>(std::min_element(totals.begin(), totals.end()) - totals.begin());
    for (std::size_t frame = frames; frame-- > 0;) {
        const double lag = crests[frame][at].lag;
        pitch[frame] = lag > 0 ? kRate_hz / lag : 0;
        at = came_from[frame][at];
    }
    return pitch;
}

}  // namespace bonafide::forge

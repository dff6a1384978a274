// Bisecting k-means on the sphere (Steinbach, Karypis and Kumar, "A comparison of document clustering techniques", KDD
// workshop on text mining, 2000), stopped by the calibrated ratio of the halves instead of a number of clusters.
// Deviation: seeded by the two moments that lie farthest apart, so that nothing is drawn at random. Limits: voices that
// are alike are taken for one; speech of two people at once belongs to either.
#include "features/speaker/voices.h"

#include "base/ensure.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace bonafide::features::speaker {
namespace {

constexpr std::size_t kLeastMoments = 2;
constexpr int kMostRounds = 20;
/// Halves of one person's speech are chosen to differ, so that it takes more than even odds to believe in two.
constexpr double kSplit_llr = -0.5;

using Group = std::vector<std::size_t>;

evidence::VoiceNumbers mean_of(const std::vector<Moment>& moments, const Group& group) {
    evidence::VoiceNumbers mean{};
    for (const std::size_t index : group) {
        for (std::size_t k = 0; k < mean.size(); ++k) {
            mean[k] += moments[index].numbers[k] / static_cast<float>(group.size());
        }
    }
    return mean;
}

double product(const evidence::VoiceNumbers& a, const evidence::VoiceNumbers& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

std::array<std::size_t, 2> farthest(const std::vector<Moment>& moments, const Group& group) {
    std::array<std::size_t, 2> best = {group.front(), group.front()};
    double least = 2;
    for (const std::size_t a : group) {
        for (const std::size_t b : group) {
            const double alike = product(moments[a].numbers, moments[b].numbers);
            if (a < b && alike < least) {
                least = alike;
                best = {a, b};
            }
        }
    }
    return best;
}

/// `group` in two halves, one of which may be empty.
std::array<Group, 2> halves_of(const std::vector<Moment>& moments, const Group& group) {
    const auto [one, other] = farthest(moments, group);
    std::array<evidence::VoiceNumbers, 2> centres = {moments[one].numbers, moments[other].numbers};
    std::array<Group, 2> halves;
    for (int round = 0; round < kMostRounds; ++round) {
        std::array<double, 2> lengths{};
        for (std::size_t side = 0; side < 2; ++side) {
            lengths[side] = std::max(1e-9, std::sqrt(product(centres[side], centres[side])));
        }
        std::array<Group, 2> next;
        for (const std::size_t index : group) {
            const auto likeness = [&](std::size_t side) {
                return product(moments[index].numbers, centres[side]) / lengths[side];
            };
            next[likeness(1) > likeness(0) ? 1 : 0].push_back(index);
        }
        if (next == halves) {
            break;
        }
        halves = std::move(next);
        for (std::size_t side = 0; side < 2; ++side) {
            if (!halves[side].empty()) {
                centres[side] = mean_of(moments, halves[side]);
            }
        }
    }
    return halves;
}

bool are_two(const std::vector<Moment>& moments, const std::array<Group, 2>& halves) {
    return std::min(halves[0].size(), halves[1].size()) >= kLeastMoments &&
           evidence::same_voice_llr(
               evidence::voice_distance(mean_of(moments, halves[0]), mean_of(moments, halves[1]))) <= kSplit_llr;
}

Voice voice_of(const std::vector<Moment>& moments, const Group& group) {
    Voice voice;
    for (const std::size_t index : group) {
        voice.moments.push_back(moments[index]);
        voice.speech_s += moments[index].speech_s;
    }
    voice.numbers = mean_of(voice.moments);
    return voice;
}

}  // namespace

evidence::VoiceNumbers mean_of(const std::vector<Moment>& moments) {
    ENSURE(!moments.empty());
    Group all(moments.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    return mean_of(moments, all);
}

std::optional<double> Voice::spread() const {
    if (moments.size() < 2) {
        return std::nullopt;
    }
    // The square of the mean holds each moment's product with itself, which is 1.
    const auto count = static_cast<double>(moments.size());
    const double pairs = (product(numbers, numbers) * count * count - count) / (count * (count - 1));
    return std::clamp(1 - pairs, 0.0, 1.0);
}

std::vector<Voice> voices_of(const std::vector<Moment>& moments) {
    std::vector<Voice> voices;
    if (moments.empty()) {
        return voices;
    }
    std::vector<Group> open(1, Group(moments.size()));
    std::iota(open.front().begin(), open.front().end(), std::size_t{0});
    while (!open.empty()) {
        const Group group = std::move(open.back());
        open.pop_back();
        std::array<Group, 2> halves = halves_of(moments, group);
        if (are_two(moments, halves)) {
            open.push_back(std::move(halves[0]));
            open.push_back(std::move(halves[1]));
        } else {
            voices.push_back(voice_of(moments, group));
        }
    }
    std::stable_sort(voices.begin(), voices.end(), [](const Voice& a, const Voice& b) {
        return std::pair(-a.speech_s, a.moments.front().start_s) < std::pair(-b.speech_s, b.moments.front().start_s);
    });
    return voices;
}

}  // namespace bonafide::features::speaker

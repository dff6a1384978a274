// Percentile bootstrap over clusters: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapters 8 and
// 13. Limits: with a dozen groups or fewer the intervals are too narrow.
#include "evaluation/bootstrap.h"

#include <algorithm>
#include <map>

namespace bonafide::evaluation {
namespace {

/// SplitMix64 (Steele, Lea and Flood 2014): the standard library's distributions differ between implementations.
class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}
    /// A number in [0, bound).
    std::size_t below(std::size_t bound) {
        state_ += 0x9E3779B97F4A7C15ULL;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        z ^= z >> 31;
        // The upper 53 bits are a number in [0, 1) that a double holds exactly.
        return static_cast<std::size_t>(static_cast<double>(z >> 11) * 0x1p-53 * static_cast<double>(bound));
    }

  private:
    std::uint64_t state_;
};

std::vector<std::vector<std::size_t>> members_by_group(std::size_t count,
                                                       const std::function<const std::string&(std::size_t)>& group_of) {
    std::map<std::string, std::size_t> index;
    std::vector<std::vector<std::size_t>> groups;
    for (std::size_t i = 0; i < count; ++i) {
        const std::string& name = group_of(i);
        if (name.empty()) {
            groups.push_back({i});
            continue;
        }
        const auto [place, added] = index.try_emplace(name, groups.size());
        if (added) {
            groups.emplace_back();
        }
        groups[place->second].push_back(i);
    }
    return groups;
}

/// Draws as many groups as there are, with replacement, as often as asked for; `figure` sees the members drawn.
std::optional<Interval> percentiles(
    const std::vector<std::vector<std::size_t>>& groups, const BootstrapOptions& options,
    const std::function<std::optional<double>(const std::vector<std::size_t>&)>& figure) {
    if (groups.size() < 2) {
        return std::nullopt;
    }
    Random random(options.seed);
    std::vector<double> figures;
    std::vector<std::size_t> drawn;
    for (int round = 0; round < options.rounds; ++round) {
        drawn.clear();
        for (std::size_t i = 0; i < groups.size(); ++i) {
            const std::vector<std::size_t>& members = groups[random.below(groups.size())];
            drawn.insert(drawn.end(), members.begin(), members.end());
        }
        if (const std::optional<double> value = figure(drawn)) {
            figures.push_back(*value);
        }
    }
    if (figures.size() < 20) {
        return std::nullopt;
    }
    std::sort(figures.begin(), figures.end());
    const auto at = [&](double share) {
        const double place = share * static_cast<double>(figures.size() - 1);
        const auto below = static_cast<std::size_t>(place);
        const double rest = place - static_cast<double>(below);
        return figures[below] + rest * (figures[std::min(below + 1, figures.size() - 1)] - figures[below]);
    };
    return Interval{at(0.025), at(0.975)};
}

}  // namespace

std::optional<Interval> bootstrap_interval(
    const std::vector<Trial>& trials, const std::function<std::optional<double>(const std::vector<Trial>&)>& statistic,
    const BootstrapOptions& options) {
    const auto groups =
        members_by_group(trials.size(), [&](std::size_t i) -> const std::string& { return trials[i].group; });
    std::vector<Trial> sample;
    return percentiles(groups, options, [&](const std::vector<std::size_t>& drawn) {
        sample.clear();
        for (const std::size_t i : drawn) {
            sample.push_back({trials[i].score, trials[i].manipulated, {}});
        }
        return statistic(sample);
    });
}

std::optional<Interval> bootstrap_mean_interval(const std::vector<GroupedValue>& values,
                                                const BootstrapOptions& options) {
    const auto groups =
        members_by_group(values.size(), [&](std::size_t i) -> const std::string& { return values[i].group; });
    return percentiles(groups, options, [&](const std::vector<std::size_t>& drawn) -> std::optional<double> {
        double sum = 0;
        for (const std::size_t i : drawn) {
            sum += values[i].value;
        }
        return sum / static_cast<double>(drawn.size());
    });
}

std::vector<GroupedValue> ordered_within_groups(const std::vector<Trial>& trials) {
    std::map<std::string, std::vector<Trial>> groups;
    for (const Trial& trial : trials) {
        if (!trial.group.empty()) {
            groups[trial.group].push_back(trial);
        }
    }
    std::vector<GroupedValue> ordered;
    for (const auto& [name, members] : groups) {
        if (const auto share = area_under_curve(members)) {
            ordered.push_back({*share, name});
        }
    }
    return ordered;
}

}  // namespace bonafide::evaluation

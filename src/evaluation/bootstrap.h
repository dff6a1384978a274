#pragma once

#include "evaluation/detection.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace bonafide::evaluation {

/// Bounds between which a figure lies with 95 % confidence.
struct Interval {
    double low = 0, high = 0;
};

struct BootstrapOptions {
    std::uint64_t seed = 1;
    int rounds = 500;
};

/// Percentile bootstrap of `statistic`, resampling whole groups: members of a group resemble each other and do not
/// count as independent. An empty group name stands for a group of its own. Nothing where fewer than two groups exist
/// or too few rounds gave a figure. The same seed gives the same interval on every machine.
std::optional<Interval> bootstrap_interval(
    const std::vector<Trial>& trials, const std::function<std::optional<double>(const std::vector<Trial>&)>& statistic,
    const BootstrapOptions& options = {});

/// The same for the mean of values, each of a group.
struct GroupedValue {
    double value = 0;
    std::string group;
};
std::optional<Interval> bootstrap_mean_interval(const std::vector<GroupedValue>& values,
                                                const BootstrapOptions& options = {});

/// Of every named group that holds both classes (a genuine film and its forgery), the share of its pairs of a
/// manipulated and a genuine trial in which the manipulated one scores higher, ties counting half. In the order of
/// their names.
std::vector<GroupedValue> ordered_within_groups(const std::vector<Trial>& trials);

}  // namespace bonafide::evaluation

// Definitions: AUC as Mann and Whitney's U; EER, minDCF and actDCF as in the ASVspoof 2021 evaluation plan with the
// manipulated class as target; Cllr after Brümmer and du Preez, "Application-independent evaluation of speaker
// detection", Computer Speech and Language 2006. All are computed on the step function of the scores as they are: no
// convex hull is taken.
#include "evaluation/detection.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace bonafide::evaluation {
namespace {

double cost_at(const OperatingPoint& point, const Costs& costs) {
    const double miss = costs.prior * costs.miss, alarm = (1 - costs.prior) * costs.false_alarm;
    return (miss * point.miss_rate + alarm * point.false_alarm_rate) / std::min(miss, alarm);
}

}  // namespace

std::vector<OperatingPoint> operating_points(const std::vector<Trial>& trials) {
    std::vector<const Trial*> order;
    order.reserve(trials.size());
    double manipulated = 0;
    for (const Trial& trial : trials) {
        order.push_back(&trial);
        manipulated += trial.manipulated ? 1 : 0;
    }
    const double genuine = static_cast<double>(trials.size()) - manipulated;
    if (manipulated == 0 || genuine == 0) {
        return {};
    }
    std::sort(order.begin(), order.end(), [](const Trial* a, const Trial* b) { return a->score > b->score; });
    std::vector<OperatingPoint> points = {{order.front()->score, 1, 0}};
    double found = 0, alarms = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        (order[i]->manipulated ? found : alarms) += 1;
        const bool last = i + 1 == order.size();
        if (last || order[i + 1]->score < order[i]->score) {
            const double below = last ? -std::numeric_limits<double>::infinity() : order[i + 1]->score;
            points.push_back({below, 1 - found / manipulated, alarms / genuine});
        }
    }
    return points;
}

std::optional<double> area_under_curve(const std::vector<Trial>& trials) {
    const std::vector<OperatingPoint> points = operating_points(trials);
    if (points.empty()) {
        return std::nullopt;
    }
    double area = 0;
    for (std::size_t i = 1; i < points.size(); ++i) {
        // The trapezoid gives ties half.
        area += (points[i].false_alarm_rate - points[i - 1].false_alarm_rate) *
                (2 - points[i].miss_rate - points[i - 1].miss_rate) / 2;
    }
    return area;
}

std::optional<double> equal_error_rate(const std::vector<Trial>& trials) {
    const std::vector<OperatingPoint> points = operating_points(trials);
    for (std::size_t i = 1; i < points.size(); ++i) {
        if (points[i].false_alarm_rate >= points[i].miss_rate) {
            const double before = points[i - 1].miss_rate - points[i - 1].false_alarm_rate;
            const double after = points[i].false_alarm_rate - points[i].miss_rate;
            const double share = before + after > 0 ? before / (before + after) : 0;
            return points[i - 1].miss_rate + share * (points[i].miss_rate - points[i - 1].miss_rate);
        }
    }
    return std::nullopt;
}

std::optional<double> least_detection_cost(const std::vector<Trial>& trials, const Costs& costs) {
    std::optional<double> least;
    for (const OperatingPoint& point : operating_points(trials)) {
        least = std::min(least.value_or(cost_at(point, costs)), cost_at(point, costs));
    }
    return least;
}

std::optional<double> actual_detection_cost(const std::vector<Trial>& trials, const Costs& costs) {
    const double threshold = std::log10((1 - costs.prior) * costs.false_alarm / (costs.prior * costs.miss));
    double missed = 0, manipulated = 0, alarms = 0, genuine = 0;
    for (const Trial& trial : trials) {
        (trial.manipulated ? manipulated : genuine) += 1;
        missed += trial.manipulated && trial.score <= threshold ? 1 : 0;
        alarms += !trial.manipulated && trial.score > threshold ? 1 : 0;
    }
    if (manipulated == 0 || genuine == 0) {
        return std::nullopt;
    }
    return cost_at({threshold, missed / manipulated, alarms / genuine}, costs);
}

std::optional<double> log_likelihood_ratio_cost(const std::vector<Trial>& trials) {
    double sum_manipulated = 0, manipulated = 0, sum_genuine = 0, genuine = 0;
    for (const Trial& trial : trials) {
        const double sign = trial.manipulated ? -1 : 1;
        // log2(1 + 10^x) without overflow for large x.
        const double x = sign * trial.score * std::log(10.0);
        const double bits = (std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)))) / std::log(2.0);
        (trial.manipulated ? sum_manipulated : sum_genuine) += bits;
        (trial.manipulated ? manipulated : genuine) += 1;
    }
    if (manipulated == 0 || genuine == 0) {
        return std::nullopt;
    }
    return (sum_manipulated / manipulated + sum_genuine / genuine) / 2;
}

std::optional<OperatingPoint> found_at(const std::vector<Trial>& trials, double false_alarm_rate) {
    std::optional<OperatingPoint> best;
    for (const OperatingPoint& point : operating_points(trials)) {
        // One rounding error must not turn 2 of 100 into more than 2 %.
        if (point.false_alarm_rate <= false_alarm_rate + 1e-12) {
            best = point;
        }
    }
    return best;
}

}  // namespace bonafide::evaluation

// Closed forms, and brute force over all pairs, thresholds and pixels.
#include "evaluation/bootstrap.h"
#include "evaluation/detection.h"
#include "evaluation/localisation.h"
#include "evaluation/verdicts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <string>

namespace bonafide::evaluation {
namespace {

/// Scores with ties, drawn around 0 for genuine and around `shift` for manipulated trials.
std::vector<Trial> drawn_trials(int count, double shift, unsigned seed, int groups = 0) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    std::vector<Trial> trials;
    for (int i = 0; i < count; ++i) {
        const bool manipulated = i % 3 == 0;
        const double score = std::round((normal(random) + (manipulated ? shift : 0)) * 10) / 10;
        trials.push_back({score, manipulated, groups > 0 ? "g" + std::to_string(i % groups) : ""});
    }
    return trials;
}

double auc_over_all_pairs(const std::vector<Trial>& trials) {
    double won = 0, pairs = 0;
    for (const Trial& a : trials) {
        for (const Trial& b : trials) {
            if (a.manipulated && !b.manipulated) {
                won += a.score > b.score ? 1 : a.score == b.score ? 0.5 : 0;
                ++pairs;
            }
        }
    }
    return won / pairs;
}

OperatingPoint rates_above(const std::vector<Trial>& trials, double threshold) {
    OperatingPoint point{threshold, 0, 0};
    double manipulated = 0, genuine = 0;
    for (const Trial& trial : trials) {
        (trial.manipulated ? manipulated : genuine) += 1;
        point.miss_rate += trial.manipulated && trial.score <= threshold ? 1 : 0;
        point.false_alarm_rate += !trial.manipulated && trial.score > threshold ? 1 : 0;
    }
    point.miss_rate /= manipulated;
    point.false_alarm_rate /= genuine;
    return point;
}

std::vector<double> thresholds(const std::vector<Trial>& trials) {
    std::vector<double> all = {-1e9};
    for (const Trial& trial : trials) {
        all.push_back(trial.score);
    }
    return all;
}

TEST(Detection, AreaUnderCurveIsTheShareOfPairsWon) {
    for (unsigned seed = 1; seed <= 5; ++seed) {
        const auto trials = drawn_trials(200, 1.0, seed);
        EXPECT_NEAR(*area_under_curve(trials), auc_over_all_pairs(trials), 1e-12);
    }
    EXPECT_DOUBLE_EQ(*area_under_curve({{1, false, ""}, {2, true, ""}}), 1);
    EXPECT_DOUBLE_EQ(*area_under_curve({{2, false, ""}, {1, true, ""}}), 0);
    EXPECT_DOUBLE_EQ(*area_under_curve({{1, false, ""}, {1, true, ""}}), 0.5);
}

TEST(Detection, NormalScoresHaveTheTextbookRates) {
    // Two normal distributions a distance d apart: AUC = Phi(d / sqrt 2), EER = Phi(-d / 2).
    std::vector<Trial> trials;
    std::mt19937 random(7);
    std::normal_distribution<double> normal;
    trials.reserve(40000);
    for (int i = 0; i < 40000; ++i) {
        trials.push_back({normal(random) + (i % 2 == 0 ? 1.5 : 0), i % 2 == 0, ""});
    }
    const auto phi = [](double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); };
    EXPECT_NEAR(*area_under_curve(trials), phi(1.5 / std::sqrt(2.0)), 0.005);
    EXPECT_NEAR(*equal_error_rate(trials), phi(-0.75), 0.005);
}

TEST(Detection, CostsAndFoundAgreeWithEveryThreshold) {
    for (unsigned seed = 1; seed <= 5; ++seed) {
        const auto trials = drawn_trials(300, 1.5, seed);
        double least = 1e9, found = 0;
        for (const double threshold : thresholds(trials)) {
            const OperatingPoint point = rates_above(trials, threshold);
            least = std::min(least, (0.05 * point.miss_rate + 0.95 * point.false_alarm_rate) / 0.05);
            if (point.false_alarm_rate <= 0.02) {
                found = std::max(found, 1 - point.miss_rate);
            }
        }
        EXPECT_NEAR(*least_detection_cost(trials), least, 1e-12);
        const OperatingPoint at = *found_at(trials, 0.02);
        EXPECT_NEAR(1 - at.miss_rate, found, 1e-12);
        EXPECT_NEAR(rates_above(trials, at.threshold).miss_rate, at.miss_rate, 1e-12);
        EXPECT_NEAR(rates_above(trials, at.threshold).false_alarm_rate, at.false_alarm_rate, 1e-12);
        const OperatingPoint bayes = rates_above(trials, std::log10(19.0));
        EXPECT_NEAR(*actual_detection_cost(trials), (0.05 * bayes.miss_rate + 0.95 * bayes.false_alarm_rate) / 0.05,
                    1e-12);
        EXPECT_GE(*actual_detection_cost(trials), *least_detection_cost(trials));
    }
}

TEST(Detection, TwoOfAHundredAreTwoPercent) {
    std::vector<Trial> trials = {{50, true, ""}};
    for (int i = 0; i < 100; ++i) {
        trials.push_back({static_cast<double>(i < 98 ? 0 : 60 + i), false, ""});
    }
    EXPECT_DOUBLE_EQ(1 - found_at(trials, 0.02)->miss_rate, 1);
    trials.push_back({70, false, ""});
    EXPECT_DOUBLE_EQ(1 - found_at(trials, 0.02)->miss_rate, 0);
}

TEST(Detection, EqualErrorRateWhereTheRatesCross) {
    // 1 of 4 missed and 1 of 4 alarmed at a threshold of 2.5.
    const std::vector<Trial> trials = {{1, false, ""},  {1.5, false, ""}, {2, false, ""}, {4, false, ""},
                                       {1.7, true, ""}, {3, true, ""},    {5, true, ""},  {6, true, ""}};
    EXPECT_DOUBLE_EQ(*equal_error_rate(trials), 0.25);
    EXPECT_DOUBLE_EQ(*equal_error_rate({{1, false, ""}, {2, true, ""}}), 0);
    EXPECT_DOUBLE_EQ(*equal_error_rate({{1, false, ""}, {1, true, ""}}), 0.5);
}

TEST(Detection, RatioCostIsOneBitForSilenceAndRisesWithOverconfidence) {
    EXPECT_NEAR(*log_likelihood_ratio_cost({{0, true, ""}, {0, false, ""}}), 1, 1e-12);
    // Ratio 10 to 1 on the right side of both: log2(1.1).
    EXPECT_NEAR(*log_likelihood_ratio_cost({{1, true, ""}, {-1, false, ""}}), std::log2(1.1), 1e-12);
    EXPECT_GT(*log_likelihood_ratio_cost({{-3, true, ""}, {3, false, ""}}), 9);
    EXPECT_TRUE(std::isfinite(*log_likelihood_ratio_cost({{-1e6, true, ""}, {1e6, false, ""}})));
}

TEST(Detection, OneClassAloneHasNoRates) {
    const std::vector<Trial> trials = {{1, true, ""}, {2, true, ""}};
    EXPECT_FALSE(area_under_curve(trials) || equal_error_rate(trials) || least_detection_cost(trials) ||
                 actual_detection_cost(trials) || log_likelihood_ratio_cost(trials) || found_at(trials, 0.02));
    EXPECT_FALSE(area_under_curve({}).has_value());
}

TEST(Bootstrap, OrderIsAskedWithinGroupsThatHoldBothClasses) {
    const std::vector<Trial> trials = {
        {1, false, "right"}, {2, true, "right"},  {9, false, "wrong"}, {3, true, "wrong"},
        {5, false, "tie"},   {5, true, "tie"},    {0, true, "alone"},  {9, false, ""},
        {0, true, ""},       {1, false, "three"}, {4, false, "three"}, {2, true, "three"},
    };
    std::map<std::string, double> shares;
    for (const GroupedValue& each : ordered_within_groups(trials)) {
        shares[each.group] = each.value;
    }
    EXPECT_THAT(shares, testing::UnorderedElementsAre(testing::Pair("right", 1.0), testing::Pair("wrong", 0.0),
                                                      testing::Pair("tie", 0.5), testing::Pair("three", 0.5)));
    EXPECT_TRUE(ordered_within_groups({{1, true, ""}, {0, false, ""}}).empty());
}

TEST(Bootstrap, CoversTheTruthAboutAsOftenAsItSays) {
    // AUC of scores a distance 1 apart.
    const double truth = 0.5 * std::erfc(-1.0 / 2);
    int covered = 0;
    for (unsigned seed = 0; seed < 100; ++seed) {
        std::mt19937 random(seed);
        std::normal_distribution<double> normal;
        std::vector<Trial> trials;
        trials.reserve(120);
        for (int i = 0; i < 120; ++i) {
            trials.push_back({normal(random) + i % 2, i % 2 == 1, ""});
        }
        const auto interval = bootstrap_interval(trials, area_under_curve, {seed, 200});
        covered += interval->low <= truth && truth <= interval->high ? 1 : 0;
    }
    EXPECT_THAT(covered, testing::AllOf(testing::Ge(86), testing::Le(100)));
}

TEST(Bootstrap, ResamplesWholeGroups) {
    // 20 copies of 10 values: as uncertain as 10 values, not as 200.
    std::vector<GroupedValue> copies, alone;
    for (int i = 0; i < 200; ++i) {
        copies.push_back({static_cast<double>(i % 10), "g" + std::to_string(i % 10)});
        alone.push_back({static_cast<double>(i % 10), ""});
    }
    const auto width = [](const std::optional<Interval>& interval) { return interval->high - interval->low; };
    EXPECT_GT(width(bootstrap_mean_interval(copies)), 3 * width(bootstrap_mean_interval(alone)));
    EXPECT_FALSE(bootstrap_mean_interval({{1, "a"}, {2, "a"}}).has_value());
    EXPECT_FALSE(bootstrap_interval({}, area_under_curve).has_value());
}

TEST(Bootstrap, SameSeedSameInterval) {
    const auto trials = drawn_trials(100, 1, 3, 12);
    const auto first = bootstrap_interval(trials, area_under_curve, {5, 100});
    const auto second = bootstrap_interval(trials, area_under_curve, {5, 100});
    const auto other = bootstrap_interval(trials, area_under_curve, {6, 100});
    EXPECT_EQ(first->low, second->low);
    EXPECT_EQ(first->high, second->high);
    EXPECT_NE(first->low, other->low);
}

/// Shades and masks pixel by pixel, to count by hand.
struct Pixels {
    std::vector<int> shade;
    std::vector<bool> changed;
    ShadeCounts counts() const {
        ShadeCounts counts;
        for (std::size_t i = 0; i < shade.size(); ++i) {
            ++(changed[i] ? counts.inside : counts.outside)[static_cast<std::size_t>(shade[i])];
        }
        return counts;
    }
};

Pixels drawn_pixels(unsigned seed) {
    std::mt19937 random(seed);
    Pixels pixels;
    for (int i = 0; i < 2000; ++i) {
        const bool changed = random() % 5 == 0;
        pixels.changed.push_back(changed);
        pixels.shade.push_back(static_cast<int>(std::min<unsigned>(255, random() % 200 + (changed ? 70 : 0))));
    }
    return pixels;
}

TEST(Localisation, AgreesWithPixelsCountedOneByOne) {
    for (unsigned seed = 1; seed <= 3; ++seed) {
        const Pixels pixels = drawn_pixels(seed);
        double best = 0;
        for (int threshold = -1; threshold < 255; ++threshold) {
            double tp = 0, fp = 0, fn = 0, tn = 0;
            for (std::size_t i = 0; i < pixels.shade.size(); ++i) {
                const bool marked = pixels.shade[i] > threshold;
                (marked ? (pixels.changed[i] ? tp : fp) : (pixels.changed[i] ? fn : tn)) += 1;
            }
            const Confusion confusion = confusion_at(pixels.counts(), threshold);
            const double precision = tp / (tp + fp), recall = tp / (tp + fn);
            if (tp > 0) {
                EXPECT_NEAR(confusion.f1(), 2 * precision * recall / (precision + recall), 1e-12);
                best = std::max(best, confusion.f1());
            }
            EXPECT_NEAR(confusion.iou(), tp / (tp + fp + fn), 1e-12);
            if ((tp + fp) * (tn + fn) > 0) {
                // The correlation of two variables that are 0 or 1.
                const double n = tp + fp + fn + tn, mean_marked = (tp + fp) / n, mean_changed = (tp + fn) / n;
                const double covariance = tp / n - mean_marked * mean_changed;
                EXPECT_NEAR(confusion.mcc(),
                            covariance / std::sqrt(mean_marked * (1 - mean_marked) * mean_changed * (1 - mean_changed)),
                            1e-9);
            }
            if (threshold == kMapThreshold) {
                EXPECT_NEAR(localisation(pixels.counts())->f1_fixed, confusion.f1(), 1e-12);
                EXPECT_NEAR(localisation(pixels.counts())->iou_fixed, confusion.iou(), 1e-12);
                EXPECT_NEAR(localisation(pixels.counts())->mcc_fixed, confusion.mcc(), 1e-12);
                EXPECT_NEAR(*alarm_area(pixels.counts()), fp / (fp + tn), 1e-12);
            }
        }
        EXPECT_NEAR(localisation(pixels.counts())->f1_best, best, 1e-12);
    }
}

TEST(Localisation, PerfectBlindAndSilentMaps) {
    ShadeCounts perfect;
    perfect.inside[200] = 10;
    perfect.outside[20] = 90;
    EXPECT_DOUBLE_EQ(localisation(perfect)->f1_best, 1);
    EXPECT_DOUBLE_EQ(localisation(perfect)->f1_fixed, 1);
    EXPECT_DOUBLE_EQ(localisation(perfect)->mcc_fixed, 1);
    EXPECT_DOUBLE_EQ(*alarm_area(perfect), 0);
    ShadeCounts flat;  // marks nothing: the best threshold marks everything, a share of .1 of it right
    flat.inside[0] = 10;
    flat.outside[0] = 90;
    EXPECT_NEAR(localisation(flat)->f1_best, 2 * 0.1 / 1.1, 1e-12);
    EXPECT_DOUBLE_EQ(localisation(flat)->f1_fixed, 0);
    EXPECT_DOUBLE_EQ(localisation(flat)->mcc_fixed, 0);
    ShadeCounts at_threshold;  // 128 itself is not marked
    at_threshold.outside[128] = 1;
    EXPECT_DOUBLE_EQ(*alarm_area(at_threshold), 0);
    EXPECT_FALSE(localisation(at_threshold).has_value());
    EXPECT_FALSE(alarm_area({}).has_value());
}

TEST(Verdicts, AbstentionIsNoErrorAndNoAnswer) {
    const Answers answers{3, 1, 4, 1, 1};
    EXPECT_DOUBLE_EQ(*attack_rates(answers).error, 0.1);
    EXPECT_DOUBLE_EQ(*attack_rates(answers).error_answered, 0.25);
    EXPECT_DOUBLE_EQ(*attack_rates(answers).right, 0.3);
    EXPECT_DOUBLE_EQ(*attack_rates(answers).inconclusive, 0.4);
    EXPECT_DOUBLE_EQ(*genuine_rates(answers).error, 0.3);
    EXPECT_DOUBLE_EQ(*genuine_rates(answers).error_answered, 0.75);
    EXPECT_FALSE(attack_rates({}).error.has_value());
    EXPECT_FALSE(genuine_rates({0, 0, 5, 0, 0}).error_answered.has_value());
}

}  // namespace
}  // namespace bonafide::evaluation

#include "bench/summary.h"

#include "evaluation/verdicts.h"
#include "report/report.h"

#include <algorithm>
#include <map>
#include <set>

namespace bonafide::cli {
namespace {

using Json = nlohmann::ordered_json;
using evaluation::Trial;

constexpr double kFalseAlarmRate = 0.02;
/// The score of an input about which an analyzer said nothing, where it must count as not found.
constexpr double kSilent = -1e300;

/// One input of the pass.
struct Sample {
    const BenchRow* row = nullptr;
    const BenchOutcome* outcome = nullptr;
};

Json or_null(const std::optional<double>& value) {
    return value ? Json(*value) : Json();
}

Json interval_json(const std::optional<evaluation::Interval>& interval) {
    return interval ? Json{interval->low, interval->high} : Json();
}

std::optional<double> found_share(const std::vector<Trial>& trials) {
    const auto point = evaluation::found_at(trials, kFalseAlarmRate);
    return point ? std::optional(1 - point->miss_rate) : std::nullopt;
}

Json mean_of(const std::vector<evaluation::GroupedValue>& values) {
    double sum = 0;
    for (const evaluation::GroupedValue& each : values) {
        sum += each.value;
    }
    return values.empty() ? Json() : Json(sum / static_cast<double>(values.size()));
}

/// What one analyzer said about each of some inputs.
class View {
  public:
    View(const std::vector<Sample>& samples, const std::string& name, const std::string& main_measurement)
        : name_(name), main_measurement_(main_measurement) {
        // Ratios and measurements do not rank together: the ratio only where every answer has one.
        bool any = false, all = true;
        for (const Sample& sample : samples) {
            const AnalyzerOutcome* said = outcome(sample);
            if (said != nullptr && said->outcome == evidence::Outcome::kRan) {
                any = any || said->llr.has_value();
                all = all && said->llr.has_value();
            }
        }
        calibrated_ = any && all;
    }
    bool calibrated() const { return calibrated_; }
    std::string score_name() const { return calibrated_ ? "llr" : main_measurement_; }

    const AnalyzerOutcome* outcome(const Sample& sample) const {
        const auto found = sample.outcome->analyzers.find(name_);
        return found != sample.outcome->analyzers.end() ? &found->second : nullptr;
    }
    std::optional<double> score(const Sample& sample) const { return calibrated_ ? llr(sample) : main_value(sample); }
    std::optional<double> main_value(const Sample& sample) const {
        const AnalyzerOutcome* said = outcome(sample);
        if (said == nullptr || said->outcome != evidence::Outcome::kRan) {
            return std::nullopt;
        }
        const auto measured = said->measurements.find(main_measurement_);
        return measured != said->measurements.end() ? std::optional(measured->second) : std::nullopt;
    }

  private:
    std::optional<double> llr(const Sample& sample) const {
        const AnalyzerOutcome* said = outcome(sample);
        return said != nullptr ? said->llr : std::nullopt;
    }
    std::string name_, main_measurement_;
    bool calibrated_ = false;
};

/// Counts of outcomes, and how well the analyzer tells the classes apart.
Json detection_json(const View& view, const std::vector<Sample>& samples, const evaluation::BootstrapOptions& bootstrap,
                    bool with_intervals) {
    std::vector<Trial> scored, all, by_measurement;
    std::map<std::string, int> counts;
    for (const Sample& sample : samples) {
        const AnalyzerOutcome* said = view.outcome(sample);
        ++counts[said == nullptr ? "not_asked" : evidence::name_of(said->outcome)];
        ++counts[sample.row->manipulated ? "manipulated" : "genuine"];
        const auto score = view.score(sample);
        if (score) {
            scored.push_back({*score, sample.row->manipulated, sample.row->group});
        }
        all.push_back({score.value_or(kSilent), sample.row->manipulated, sample.row->group});
        if (const auto value = view.main_value(sample)) {
            by_measurement.push_back({*value, sample.row->manipulated, sample.row->group});
        }
    }
    Json json = {{"n", samples.size()},
                 {"manipulated", counts["manipulated"]},
                 {"genuine", counts["genuine"]},
                 {"ran", counts["ran"]},
                 {"not_applicable", counts["not_applicable"]},
                 {"failed", counts["failed"]},
                 {"scored", scored.size()},
                 {"score", view.score_name()}};
    json["auc"] = or_null(evaluation::area_under_curve(scored));
    json["eer"] = or_null(evaluation::equal_error_rate(scored));
    // Who said nothing about anything did not find nothing; and who spoke of one class alone (only the fakes have
    // sound) raised no alarm because it was not asked.
    const auto point = json["auc"].is_null() ? std::nullopt : evaluation::found_at(all, kFalseAlarmRate);
    json["found_at_2_percent"] = point ? Json(1 - point->miss_rate) : Json();
    json["threshold_at_2_percent"] = point && point->threshold > kSilent ? Json(point->threshold) : Json();
    json["main_measurement_auc"] = or_null(evaluation::area_under_curve(by_measurement));
    const std::vector<evaluation::GroupedValue> ordered = evaluation::ordered_within_groups(scored);
    json["groups_of_both"] = ordered.size();
    json["in_order"] = mean_of(ordered);
    if (with_intervals) {
        json["in_order_interval"] = interval_json(evaluation::bootstrap_mean_interval(ordered, bootstrap));
        json["auc_interval"] =
            interval_json(evaluation::bootstrap_interval(scored, evaluation::area_under_curve, bootstrap));
        json["eer_interval"] =
            interval_json(evaluation::bootstrap_interval(scored, evaluation::equal_error_rate, bootstrap));
        json["found_at_2_percent_interval"] =
            point ? interval_json(evaluation::bootstrap_interval(all, found_share, bootstrap)) : Json();
    }
    json["min_dcf"] = or_null(evaluation::least_detection_cost(scored));
    if (view.calibrated()) {
        json["act_dcf"] = or_null(evaluation::actual_detection_cost(scored));
        json["cllr"] = or_null(evaluation::log_likelihood_ratio_cost(scored));
    }
    return json;
}

/// Means over the pictures. Fusion answers for every picture: where it drew no map, it pointed at nothing.
Json localisation_json(const View& view, bool is_fusion, const std::vector<Sample>& samples,
                       const evaluation::BootstrapOptions& bootstrap, bool with_intervals) {
    evaluation::Localisation sum;
    std::vector<evaluation::GroupedValue> f1_best;
    double area_sum = 0;
    std::size_t areas = 0, beyond_one_percent = 0;
    for (const Sample& sample : samples) {
        const AnalyzerOutcome* said = view.outcome(sample);
        if (said != nullptr && said->alarm_area && !sample.row->manipulated) {
            area_sum += *said->alarm_area;
            beyond_one_percent += *said->alarm_area > 0.01 ? 1 : 0;
            ++areas;
        }
        const bool wanted = sample.row->manipulated && !sample.row->mask.empty();
        if (!wanted || said == nullptr || (!said->localisation && !is_fusion)) {
            continue;
        }
        const evaluation::Localisation figures = said->localisation.value_or(evaluation::Localisation());
        f1_best.push_back({figures.f1_best, sample.row->group});
        sum.f1_best += figures.f1_best;
        sum.f1_fixed += figures.f1_fixed;
        sum.iou_best += figures.iou_best;
        sum.iou_fixed += figures.iou_fixed;
        sum.mcc_best += figures.mcc_best;
        sum.mcc_fixed += figures.mcc_fixed;
    }
    const auto mean = [&](double total) {
        return f1_best.empty() ? Json() : Json(total / static_cast<double>(f1_best.size()));
    };
    Json json = {{"n", f1_best.size()},
                 {"f1_best", mean(sum.f1_best)},
                 {"f1_fixed", mean(sum.f1_fixed)},
                 {"iou_best", mean(sum.iou_best)},
                 {"iou_fixed", mean(sum.iou_fixed)},
                 {"mcc_best", mean(sum.mcc_best)},
                 {"mcc_fixed", mean(sum.mcc_fixed)}};
    if (with_intervals) {
        json["f1_best_interval"] = interval_json(evaluation::bootstrap_mean_interval(f1_best, bootstrap));
    }
    json["genuine_maps"] = areas;
    json["alarm_area"] = areas > 0 ? Json(area_sum / static_cast<double>(areas)) : Json();
    json["alarm_area_over_1_percent"] =
        areas > 0 ? Json(static_cast<double>(beyond_one_percent) / static_cast<double>(areas)) : Json();
    return json;
}

/// Kinds in the order of their first line, manipulated ones first.
std::vector<std::pair<std::string, bool>> kinds_of(const std::vector<Sample>& samples) {
    std::vector<std::pair<std::string, bool>> kinds;
    for (const bool manipulated : {true, false}) {
        for (const Sample& sample : samples) {
            const std::pair<std::string, bool> kind{sample.row->kind, manipulated};
            if (sample.row->manipulated == manipulated && std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) {
                kinds.push_back(kind);
            }
        }
    }
    return kinds;
}

/// A manipulated kind with every genuine input against it; a genuine kind alone.
std::vector<Sample> of_kind(const std::vector<Sample>& samples, const std::pair<std::string, bool>& kind) {
    std::vector<Sample> chosen;
    std::copy_if(samples.begin(), samples.end(), std::back_inserter(chosen), [&](const Sample& sample) {
        return (sample.row->kind == kind.first && sample.row->manipulated == kind.second) ||
               (kind.second && !sample.row->manipulated);
    });
    return chosen;
}

Json analyzer_json(const std::vector<Sample>& samples, const std::string& name, const RankedAnalyzer& analyzer,
                   const evaluation::BootstrapOptions& bootstrap) {
    const View view(samples, name, analyzer.main_measurement);
    const bool is_fusion = name == kFusion;
    Json json = {{"analyzer", name}};
    json.update(detection_json(view, samples, bootstrap, true));
    json["localisation"] = localisation_json(view, is_fusion, samples, bootstrap, true);
    json["kinds"] = Json::array();
    for (const auto& kind : kinds_of(samples)) {
        const std::vector<Sample> chosen = of_kind(samples, kind);
        Json entry = {{"kind", kind.first}, {"is_manipulated", kind.second}};
        // Of what weighs nothing in a verdict nobody needs them, and they take their time.
        entry.update(detection_json(view, chosen, bootstrap, view.calibrated()));
        entry["localisation"] = localisation_json(view, is_fusion, chosen, bootstrap, is_fusion);
        json["kinds"].push_back(std::move(entry));
    }
    return json;
}

evaluation::Answers answers_of(const std::vector<Sample>& samples) {
    evaluation::Answers answers;
    for (const Sample& sample : samples) {
        const std::string& verdict = sample.outcome->verdict;
        ++(verdict == "likely_authentic"                                      ? answers.authentic
           : verdict == "likely_manipulated" || verdict == "likely_synthetic" ? answers.manipulated
           : verdict == "inconclusive"                                        ? answers.inconclusive
           : verdict == "not_applicable"                                      ? answers.not_judged
                                                                              : answers.failed);
    }
    return answers;
}

Json verdict_json(const std::vector<Sample>& samples, const std::string& kind, bool manipulated) {
    std::vector<Sample> chosen;
    std::copy_if(samples.begin(), samples.end(), std::back_inserter(chosen), [&](const Sample& sample) {
        return sample.row->manipulated == manipulated && (kind.empty() || sample.row->kind == kind);
    });
    const evaluation::Answers answers = answers_of(chosen);
    const auto rates = manipulated ? evaluation::attack_rates(answers) : evaluation::genuine_rates(answers);
    Json json = {{"kind", kind.empty() ? Json() : Json(kind)},
                 {"is_manipulated", manipulated},
                 {"n", answers.all()},
                 {"called_manipulated", answers.manipulated},
                 {"called_authentic", answers.authentic},
                 {"inconclusive", answers.inconclusive},
                 {"not_judged", answers.not_judged},
                 {"failed", answers.failed}};
    const std::string name = manipulated ? "apcer" : "bpcer";
    json[name] = or_null(rates.error);
    json[name + "_of_answered"] = or_null(rates.error_answered);
    json["right"] = or_null(rates.right);
    json["inconclusive_share"] = or_null(rates.inconclusive);
    return json;
}

}  // namespace

Json summarise(const Manifest& manifest, const std::vector<BenchOutcome>& outcomes,
               const std::vector<RankedAnalyzer>& analyzers, const evaluation::BootstrapOptions& bootstrap) {
    std::map<std::size_t, const BenchRow*> rows;
    for (const BenchRow& row : manifest.rows) {
        rows[row.line] = &row;
    }
    std::vector<Sample> samples;
    std::set<std::string> heard;
    for (const BenchOutcome& outcome : outcomes) {
        samples.push_back({rows.at(outcome.row), &outcome});
        for (const auto& [name, said] : outcome.analyzers) {
            heard.insert(name);
        }
    }
    Json pass;
    pass["inputs"] = samples.size();
    pass["analyzers"] = Json::array();
    for (const RankedAnalyzer& analyzer : analyzers) {
        if (heard.count(analyzer.id) != 0) {
            pass["analyzers"].push_back(analyzer_json(samples, analyzer.id, analyzer, bootstrap));
        }
    }
    // What the traces of editing say together, apart from all other evidence of the fusion.
    if (heard.count(report::kJointFindingId) != 0) {
        pass["analyzers"].push_back(
            analyzer_json(samples, report::kJointFindingId, {report::kJointFindingId, "llr", false}, bootstrap));
    }
    pass["analyzers"].push_back(analyzer_json(samples, kFusion, {kFusion, "llr", true}, bootstrap));
    pass["verdicts"] = Json::array();
    const auto kinds = kinds_of(samples);
    for (const bool manipulated : {true, false}) {
        pass["verdicts"].push_back(verdict_json(samples, "", manipulated));
        for (const auto& [kind, of_manipulated] : kinds) {
            if (of_manipulated == manipulated) {
                pass["verdicts"].push_back(verdict_json(samples, kind, manipulated));
            }
        }
    }
    return pass;
}

}  // namespace bonafide::cli

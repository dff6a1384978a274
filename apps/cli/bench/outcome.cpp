#include "bench/outcome.h"

namespace bonafide::cli {
namespace {

using Json = nlohmann::json;

Json number_or_null(const std::optional<double>& value) {
    return value ? Json(*value) : Json();
}

std::optional<double> optional_number(const Json& json, const char* key) {
    return json.contains(key) && !json[key].is_null() ? std::optional(json[key].get<double>()) : std::nullopt;
}

Json localisation_json(const evaluation::Localisation& figures) {
    return {{"f1_best", figures.f1_best},     {"f1_fixed", figures.f1_fixed}, {"iou_best", figures.iou_best},
            {"iou_fixed", figures.iou_fixed}, {"mcc_best", figures.mcc_best}, {"mcc_fixed", figures.mcc_fixed}};
}

evaluation::Localisation localisation_from(const Json& json) {
    evaluation::Localisation figures;
    figures.f1_best = json.at("f1_best");
    figures.f1_fixed = json.at("f1_fixed");
    figures.iou_best = json.at("iou_best");
    figures.iou_fixed = json.at("iou_fixed");
    figures.mcc_best = json.at("mcc_best");
    figures.mcc_fixed = json.at("mcc_fixed");
    return figures;
}

/// Adds what the maps say; the worker's artifact may be anything.
void add_localisation(const std::vector<std::uint8_t>& artifact, bool has_mask, BenchOutcome& outcome) {
    const Json json = Json::parse(artifact.begin(), artifact.end(), nullptr, false);
    try {
        outcome.problem = json.at("problem").get<std::string>();
        for (const auto& [name, sides] : json.at("maps").items()) {
            evaluation::ShadeCounts counts;
            counts.inside = sides.at("inside").get<decltype(counts.inside)>();
            counts.outside = sides.at("outside").get<decltype(counts.outside)>();
            AnalyzerOutcome& analyzer = outcome.analyzers[name == "fused" ? kFusion : name];
            analyzer.alarm_area = evaluation::alarm_area(counts);
            if (has_mask) {
                analyzer.localisation = evaluation::localisation(counts);
                if (!analyzer.localisation) {
                    outcome.problem = "its mask marks nothing";
                }
            }
        }
    } catch (const Json::exception&) {
        outcome.problem = "the analysis process sent maps that do not hold together";
    }
}

}  // namespace

BenchOutcome outcome_of(const engine::Checked& checked, bool has_mask) {
    BenchOutcome outcome;
    outcome.media_kind = checked.report.input.kind;
    outcome.verdict = report::name_of(checked.report.verdict);
    for (const evidence::Finding& finding : checked.report.findings) {
        const auto [place, first] = outcome.analyzers.try_emplace(finding.analyzer);
        if (!first) {
            continue;  // further findings point at places within the same evidence
        }
        place->second.outcome = finding.outcome;
        place->second.llr = finding.llr;
        for (const evidence::Measurement& measurement : finding.measurements) {
            place->second.measurements[measurement.name] = measurement.value;
        }
    }
    AnalyzerOutcome fusion;
    fusion.llr = checked.report.llr;
    fusion.outcome = checked.report.verdict == report::Verdict::kFailed ? evidence::Outcome::kFailed
                     : fusion.llr                                       ? evidence::Outcome::kRan
                                                                        : evidence::Outcome::kNotApplicable;
    outcome.analyzers[kFusion] = fusion;
    if (const auto artifact = checked.artifacts.find("localisation.json"); artifact != checked.artifacts.end()) {
        add_localisation(artifact->second, has_mask, outcome);
    }
    if (checked.report.failure) {
        outcome.problem = *checked.report.failure;
    }
    return outcome;
}

Json to_json(const BenchOutcome& outcome) {
    Json analyzers = Json::object();
    for (const auto& [name, analyzer] : outcome.analyzers) {
        Json json = {{"outcome", evidence::name_of(analyzer.outcome)},
                     {"llr", number_or_null(analyzer.llr)},
                     {"measurements", analyzer.measurements}};
        if (analyzer.localisation) {
            json["localisation"] = localisation_json(*analyzer.localisation);
        }
        if (analyzer.alarm_area) {
            json["alarm_area"] = *analyzer.alarm_area;
        }
        analyzers[name] = std::move(json);
    }
    return {{"row", outcome.row},         {"laundered", outcome.laundered}, {"media", outcome.media_kind},
            {"verdict", outcome.verdict}, {"problem", outcome.problem},     {"analyzers", analyzers}};
}

Result<BenchOutcome> read_outcome(const Json& json) {
    try {
        BenchOutcome outcome;
        outcome.row = json.at("row");
        outcome.laundered = json.at("laundered");
        outcome.media_kind = json.at("media");
        outcome.verdict = json.at("verdict");
        outcome.problem = json.at("problem");
        for (const auto& [name, entry] : json.at("analyzers").items()) {
            AnalyzerOutcome& analyzer = outcome.analyzers[name];
            const auto kind = evidence::outcome_from(entry.at("outcome").get<std::string>());
            if (!kind) {
                return Error{ErrorCode::kInvalid, "unknown outcome"};
            }
            analyzer.outcome = *kind;
            analyzer.llr = optional_number(entry, "llr");
            analyzer.measurements = entry.at("measurements").get<std::map<std::string, double>>();
            if (entry.contains("localisation")) {
                analyzer.localisation = localisation_from(entry["localisation"]);
            }
            analyzer.alarm_area = optional_number(entry, "alarm_area");
        }
        return outcome;
    } catch (const Json::exception& exception) {
        return Error{ErrorCode::kInvalid, exception.what()};
    }
}

}  // namespace bonafide::cli

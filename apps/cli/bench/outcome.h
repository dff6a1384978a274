#pragma once

#include "engine/front/check.h"
#include "evaluation/localisation.h"

#include <nlohmann/json.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bonafide::cli {

/// What one analyzer, or fusion, said about one input.
struct AnalyzerOutcome {
    evidence::Outcome outcome = evidence::Outcome::kRan;
    std::optional<double> llr;
    std::map<std::string, double> measurements;
    std::optional<evaluation::Localisation> localisation;  ///< of manipulated pictures with a mask and a map
    std::optional<double> alarm_area;                      ///< of pictures with a map
};

/// The name under which fusion stands among the analyzers.
inline constexpr const char* kFusion = "fusion";

/// What was said about one input in one pass.
struct BenchOutcome {
    std::size_t row = 0;  ///< in the manifest, before any were drawn
    bool laundered = false;
    std::string media_kind, verdict;
    std::string problem;  ///< why it, or its mask, could not be used; empty where all is well
    std::map<std::string, AnalyzerOutcome> analyzers;
};

/// Takes from a check what the bench counts. What the worker sent is not trusted: maps of which the counts do not hold
/// together are left out and are a problem.
BenchOutcome outcome_of(const engine::Checked& checked, bool has_mask);

nlohmann::json to_json(const BenchOutcome& outcome);
/// kInvalid where it was not written by to_json().
Result<BenchOutcome> read_outcome(const nlohmann::json& json);

}  // namespace bonafide::cli

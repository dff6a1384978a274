#pragma once

#include "report/report.h"

#include <nlohmann/json.hpp>

#include <string>

namespace bonafide::engine {

/// What an HTML report says about the analyzers, from the definitions of `worker`; without it (the worker does not
/// answer) the page shows ids alone.
report::AnalyzerNotes analyzer_notes(const std::string& worker);

/// The finding under which several analyzers are judged together, described as describe_analyzers() describes an
/// analyzer: no analyzer makes it, but reports hold it.
nlohmann::ordered_json joint_finding_description();

}  // namespace bonafide::engine

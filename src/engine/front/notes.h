#pragma once

#include "report/report.h"

#include <string>

namespace bonafide::engine {

/// What an HTML report says about the analyzers, from the definitions of `worker`; without it (the worker does not
/// answer) the page shows ids alone.
report::AnalyzerNotes analyzer_notes(const std::string& worker);

}  // namespace bonafide::engine

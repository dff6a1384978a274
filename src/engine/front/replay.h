#pragma once

#include "engine/front/check.h"

#include <string>
#include <string_view>
#include <vector>

namespace bonafide::engine {

/// The report in `document`: a report as JSON, or as a PDF that carries one. kInvalid, kLimit (far larger than any
/// report).
Result<report::Report> report_in(std::string_view document);

/// What a repetition must be given to find what `report` says: its analyzers, parameters and prior; of its limits and
/// `most`, the smaller ones. kInvalid where its "replay" does not say.
Result<Job> job_of(const report::Report& report, const Limits& most);

struct Comparison {
    std::vector<std::string> differences;  ///< in words: verdict, findings, measurements
    std::vector<std::string> versions;     ///< in words: programs, models and calibrations that are not the same
    bool identical = false;                ///< every number to the last digit
};

/// What `again` finds otherwise than `before`. Numbers may differ by kReplayTolerance: vector units and libraries do.
/// The case, where the file lies, maps, time and isolation are not compared.
Comparison compare(const report::Report& before, const report::Report& again);

/// Of a measurement, relative to it, or absolute below 1.
inline constexpr double kReplayTolerance = 0.05;

enum class ReplayState { kNotDone, kSame, kDiffers, kOtherVersions };
const char* name_of(ReplayState state);  ///< "not_done", "same", "differs", "other_versions"
/// kOtherVersions: it differs, but so do the versions.
ReplayState state_of(const Comparison& comparison);

}  // namespace bonafide::engine

#pragma once

#include "engine/front/check.h"

#include <cstdint>
#include <string>
#include <vector>

namespace bonafide::cli {

/// Exit codes (docs/guide/command-line.md), in order of precedence.
enum ExitCode : int { kClean = 0, kFound = 1, kFailed = 2, kInconclusive = 3 };

enum class Format { kText, kJson, kJsonLines, kHtml, kPdf };

/// What `check` was asked to do.
struct CheckRequest {
    std::vector<std::string> paths;
    Format format = Format::kText;
    std::string output;  ///< file, or folder for several HTML or PDF reports; empty: standard output
    std::string maps_folder;
    std::string resume;  ///< state file
    std::string case_number, examiner;
    bool sign = false;       ///< put a signature beside each report
    std::string key_folder;  ///< of the signing key
    int jobs = 0;            ///< 0: one a processor
    bool quiet = false, verbose = false, colour = false;
    bool progress = false;  ///< standard error is a terminal
    engine::Job job;
};

/// What `bench` was asked to do.
struct BenchRequest {
    std::string manifest;
    std::vector<std::string> genuine_labels;
    std::string output;  ///< JSON file; empty: none
    std::string resume;  ///< state file
    std::size_t limit = 0;
    std::uint64_t seed = 1;
    int jobs = 0;  ///< 0: one a processor
    bool launder = false, quiet = false;
    bool progress = false;  ///< standard error is a terminal
    engine::Job job;
};

int run_check(const CheckRequest& request, const engine::Installation& installation);
/// 0 when every input was measured, whatever was found; else 2.
int run_bench(const BenchRequest& request, const engine::Installation& installation);
int list_analyzers(const std::string& id, bool json, const engine::Installation& installation);
/// Prints the JSON Schema of bonafide.report/1 for this build.
int print_schema(const engine::Installation& installation);
int list_models(bool json, const engine::Installation& installation);

}  // namespace bonafide::cli

#pragma once

#include "bench/manifest.h"
#include "bench/outcome.h"
#include "evaluation/bootstrap.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace bonafide::cli {

/// An analyzer of this build: its id and the measurement by which it ranks as long as it is not calibrated.
struct RankedAnalyzer {
    std::string id;
    std::string main_measurement;
    bool emits_map = false;
};

/// The figures of one pass over the manifest: one entry an analyzer that said anything, and one for fusion, each over
/// everything and by kind; and the error rates of the verdicts. docs/guide/measuring.md says what each means.
nlohmann::ordered_json summarise(const Manifest& manifest, const std::vector<BenchOutcome>& outcomes,
                                 const std::vector<RankedAnalyzer>& analyzers,
                                 const evaluation::BootstrapOptions& bootstrap);

/// The same for people.
std::string table_of(const nlohmann::ordered_json& pass);

}  // namespace bonafide::cli

#pragma once

#include "engine/front/check.h"
#include "engine/front/signature.h"
#include "service/check_store.h"
#include "service/data_folder.h"

#include <string>
#include <vector>

namespace bonafide::service {

/// Writes what an attempt at a check gave to disk, where nobody looks for it yet: report.json with a signature
/// beside it (".sig"), report.html, the maps, the preview, and what report.pdf will show (documents.h). kLimit where
/// the disk is full.
Result<Outcome> write_results(const DataFolder& folder, const Claim& claim, const engine::Checked& checked,
                              const report::AnalyzerNotes& notes, const engine::SigningKey& key);

/// Puts what write_results() wrote where results are looked for, at once, in place of what other attempts left. Only
/// for the one attempt that ends the check; again does no harm.
Result<void> publish_results(const DataFolder& folder, const Claim& claim);

/// Names of the maps of a check that is done, sorted; the one of all together, "fused", first.
std::vector<std::string> map_names(const DataFolder& folder, const std::string& id);

}  // namespace bonafide::service

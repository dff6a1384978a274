#pragma once

#include "engine/front/check.h"
#include "engine/front/signature.h"
#include "service/check_store.h"
#include "service/data_folder.h"
#include "service/log.h"

#include <string>

namespace bonafide::service {

/// Writes what an attempt at a check gave to disk, where nobody looks for it yet: report.json and report.pdf, each with
/// a signature beside it (".sig"), report.html, the maps and the preview. Without a font on the system there is no
/// report.pdf; `log` is told. kLimit where the disk is full.
Result<Outcome> write_results(const DataFolder& folder, const Claim& claim, const engine::Checked& checked,
                              const report::AnalyzerNotes& notes, const engine::SigningKey& key, Log& log);

/// Puts what write_results() wrote where results are looked for, at once, in place of what other attempts left. Only
/// for the one attempt that ends the check; again does no harm.
Result<void> publish_results(const DataFolder& folder, const Claim& claim);

}  // namespace bonafide::service

#pragma once

#include "engine/front/check.h"
#include "engine/front/signature.h"
#include "service/check_record.h"
#include "service/data_folder.h"
#include "service/log.h"

#include <string>

namespace bonafide::service {

/// Writes what a check gave to disk, at once or not at all: report.json and report.pdf, each with a signature beside it
/// (".sig"), report.html, the maps and the preview. What an earlier attempt left is replaced. Without a font on the
/// system there is no report.pdf; `log` is told. kLimit where the disk is full.
Result<Outcome> write_results(const DataFolder& folder, const std::string& id, const engine::Checked& checked,
                              const report::AnalyzerNotes& notes, const engine::SigningKey& key, Log& log);

}  // namespace bonafide::service

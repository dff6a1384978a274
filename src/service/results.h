#pragma once

#include "engine/front/check.h"
#include "service/check_record.h"
#include "service/data_folder.h"

#include <string>

namespace bonafide::service {

/// Writes what a check gave to disk, at once or not at all: report.json, report.html, the maps and the preview. What an
/// earlier attempt left is replaced. kLimit where the disk is full.
Result<Outcome> write_results(const DataFolder& folder, const std::string& id, const engine::Checked& checked,
                              const report::AnalyzerNotes& notes);

}  // namespace bonafide::service

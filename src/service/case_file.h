#pragma once

#include "report/report.h"
#include "service/data_folder.h"

#include <string>

namespace bonafide::service {

/// Keeps number and examiner of a check's case beside its media, for whoever analyses it. Nothing is written where
/// neither is given. As write_new_file().
Result<void> write_case(const DataFolder& folder, const std::string& id, const report::CaseRecord& record);

/// What write_case() kept; empty texts where that was nothing. kIo, kInvalid where it cannot be read: a report must not
/// lose its case in silence.
Result<report::CaseRecord> read_case(const DataFolder& folder, const std::string& id);

}  // namespace bonafide::service

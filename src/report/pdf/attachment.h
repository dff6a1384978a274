#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace bonafide::report::pdf {

/// Adds `json` as the attachment "report.json", and the language, in an incremental update (ISO 32000-1, 7.5.6): cairo
/// 1.16 can do neither. `id`: 64 hexadecimal digits, becomes the document's. kInternal where `pdf` is not as cairo
/// writes it.
Result<std::string> attach_report(std::string pdf, std::string_view json, const std::string& id);

}  // namespace bonafide::report::pdf

#pragma once

#include "base/result.h"

#include <string>

namespace bonafide::forge {

/// The text of `path`. kIo where it cannot be read; kUsage where others than its owner may read it (a key must be
/// private), kLimit above 64 KiB.
Result<std::string> read_private(const std::string& path);

/// Writes `text` to `path`, readable by its owner alone, making the folders above it; keeps, and returns, what is there
/// where another process was faster. kIo.
Result<std::string> keep_private(const std::string& path, const std::string& text);

}  // namespace bonafide::forge

#pragma once

#include "service/connection.h"

#include <memory>
#include <string>

namespace bonafide::service {

/// Opens or creates the SQLite database `path`, readable by its owner alone, in write-ahead mode with every commit
/// synchronised to disk.
Result<std::unique_ptr<Connection>> open_sqlite(const std::string& path);

}  // namespace bonafide::service

#pragma once

#include "service/data_folder.h"
#include "service/database.h"
#include "service/options.h"

#include <memory>

namespace bonafide::service {

/// Opens the database that the options name: the file in `folder`, or a PostgreSQL server. Errors as Database::open()
/// and Database::connect(); kUsage where the file is meant but the folder's checks are in a PostgreSQL database.
Result<std::unique_ptr<Database>> open_database(const Options& options, const DataFolder& folder);

/// Makes sure that `folder` is the one that holds the files of `database`'s checks: files and rows name the same id,
/// which the first server of all gives them. kUsage where they do not: another server's folder, a mount that is
/// missing, or one that held the checks of a server without PostgreSQL. Whatever the database does not know would be
/// swept away.
Result<void> bind_folder(Database& database, const DataFolder& folder);

}  // namespace bonafide::service

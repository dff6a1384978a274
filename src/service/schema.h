#pragma once

#include "service/connection.h"

namespace bonafide::service {

/// Make the tables where there are none. kUnsupported where a newer version of the program made them.
Result<void> make_sqlite_tables(Connection& connection);
Result<void> make_postgresql_tables(Connection& connection);

}  // namespace bonafide::service

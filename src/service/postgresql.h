#pragma once

#include "service/connection.h"

#include <memory>
#include <string>

namespace bonafide::service {

/// Whether `url` has the form that PostgreSQL's tools take: postgresql://USER:PASSWORD@HOST:PORT/DATABASE?OPTIONS,
/// every part but the scheme optional. kUsage where not, in words that hold nothing of it, since it may hold a
/// password; kUnsupported where the client library is not installed.
Result<void> check_postgresql_url(const std::string& url);

/// Connects to the server that `url` names; what it leaves open comes from PostgreSQL's own variables and files, as
/// with its tools. Every statement, lock and silence on the connection has a time after which it ends. Errors as
/// check_postgresql_url(), is_unreachable() where no connection comes about, kUnsupported where the database does not
/// hold UTF-8.
Result<std::unique_ptr<Connection>> open_postgresql(const std::string& url);

}  // namespace bonafide::service

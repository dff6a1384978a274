#include "service/database.h"

#include "service/postgresql.h"
#include "service/schema.h"
#include "service/sqlite.h"

namespace bonafide::service {
namespace {

Result<void> prepare(ConnectionPool& pool, Result<void> (*make_tables)(Connection&)) {
    const auto held = pool.take();
    return held ? make_tables(**held) : held.error();
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const std::string& path) {
    const auto open_file = [path] { return open_sqlite(path); };
    auto writers = std::make_shared<ConnectionPool>(open_file, 1);
    if (auto prepared = prepare(*writers, make_sqlite_tables); !prepared) {
        return prepared.error();
    }
    return std::unique_ptr<Database>(new Database(std::move(writers), std::make_shared<ConnectionPool>(open_file, 1)));
}

Result<std::unique_ptr<Database>> Database::connect(const std::string& url, std::size_t most_connections) {
    auto pool = std::make_shared<ConnectionPool>([url] { return open_postgresql(url); }, most_connections);
    if (auto prepared = prepare(*pool, make_postgresql_tables); !prepared) {
        return prepared.error();
    }
    return std::unique_ptr<Database>(new Database(pool, pool));
}

}  // namespace bonafide::service

#include "service/schema.h"

#include <array>

namespace bonafide::service {
namespace {

constexpr std::int64_t kSchemaVersion = 1;

// seq, not a time, orders checks: clocks step back. A lease is the secret of the one attempt that may finish a check.
// Before not_before_ms nobody begins with a check that waits; of one that runs it is the end of its lease, where
// servers share the database.
constexpr const char* kTables = R"sql(
CREATE TABLE checks(
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, state TEXT NOT NULL, file_name TEXT NOT NULL,
    size_bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, created_ms INTEGER NOT NULL, started_ms INTEGER, finished_ms INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0, not_before_ms INTEGER NOT NULL DEFAULT 0, lease TEXT,
    media_type TEXT, kind TEXT, verdict TEXT, llr REAL, probability REAL, summary TEXT, error TEXT,
    preview INTEGER NOT NULL DEFAULT 0, owner TEXT NOT NULL DEFAULT '', idempotency_key TEXT, callback_url TEXT,
    UNIQUE(owner, idempotency_key)) STRICT;
CREATE INDEX checks_by_state ON checks(state, seq);
CREATE TABLE callbacks(
    id TEXT PRIMARY KEY, url TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    not_before_ms INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE keys(
    name TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, scopes TEXT NOT NULL, created_ms INTEGER NOT NULL) STRICT;
CREATE TABLE audit(
    seq INTEGER PRIMARY KEY, time_ms INTEGER NOT NULL, event TEXT NOT NULL, subject TEXT NOT NULL, actor TEXT NOT NULL,
    detail TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
)sql";

/// SQLite's words in kTables, and PostgreSQL's for the same. In this order: one holds another.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kPostgresqlWords = {
    {{"INTEGER PRIMARY KEY AUTOINCREMENT", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"},
     {"INTEGER", "BIGINT"},
     {"REAL", "DOUBLE PRECISION"},
     {" STRICT", ""}}};

std::string postgresql_tables() {
    std::string tables = kTables;
    for (const auto& [word, other] : kPostgresqlWords) {
        for (std::size_t at = tables.find(word); at != std::string::npos; at = tables.find(word, at + other.size())) {
            tables.replace(at, word.size(), other);
        }
    }
    // folder: which data folder holds the files (shared_folder.h).
    return tables +
           "CREATE TABLE bonafide(version BIGINT NOT NULL, folder TEXT); INSERT INTO bonafide(version) VALUES(" +
           std::to_string(kSchemaVersion) + ")";
}

Result<std::int64_t> number_of(Connection& connection, const char* sql) {
    Statement asked(connection, sql);
    const auto row = asked.step();
    return row ? Result<std::int64_t>(*row ? asked.integer(0) : 0) : row.error();
}

/// In one transaction: `version_of` gives 0 where there are no tables, and then `tables` makes them.
Result<void> make_tables(Connection& connection, const std::string& tables,
                         Result<std::int64_t> (*version_of)(Connection&)) {
    auto transaction = Transaction::begin(connection);
    if (!transaction) {
        return transaction.error();
    }
    const auto version = version_of(connection);
    if (!version) {
        return version.error();
    }
    if (*version > kSchemaVersion) {
        return Error{ErrorCode::kUnsupported, "the database was made by a newer version of this program"};
    }
    if (*version == 0) {
        if (auto made = connection.run(tables.c_str()); !made) {
            return made;
        }
    }
    return transaction->commit();
}

}  // namespace

Result<void> make_sqlite_tables(Connection& connection) {
    const std::string tables = std::string(kTables) + "PRAGMA user_version = " + std::to_string(kSchemaVersion);
    return make_tables(connection, tables, [](Connection& asked) { return number_of(asked, "PRAGMA user_version"); });
}

Result<void> make_postgresql_tables(Connection& connection) {
    return make_tables(connection, postgresql_tables(), [](Connection& asked) -> Result<std::int64_t> {
        const auto there = number_of(asked, "SELECT CASE WHEN to_regclass('bonafide') IS NULL THEN 0 ELSE 1 END");
        return there && *there == 1 ? number_of(asked, "SELECT version FROM bonafide") : there;
    });
}

}  // namespace bonafide::service

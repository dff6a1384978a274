#include "service/database.h"

namespace bonafide::service {
namespace {

constexpr std::int64_t kSchemaVersion = 1;

// seq, not a time, orders checks: clocks step back. A lease is the secret of the one attempt that may finish a check.
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
PRAGMA user_version = 1;
)sql";

Result<void> make_tables(Connection& connection) {
    auto transaction = Transaction::begin(connection);
    if (!transaction) {
        return transaction.error();
    }
    std::int64_t version = 0;
    {
        Statement asked(connection, "PRAGMA user_version");
        const auto row = asked.step();
        if (!row) {
            return row.error();
        }
        version = asked.integer(0);
    }
    if (version > kSchemaVersion) {
        return Error{ErrorCode::kUnsupported, "the database was made by a newer version of this program"};
    }
    if (version == 0) {
        if (auto made = connection.run(kTables); !made) {
            return made;
        }
    }
    return transaction->commit();
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const std::string& path) {
    auto writer = Connection::open(path);
    if (!writer) {
        return writer.error();
    }
    if (auto made = make_tables(*writer); !made) {
        return made.error();
    }
    auto reader = Connection::open(path);
    if (!reader) {
        return reader.error();
    }
    return std::unique_ptr<Database>(new Database(std::move(*writer), std::move(*reader)));
}

}  // namespace bonafide::service

#include "service/sqlite.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <utility>

namespace bonafide::service {
namespace {

/// How long a statement waits for another process (the key tool, a backup) to let go of the database.
constexpr int kWaitMs = 2000;
constexpr std::string_view kBusy = "the database is locked by another process";

}  // namespace

void Connection::Closer::operator()(sqlite3* handle) const {
    sqlite3_close_v2(handle);
}

void Statement::Finalizer::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

Error Connection::error(const std::string& doing) const {
    const int code = sqlite3_errcode(handle());
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED) {
        return {ErrorCode::kIo, std::string(kBusy)};
    }
    return {ErrorCode::kIo, "cannot " + doing + ": " + sqlite3_errmsg(handle())};
}

bool is_busy(const Error& error) {
    return error.message == kBusy;
}

Result<Connection> Connection::open(const std::string& path) {
    sqlite3* raw = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    const mode_t before = umask(0077);
    const int code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
    umask(before);
    Connection connection;
    connection.handle_.reset(raw);
    if (code != SQLITE_OK) {
        return Error{ErrorCode::kIo, "cannot open the database " + path + ": " + sqlite3_errstr(code)};
    }
    sqlite3_busy_timeout(raw, kWaitMs);
    // FULL: a check is acknowledged only once it would survive a power cut.
    for (const char* pragma : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON",
                               "PRAGMA trusted_schema=OFF", "PRAGMA secure_delete=ON"}) {
        if (auto set = connection.run(pragma); !set) {
            return set.error();
        }
    }
    return connection;
}

Result<void> Connection::run(const char* sql) {
    if (sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
        return error("use the database");
    }
    return {};
}

int Connection::changes() const {
    return sqlite3_changes(handle());
}

std::int64_t Connection::last_row() const {
    return sqlite3_last_insert_rowid(handle());
}

Statement::Statement(Connection& connection, const char* sql) : connection_(connection) {
    sqlite3_stmt* raw = nullptr;
    sound_ = sqlite3_prepare_v2(connection.handle(), sql, -1, &raw, nullptr) == SQLITE_OK;
    statement_.reset(raw);
}

Statement& Statement::bind(std::int64_t value) {
    sound_ = sound_ && sqlite3_bind_int64(statement_.get(), ++bound_, value) == SQLITE_OK;
    return *this;
}

Statement& Statement::bind(double value) {
    sound_ = sound_ && sqlite3_bind_double(statement_.get(), ++bound_, value) == SQLITE_OK;
    return *this;
}

Statement& Statement::bind(std::string_view value) {
    sound_ = sound_ && sqlite3_bind_text64(statement_.get(), ++bound_, value.data(), value.size(), SQLITE_TRANSIENT,
                                           SQLITE_UTF8) == SQLITE_OK;
    return *this;
}

Statement& Statement::bind_null() {
    sound_ = sound_ && sqlite3_bind_null(statement_.get(), ++bound_) == SQLITE_OK;
    return *this;
}

Result<bool> Statement::step() {
    const int code = sound_ ? sqlite3_step(statement_.get()) : SQLITE_ERROR;
    if (code == SQLITE_ROW) {
        return true;
    }
    if (code == SQLITE_DONE) {
        return false;
    }
    return connection_.error("use the database");
}

Result<void> Statement::run() {
    const auto stepped = step();
    return stepped ? Result<void>() : stepped.error();
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

double Statement::number(int column) const {
    return sqlite3_column_double(statement_.get(), column);
}

std::string Statement::text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
    const int size = sqlite3_column_bytes(statement_.get(), column);
    return bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(size));
}

std::optional<std::int64_t> Statement::maybe_integer(int column) const {
    return is_null(column) ? std::nullopt : std::optional(integer(column));
}

std::optional<double> Statement::maybe_number(int column) const {
    return is_null(column) ? std::nullopt : std::optional(number(column));
}

std::optional<std::string> Statement::maybe_text(int column) const {
    return is_null(column) ? std::nullopt : std::optional(text(column));
}

Result<Transaction> Transaction::begin(Connection& connection) {
    if (auto begun = connection.run("BEGIN IMMEDIATE"); !begun) {
        return begun.error();
    }
    return Transaction(connection);
}

Transaction::Transaction(Transaction&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}

Transaction::~Transaction() {
    if (connection_ != nullptr) {
        (void)connection_->run("ROLLBACK");
    }
}

Result<void> Transaction::commit() {
    auto committed = connection_->run("COMMIT");
    if (committed) {
        connection_ = nullptr;
    }
    return committed;
}

}  // namespace bonafide::service

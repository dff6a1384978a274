#include "service/sqlite.h"

#include "service/times.h"

#include <sqlite3.h>
#include <sys/stat.h>

namespace bonafide::service {
namespace {

/// How long a statement waits for another process (the key tool, a backup) to let go of the database.
constexpr int kWaitMs = 2000;

struct Closer {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};

struct Finalizer {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

/// The error of the call that failed last.
Error error_of(sqlite3* handle) {
    const int code = sqlite3_errcode(handle);
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED) {
        return busy_error();
    }
    return {ErrorCode::kIo, std::string("cannot use the database: ") + sqlite3_errmsg(handle)};
}

class SqliteStatement final : public StatementDriver {
  public:
    SqliteStatement(sqlite3* handle, const std::string& sql) : handle_(handle) {
        sqlite3_stmt* raw = nullptr;
        sound_ = sqlite3_prepare_v2(handle, sql.c_str(), -1, &raw, nullptr) == SQLITE_OK;
        statement_.reset(raw);
    }

    void bind(std::int64_t value) override {
        sound_ = sound_ && sqlite3_bind_int64(statement_.get(), ++bound_, value) == SQLITE_OK;
    }

    void bind(double value) override {
        sound_ = sound_ && sqlite3_bind_double(statement_.get(), ++bound_, value) == SQLITE_OK;
    }

    void bind(std::string_view value) override {
        sound_ = sound_ && sqlite3_bind_text64(statement_.get(), ++bound_, value.data(), value.size(), SQLITE_TRANSIENT,
                                               SQLITE_UTF8) == SQLITE_OK;
    }

    void bind_null() override { sound_ = sound_ && sqlite3_bind_null(statement_.get(), ++bound_) == SQLITE_OK; }

    Result<bool> step() override {
        const int code = sound_ ? sqlite3_step(statement_.get()) : SQLITE_ERROR;
        if (code == SQLITE_ROW) {
            return true;
        }
        if (code == SQLITE_DONE) {
            return false;
        }
        return error_of(handle_);
    }

    bool is_null(int column) const override { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }

    std::int64_t integer(int column) const override { return sqlite3_column_int64(statement_.get(), column); }

    double number(int column) const override { return sqlite3_column_double(statement_.get(), column); }

    std::string text(int column) const override {
        const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
        const int size = sqlite3_column_bytes(statement_.get(), column);
        return bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(size));
    }

  private:
    sqlite3* handle_;
    std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
    int bound_ = 0;
    bool sound_ = true;
};

class SqliteConnection final : public Connection {
  public:
    explicit SqliteConnection(sqlite3* handle) : handle_(handle) {}

    Result<void> run(const char* sql) override {
        if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
            return error_of(handle_.get());
        }
        return {};
    }

    std::unique_ptr<StatementDriver> prepare(const std::string& sql) override {
        return std::make_unique<SqliteStatement>(handle_.get(), sql);
    }

    std::int64_t changes() const override { return sqlite3_changes(handle_.get()); }
    Result<void> begin() override { return run("BEGIN IMMEDIATE"); }
    Result<std::int64_t> now_ms() override { return service::now_ms(); }
    const char* skip_locked() const override { return ""; }  // one writes at a time
    bool is_sound() const override { return sqlite3_get_autocommit(handle_.get()) != 0; }

  private:
    std::unique_ptr<sqlite3, Closer> handle_;
};

}  // namespace

Result<std::unique_ptr<Connection>> open_sqlite(const std::string& path) {
    sqlite3* raw = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    const mode_t before = umask(0077);
    const int code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
    umask(before);
    std::unique_ptr<Connection> connection = std::make_unique<SqliteConnection>(raw);
    if (code != SQLITE_OK) {
        return Error{ErrorCode::kIo, "cannot open the database " + path + ": " + sqlite3_errstr(code)};
    }
    sqlite3_busy_timeout(raw, kWaitMs);
    // FULL: a check is acknowledged only once it would survive a power cut.
    for (const char* pragma : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON",
                               "PRAGMA trusted_schema=OFF", "PRAGMA secure_delete=ON"}) {
        if (auto set = connection->run(pragma); !set) {
            return set.error();
        }
    }
    return connection;
}

}  // namespace bonafide::service

#pragma once

#include "base/result.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace bonafide::service {

/// One connection to a database file. Not thread-safe: its owner holds a lock around it.
///
/// Errors: kIo where the database is locked by somebody else for longer than the wait, full, damaged or gone; the
/// message says which, and is_busy() tells the first from the rest.
class Connection {
  public:
    /// Opens or creates `path` readable by its owner alone, in write-ahead mode with every commit synchronised to disk.
    static Result<Connection> open(const std::string& path);

    /// Runs SQL without results.
    Result<void> run(const char* sql);

    /// Rows changed by the last statement.
    int changes() const;
    std::int64_t last_row() const;
    sqlite3* handle() const { return handle_.get(); }
    /// The error of the call that failed last.
    Error error(const std::string& doing) const;

  private:
    struct Closer {
        void operator()(sqlite3* handle) const;
    };
    std::unique_ptr<sqlite3, Closer> handle_;
};

/// Whether `error` means that somebody else held the database for longer than the wait: worth another try.
bool is_busy(const Error& error);

/// One prepared statement: bind values in their order, then step through its rows. A statement that could not be
/// prepared or bound says so when it is stepped.
class Statement {
  public:
    Statement(Connection& connection, const char* sql);

    Statement& bind(std::int64_t value);
    Statement& bind(double value);
    Statement& bind(std::string_view value);
    Statement& bind(const char* value) { return bind(std::string_view(value)); }
    Statement& bind_null();
    template <class Value>
    Statement& bind(const std::optional<Value>& value) {
        return value ? bind(*value) : bind_null();
    }

    /// True where there is a row, false at the end.
    Result<bool> step();
    /// Steps a statement that gives no rows.
    Result<void> run();

    bool is_null(int column) const;
    std::int64_t integer(int column) const;
    double number(int column) const;
    std::string text(int column) const;
    std::optional<std::int64_t> maybe_integer(int column) const;
    std::optional<double> maybe_number(int column) const;
    std::optional<std::string> maybe_text(int column) const;

  private:
    struct Finalizer {
        void operator()(sqlite3_stmt* statement) const;
    };
    Connection& connection_;
    std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
    int bound_ = 0;
    bool sound_ = true;
};

/// A transaction that is undone unless it is committed.
class Transaction {
  public:
    /// Takes the right to write at once, so that no later statement of the transaction can fail for want of it.
    static Result<Transaction> begin(Connection& connection);
    Transaction(Transaction&& other) noexcept;
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();
    Result<void> commit();

  private:
    explicit Transaction(Connection& connection) : connection_(&connection) {}
    Connection* connection_;
};

}  // namespace bonafide::service

#pragma once

#include "base/result.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace bonafide::service {

/// One SQL statement under way in some database. Statement is what the service uses.
class StatementDriver {
  public:
    StatementDriver() = default;
    virtual ~StatementDriver() = default;
    StatementDriver(const StatementDriver&) = delete;
    StatementDriver& operator=(const StatementDriver&) = delete;

    virtual void bind(std::int64_t value) = 0;
    virtual void bind(double value) = 0;
    virtual void bind(std::string_view value) = 0;
    virtual void bind_null() = 0;
    virtual Result<bool> step() = 0;
    virtual bool is_null(int column) const = 0;
    virtual std::int64_t integer(int column) const = 0;
    virtual double number(int column) const = 0;
    virtual std::string text(int column) const = 0;
};

/// One connection to a database, SQLite's or PostgreSQL's. Not thread-safe: one thread uses it at a time.
///
/// SQL is written so that both understand it: `?` for values, RETURNING, ON CONFLICT, lower() where case must not
/// count. What differs stands here.
///
/// Errors: kIo, and kLimit where the disk is full. is_busy() and is_unreachable() tell those that pass by themselves.
class Connection {
  public:
    Connection() = default;
    virtual ~Connection() = default;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Runs SQL without values or results.
    virtual Result<void> run(const char* sql) = 0;
    virtual std::unique_ptr<StatementDriver> prepare(const std::string& sql) = 0;
    /// Rows changed by the last statement.
    virtual std::int64_t changes() const = 0;
    /// Begins a transaction that holds the right to write, alone of all, until it ends.
    virtual Result<void> begin() = 0;
    /// Milliseconds since 1970 by the clock that all users of the database share. May step back.
    virtual Result<std::int64_t> now_ms() = 0;
    /// Ends a SELECT so that it passes over rows that another transaction is about to change.
    virtual const char* skip_locked() const = 0;
    /// Whether it may be used again: it is open, and no transaction was left open on it.
    virtual bool is_sound() const = 0;
};

/// The error that the database is held by somebody else for longer than the wait: worth another try.
Error busy_error();
bool is_busy(const Error& error);
/// The error that the database's server does not answer, or has gone away: worth another try.
Error unreachable_error(const std::string& why);
bool is_unreachable(const Error& error);

/// One statement: bind values in their order, then step through its rows. A statement that could not be prepared or
/// bound says so when it is stepped.
class Statement {
  public:
    Statement(Connection& connection, const std::string& sql) : driver_(connection.prepare(sql)) {}

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
    Result<bool> step() { return driver_->step(); }
    /// Steps a statement that gives no rows.
    Result<void> run();

    bool is_null(int column) const { return driver_->is_null(column); }
    std::int64_t integer(int column) const { return driver_->integer(column); }
    double number(int column) const { return driver_->number(column); }
    std::string text(int column) const { return driver_->text(column); }
    std::optional<std::int64_t> maybe_integer(int column) const;
    std::optional<double> maybe_number(int column) const;
    std::optional<std::string> maybe_text(int column) const;

  private:
    std::unique_ptr<StatementDriver> driver_;
};

/// A transaction that is undone unless it is committed.
class Transaction {
  public:
    /// Takes the right to write at once, so that no later statement of the transaction can fail for want of it.
    static Result<Transaction> begin(Connection& connection);
    Transaction(Transaction&& other) noexcept;
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();
    /// An error where the connection breaks leaves open whether the transaction holds.
    Result<void> commit();

  private:
    explicit Transaction(Connection& connection) : connection_(&connection) {}
    Connection* connection_;
};

}  // namespace bonafide::service

#include "service/postgresql.h"

#include "service/file_name.h"
#include "service/libpq.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <map>
#include <vector>

namespace bonafide::service {
namespace {

/// "Bonafide" in ASCII: one lock a database, held by whoever writes in a transaction. It gives PostgreSQL what SQLite
/// has: the bound of the queue, the order of checks and the chain of the audit log need writers in a row.
constexpr const char* kTakeWriteLock = "SELECT pg_advisory_xact_lock(4787166293527192677)";

// A server that answers no more, a lock held by a machine that vanished in mid-transaction: each ends by itself.
// Commits reach the disk before they are answered, whatever the database's own setting.
constexpr const char* kSession =
    "SET statement_timeout = '10s'; SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '20s'; "
    "SET default_transaction_isolation = 'read committed'; SET standard_conforming_strings = on; "
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

/// Longer than the server may take over a statement: one that is stopped, or waits for its disk, ends none itself.
constexpr std::chrono::seconds kAnswer{12};

/// What holds unless the address says otherwise.
const std::array<std::pair<const char*, const char*>, 6> kDefaults = {{{"connect_timeout", "5"},
                                                                       {"keepalives_idle", "10"},
                                                                       {"keepalives_interval", "5"},
                                                                       {"keepalives_count", "3"},
                                                                       {"tcp_user_timeout", "15000"},
                                                                       {"application_name", "bonafide"}}};

struct ResultClearer {
    const Libpq* pq;
    void operator()(PGresult* result) const { pq->clear(result); }
};
using Answer = std::unique_ptr<PGresult, ResultClearer>;

struct Finisher {
    const Libpq* pq;
    void operator()(PGconn* connection) const { pq->finish(connection); }
};

/// What libpq says, on one line.
std::string one_line(const char* message) {
    std::string text(message);
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) {
        text.pop_back();
    }
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
    return text;
}

/// `sql` with its '?' as PostgreSQL has them: $1, $2, ...
std::string numbered(const std::string& sql) {
    std::string result;
    bool quoted = false;
    int number = 0;
    for (const char c : sql) {
        quoted = quoted != (c == '\'');
        if (c == '?' && !quoted) {
            result += "$" + std::to_string(++number);
        } else {
            result += c;
        }
    }
    return result;
}

/// The kind of error that a state of SQL (PostgreSQL's manual, appendix A) stands for.
Error error_of(const std::string& state, const std::string& message) {
    static constexpr std::array kAway = {"57P01", "57P02", "57P03", "57P05", "53300", "25006", "25P03"};
    static constexpr std::array kHeld = {"55P03", "57014", "40001", "40P01"};
    const auto is_one_of = [&](const auto& states) {
        return std::any_of(states.begin(), states.end(), [&](const char* known) { return state == known; });
    };
    if (state.starts_with("08") || is_one_of(kAway)) {
        return unreachable_error(message);
    }
    if (is_one_of(kHeld)) {
        return busy_error();
    }
    const bool full = state == "53100";
    return {full ? ErrorCode::kLimit : ErrorCode::kIo, "cannot use the database: " + message};
}

class PostgresqlConnection final : public Connection {
  public:
    PostgresqlConnection(const Libpq& pq, PGconn* handle) : pq_(pq), handle_(handle, Finisher{&pq}) {}

    Result<void> run(const char* sql) override {
        const auto answer = answer_of(pq_.send(handle_.get(), sql));
        return answer ? Result<void>() : answer.error();
    }

    std::unique_ptr<StatementDriver> prepare(const std::string& sql) override;
    std::int64_t changes() const override { return changes_; }

    Result<void> begin() override {
        if (auto begun = run("BEGIN"); !begun) {
            return begun;
        }
        auto locked = run(kTakeWriteLock);
        if (!locked) {
            (void)run("ROLLBACK");
        }
        return locked;
    }

    Result<std::int64_t> now_ms() override {
        Statement asked(*this, "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint");
        const auto row = asked.step();
        return row ? Result<std::int64_t>(asked.integer(0)) : row.error();
    }

    const char* skip_locked() const override { return " FOR UPDATE SKIP LOCKED"; }

    bool is_sound() const override {
        if (is_silent_ || pq_.status(handle_.get()) != CONNECTION_OK ||
            pq_.transaction_status(handle_.get()) != PQTRANS_IDLE) {
            return false;
        }
        // A server says nothing unasked but good-bye.
        pollfd waiting{pq_.socket(handle_.get()), POLLIN, 0};
        return poll(&waiting, 1, 0) == 0;
    }

    PGconn* handle() const { return handle_.get(); }
    const Libpq& pq() const { return pq_; }

    /// What the server answers to what was just `sent`: the last of several results, or the first error.
    Result<Answer> answer_of(int sent) {
        if (sent == 0 || is_silent_) {
            return unreachable_error(one_line(pq_.message(handle_.get())));
        }
        Result<Answer> last = unreachable_error("the server closed the connection");
        const auto deadline = Clock::now() + kAnswer;
        for (bool failed = false;;) {
            if (!wait_until(deadline)) {
                is_silent_ = true;  // an answer that comes later would be taken for that to another question
                return unreachable_error("the server does not answer");
            }
            PGresult* raw = pq_.result(handle_.get());
            if (raw == nullptr) {
                return last;
            }
            auto next = accept(raw);
            if (!failed) {
                failed = !next;
                last = std::move(next);
            }
        }
    }

  private:
    using Clock = std::chrono::steady_clock;

    /// Whether a result, or the end of all, is there by then.
    bool wait_until(Clock::time_point deadline) {
        while (pq_.is_busy(handle_.get()) != 0) {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
            pollfd waiting{pq_.socket(handle_.get()), POLLIN, 0};
            if (left.count() <= 0 || poll(&waiting, 1, static_cast<int>(left.count())) == 0) {
                return false;
            }
            if (pq_.consume(handle_.get()) == 0) {
                return true;  // the connection broke: the result says so
            }
        }
        return true;
    }

    /// Takes over `raw`: the answer, or the error that it is.
    Result<Answer> accept(PGresult* raw) {
        Answer answer(raw, ResultClearer{&pq_});
        const ExecStatusType status = pq_.result_status(raw);
        if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
            changes_ = std::strtoll(pq_.changed(raw), nullptr, 10);
            return answer;
        }
        const char* state = pq_.error_field(raw, PG_DIAG_SQLSTATE);
        const char* primary = pq_.error_field(raw, PG_DIAG_MESSAGE_PRIMARY);
        const std::string message = one_line(primary != nullptr ? primary : pq_.message(handle_.get()));
        if (pq_.status(handle_.get()) != CONNECTION_OK) {
            return unreachable_error(message);
        }
        return error_of(state != nullptr ? state : "", message);
    }

    const Libpq& pq_;
    std::unique_ptr<PGconn, Finisher> handle_;
    std::int64_t changes_ = 0;
    bool is_silent_ = false;
};

/// Values and results travel as text, whose types the server finds from where they stand.
class PostgresqlStatement final : public StatementDriver {
  public:
    PostgresqlStatement(PostgresqlConnection& connection, std::string sql)
        : connection_(connection), sql_(std::move(sql)) {}

    void bind(std::int64_t value) override { values_.emplace_back(std::to_string(value)); }

    void bind(double value) override {
        std::array<char, 64> text{};
        const auto written =
            std::to_chars(text.data(), text.data() + text.size(), value);  // as many digits as it takes
        values_.emplace_back(std::string(text.data(), written.ptr));
    }

    void bind(std::string_view value) override { values_.emplace_back(as_utf8(value)); }
    void bind_null() override { values_.emplace_back(std::nullopt); }

    Result<bool> step() override {
        if (!answer_) {
            std::vector<const char*> pointers;
            for (const auto& value : values_) {
                pointers.push_back(value ? value->c_str() : nullptr);
            }
            auto answer = connection_.answer_of(connection_.pq().send_with(connection_.handle(), sql_.c_str(),
                                                                           static_cast<int>(pointers.size()), nullptr,
                                                                           pointers.data(), nullptr, nullptr, 0));
            if (!answer) {
                return answer.error();
            }
            answer_.emplace(std::move(*answer));
        }
        ++row_;
        return row_ < connection_.pq().rows(answer_->get());
    }

    bool is_null(int column) const override { return connection_.pq().is_null(answer_->get(), row_, column) != 0; }

    std::int64_t integer(int column) const override {
        return std::strtoll(connection_.pq().value(answer_->get(), row_, column), nullptr, 10);
    }

    double number(int column) const override {
        double value = 0;
        const std::string read = text(column);
        (void)std::from_chars(read.data(), read.data() + read.size(), value);
        return value;
    }

    std::string text(int column) const override {
        return {connection_.pq().value(answer_->get(), row_, column),
                static_cast<std::size_t>(connection_.pq().length(answer_->get(), row_, column))};
    }

  private:
    PostgresqlConnection& connection_;
    std::string sql_;
    std::vector<std::optional<std::string>> values_;
    std::optional<Answer> answer_;
    int row_ = -1;
};

std::unique_ptr<StatementDriver> PostgresqlConnection::prepare(const std::string& sql) {
    return std::make_unique<PostgresqlStatement>(*this, numbered(sql));
}

/// The parts of `url`, by the names that libpq has for them.
Result<std::map<std::string, std::string>> parts_of(const Libpq& pq, const std::string& url) {
    const Error malformed{ErrorCode::kUsage,
                          "the database's address is malformed: postgresql://USER:PASSWORD@HOST:PORT/DATABASE is what "
                          "it looks like, with characters such as '@' and '/' in a password written as %40 and %2F"};
    if (!url.starts_with("postgresql://") && !url.starts_with("postgres://")) {
        return malformed;
    }
    char* complaint = nullptr;
    PQconninfoOption* parsed = pq.parse(url.c_str(), &complaint);
    if (complaint != nullptr) {
        pq.free_text(complaint);  // it may quote the password
    }
    if (parsed == nullptr) {
        return malformed;
    }
    std::map<std::string, std::string> parts;
    for (const PQconninfoOption* option = parsed; option->keyword != nullptr; ++option) {
        if (option->val != nullptr) {
            parts[option->keyword] = option->val;
        }
    }
    pq.free_parsed(parsed);
    return parts;
}

}  // namespace

Result<void> check_postgresql_url(const std::string& url) {
    const auto& pq = Libpq::load();
    if (!pq) {
        return pq.error();
    }
    const auto parts = parts_of(*pq, url);
    return parts ? Result<void>() : parts.error();
}

Result<std::unique_ptr<Connection>> open_postgresql(const std::string& url) {
    const auto& pq = Libpq::load();
    if (!pq) {
        return pq.error();
    }
    auto parts = parts_of(*pq, url);
    if (!parts) {
        return parts.error();
    }
    for (const auto& [name, value] : kDefaults) {
        parts->emplace(name, value);
    }
    (*parts)["client_encoding"] = "UTF8";
    std::vector<const char*> names, values;
    for (const auto& [name, value] : *parts) {
        names.push_back(name.c_str());
        values.push_back(value.c_str());
    }
    names.push_back(nullptr);
    values.push_back(nullptr);
    PGconn* raw = pq->connect(names.data(), values.data(), 0);
    if (raw == nullptr) {
        return unreachable_error("no memory for a connection");
    }
    auto connection = std::make_unique<PostgresqlConnection>(*pq, raw);
    if (pq->status(raw) != CONNECTION_OK) {
        return unreachable_error(one_line(pq->message(raw)));
    }
    // A notice would be printed.
    (void)pq->on_notice(
        raw, [](void*, const PGresult*) {}, nullptr);
    const char* encoding = pq->parameter(raw, "server_encoding");
    if (encoding == nullptr || std::strcmp(encoding, "UTF8") != 0) {
        return Error{ErrorCode::kUnsupported, "the database must hold UTF-8: make it with ENCODING 'UTF8'"};
    }
    if (auto set = connection->run(kSession); !set) {
        return set.error();
    }
    return std::unique_ptr<Connection>(std::move(connection));
}

}  // namespace bonafide::service

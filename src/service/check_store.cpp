#include "service/check_store.h"

#include "service/audit_log.h"

#include <algorithm>

namespace bonafide::service {
namespace {

/// PostgreSQL and SQLite take far more values in one statement; a longer one is no faster.
constexpr std::size_t kIdsAtOnce = 500;

Result<std::optional<CheckRecord>> find_by(Connection& connection, const std::string& condition,
                                           const std::vector<std::string>& values) {
    Statement row(connection, std::string("SELECT ") + kRecordColumns + " FROM checks WHERE " + condition);
    for (const std::string& value : values) {
        row.bind(value);
    }
    const auto found = row.step();
    if (!found) {
        return found.error();
    }
    return *found ? std::optional(read_record(row)) : std::nullopt;
}

Result<std::int64_t> count_waiting(Connection& connection) {
    Statement row(connection, "SELECT COUNT(*) FROM checks WHERE state = 'queued'");
    const auto counted = row.step();
    return counted ? Result<std::int64_t>(row.integer(0)) : counted.error();
}

/// The pattern for LIKE that finds `text` anywhere, with the characters that LIKE reads otherwise escaped by '\'.
std::string anywhere(const std::string& text) {
    std::string pattern = "%";
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '\\') {
            pattern += '\\';
        }
        pattern += c;
    }
    return pattern + "%";
}

bool is_hexadecimal(const std::string& text) {
    return text.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
}

Result<void> insert(Connection& connection, const NewCheck& check) {
    const auto now = connection.now_ms();
    if (!now) {
        return now.error();
    }
    return Statement(connection,
                     "INSERT INTO checks(id, state, file_name, size_bytes, sha256, created_ms, owner, idempotency_key, "
                     "callback_url) VALUES(?, 'queued', ?, ?, ?, ?, ?, ?, ?)")
        .bind(check.id)
        .bind(check.file_name)
        .bind(static_cast<std::int64_t>(check.size_bytes))
        .bind(check.sha256)
        .bind(*now)
        .bind(check.owner)
        .bind(check.idempotency_key)
        .bind(check.callback_url)
        .run();
}

}  // namespace

Result<Submitted> CheckStore::submit(const NewCheck& check, std::size_t most_waiting) {
    return database_.write([&](Connection& connection) -> Result<Submitted> {
        auto transaction = Transaction::begin(connection);
        if (!transaction) {
            return transaction.error();
        }
        if (check.idempotency_key) {
            auto earlier =
                find_by(connection, "owner = ? AND idempotency_key = ?", {check.owner, *check.idempotency_key});
            if (!earlier) {
                return earlier.error();
            }
            if (*earlier) {
                const bool same = (*earlier)->sha256 == check.sha256;
                return Submitted{same ? Submitted::Kind::kReplayed : Submitted::Kind::kKeyReused, std::move(**earlier)};
            }
        }
        const auto counted = count_waiting(connection);
        if (!counted) {
            return counted.error();
        }
        if (static_cast<std::size_t>(*counted) >= most_waiting) {
            return Submitted{Submitted::Kind::kQueueFull, {}};
        }
        if (auto inserted = insert(connection, check); !inserted) {
            return inserted.error();
        }
        const AuditEntry entry{
            "check.accepted", check.id, check.owner, {{"sha256", check.sha256}, {"size_bytes", check.size_bytes}}};
        if (auto told = append_audit(connection, entry); !told) {
            return told.error();
        }
        auto made = find_by(connection, "id = ?", {check.id});
        if (!made) {
            return made.error();
        }
        if (auto committed = transaction->commit(); !committed) {
            return committed.error();
        }
        return Submitted{Submitted::Kind::kCreated, std::move(**made)};
    });
}

Result<std::optional<CheckRecord>> CheckStore::find(const std::string& id) {
    return database_.read([&](Connection& connection) { return find_by(connection, "id = ?", {id}); });
}

Result<bool> CheckStore::exists(const std::string& id) {
    const auto found = find(id);
    return found ? Result<bool>(found->has_value()) : found.error();
}

Result<ListPage> CheckStore::list(const ListQuery& query) {
    std::string sql = std::string("SELECT ") + kRecordColumns + " FROM checks WHERE TRUE";
    if (query.before_seq) {
        sql += " AND seq < ?";
    }
    if (query.state) {
        sql += " AND state = ?";
    }
    if (query.verdict) {
        sql += " AND verdict = ?";
    }
    const bool may_be_digest = is_hexadecimal(query.text);
    if (!query.text.empty()) {
        sql += may_be_digest ? " AND (lower(file_name) LIKE lower(?) ESCAPE '\\' OR sha256 LIKE lower(?))"
                             : " AND lower(file_name) LIKE lower(?) ESCAPE '\\'";
    }
    sql += " ORDER BY seq DESC LIMIT ?";
    return database_.read([&](Connection& connection) -> Result<ListPage> {
        Statement rows(connection, sql);
        if (query.before_seq) {
            rows.bind(*query.before_seq);
        }
        if (query.state) {
            rows.bind(name_of(*query.state));
        }
        if (query.verdict) {
            rows.bind(*query.verdict);
        }
        if (!query.text.empty()) {
            rows.bind(anywhere(query.text));
            if (may_be_digest) {
                rows.bind(query.text + "%");
            }
        }
        rows.bind(static_cast<std::int64_t>(query.limit + 1));
        ListPage page;
        for (;;) {
            const auto row = rows.step();
            if (!row) {
                return row.error();
            }
            if (!*row) {
                return page;
            }
            if (page.checks.size() == query.limit) {
                page.more = true;
                return page;
            }
            page.checks.push_back(read_record(rows));
        }
    });
}

Result<bool> CheckStore::remove(const std::string& id, const std::string& actor, const std::string& event) {
    return database_.write([&](Connection& connection) -> Result<bool> {
        auto transaction = Transaction::begin(connection);
        if (!transaction) {
            return transaction.error();
        }
        if (auto removed = Statement(connection, "DELETE FROM checks WHERE id = ?").bind(id).run(); !removed) {
            return removed.error();
        }
        if (connection.changes() == 0) {
            return false;
        }
        // A call-back about it that still waits goes with it.
        if (auto gone = Statement(connection, "DELETE FROM callbacks WHERE id = ?").bind(id).run(); !gone) {
            return gone.error();
        }
        if (auto told = append_audit(connection, {event, id, actor, {}}); !told) {
            return told.error();
        }
        const auto committed = transaction->commit();
        return committed ? Result<bool>(true) : committed.error();
    });
}

Result<std::size_t> CheckStore::waiting() {
    const auto counted = database_.read([](Connection& connection) { return count_waiting(connection); });
    return counted ? Result<std::size_t>(static_cast<std::size_t>(*counted)) : counted.error();
}

Result<std::map<State, std::int64_t>> CheckStore::counts() {
    return database_.read([](Connection& connection) -> Result<std::map<State, std::int64_t>> {
        std::map<State, std::int64_t> counts = {
            {State::kQueued, 0}, {State::kRunning, 0}, {State::kDone, 0}, {State::kFailed, 0}};
        Statement rows(connection, "SELECT state, COUNT(*) FROM checks GROUP BY state");
        for (;;) {
            const auto row = rows.step();
            if (!row) {
                return row.error();
            }
            if (!*row) {
                return counts;
            }
            counts[state_from(rows.text(0)).value_or(State::kFailed)] = rows.integer(1);
        }
    });
}

Result<void> CheckStore::probe() {
    return database_.write([](Connection& connection) -> Result<void> {
        // Taking the right to write and giving it back shows a lock, a read-only disk and a file that is gone.
        auto transaction = Transaction::begin(connection);
        return transaction ? Result<void>() : transaction.error();
    });
}

Result<std::map<std::string, Progress>> CheckStore::progress(const std::vector<std::string>& ids) {
    std::map<std::string, Progress> found;
    for (std::size_t begin = 0; begin < ids.size(); begin += kIdsAtOnce) {
        const std::size_t end = std::min(ids.size(), begin + kIdsAtOnce);
        std::string sql = "SELECT id, state, attempts FROM checks WHERE id IN (?";
        for (std::size_t at = begin + 1; at < end; ++at) {
            sql += ", ?";
        }
        const auto read = database_.read([&](Connection& connection) -> Result<void> {
            Statement rows(connection, sql + ")");
            for (std::size_t at = begin; at < end; ++at) {
                rows.bind(ids[at]);
            }
            for (;;) {
                const auto row = rows.step();
                if (!row) {
                    return row.error();
                }
                if (!*row) {
                    return {};
                }
                found[rows.text(0)] = {state_from(rows.text(1)).value_or(State::kFailed),
                                       static_cast<int>(rows.integer(2))};
            }
        });
        if (!read) {
            return read.error();
        }
    }
    return found;
}

Result<std::vector<std::string>> CheckStore::finished_since(std::int64_t age_ms, std::size_t most) {
    return database_.read([&](Connection& connection) -> Result<std::vector<std::string>> {
        const auto now = connection.now_ms();
        if (!now) {
            return now.error();
        }
        Statement rows(
            connection,
            "SELECT id FROM checks WHERE state IN ('done', 'failed') AND finished_ms < ? ORDER BY seq LIMIT ?");
        rows.bind(*now - age_ms).bind(static_cast<std::int64_t>(most));
        std::vector<std::string> ids;
        for (;;) {
            const auto row = rows.step();
            if (!row) {
                return row.error();
            }
            if (!*row) {
                return ids;
            }
            ids.push_back(rows.text(0));
        }
    });
}

}  // namespace bonafide::service

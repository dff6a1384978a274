#include "service/audit_log.h"

#include "service/secrets.h"
#include "service/times.h"

#include <limits>

namespace bonafide::service {
namespace {

using Json = nlohmann::ordered_json;

const std::string kFirst(64, '0');
constexpr std::int64_t kAtOnce = 1000;

/// The text that is hashed: everything but the hash itself.
Json entry_json(std::int64_t seq, std::int64_t time_ms, const AuditEntry& entry, const std::string& previous) {
    return {{"seq", seq},           {"time", rfc3339(time_ms)}, {"event", entry.event}, {"subject", entry.subject},
            {"actor", entry.actor}, {"detail", entry.detail},   {"previous", previous}};
}

std::string hash_of(const Json& json) {
    return sha256_of_text(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

/// Hands on the rows of one statement; `expected` and `previous` go on from piece to piece.
Result<void> read_piece(Statement& rows, std::int64_t& expected, std::string& previous,
                        const std::function<void(const std::string& line)>& take) {
    for (;;) {
        const auto row = rows.step();
        if (!row) {
            return row.error();
        }
        if (!*row) {
            return {};
        }
        AuditEntry entry{rows.text(2), rows.text(3), rows.text(4), Json::parse(rows.text(5), nullptr, false)};
        Json json = entry_json(rows.integer(0), rows.integer(1), entry, rows.text(6));
        const std::string hash = rows.text(7);
        if (rows.integer(0) != expected || rows.text(6) != previous || hash_of(json) != hash) {
            return Error{ErrorCode::kInvalid, "the audit log was changed at entry " + std::to_string(expected)};
        }
        json["hash"] = hash;
        take(json.dump(-1, ' ', false, Json::error_handler_t::replace));
        previous = hash;
        ++expected;
    }
}

}  // namespace

Result<void> append_audit(Connection& connection, const AuditEntry& entry) {
    std::int64_t seq = 1;
    std::string previous = kFirst;
    Statement last(connection, "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1");
    const auto row = last.step();
    if (!row) {
        return row.error();
    }
    if (*row) {
        seq = last.integer(0) + 1;
        previous = last.text(1);
    }
    const auto time_ms = connection.now_ms();
    if (!time_ms) {
        return time_ms.error();
    }
    const std::string hash = hash_of(entry_json(seq, *time_ms, entry, previous));
    return Statement(connection, "INSERT INTO audit VALUES(?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(seq)
        .bind(*time_ms)
        .bind(entry.event)
        .bind(entry.subject)
        .bind(entry.actor)
        .bind(entry.detail.dump(-1, ' ', false, Json::error_handler_t::replace))
        .bind(previous)
        .bind(hash)
        .run();
}

Result<void> append_audit(Database& database, const AuditEntry& entry) {
    return database.write([&](Connection& connection) -> Result<void> {
        auto transaction = Transaction::begin(connection);
        if (!transaction) {
            return transaction.error();
        }
        if (auto told = append_audit(connection, entry); !told) {
            return told;
        }
        return transaction->commit();
    });
}

Result<void> read_audit(Connection& connection, const std::function<void(const std::string& line)>& take) {
    std::string previous = kFirst;
    std::int64_t expected = 1;
    // Piece by piece: a result of PostgreSQL's is held in memory.
    std::int64_t from = std::numeric_limits<std::int64_t>::min(), before = 0;
    do {
        before = expected;
        Statement rows(connection,
                       "SELECT seq, time_ms, event, subject, actor, detail, previous, hash FROM audit WHERE seq >= ? "
                       "ORDER BY seq LIMIT ?");
        rows.bind(from).bind(kAtOnce);
        if (auto sound = read_piece(rows, expected, previous, take); !sound) {
            return sound;
        }
        from = expected;
    } while (expected != before);
    return {};
}

}  // namespace bonafide::service

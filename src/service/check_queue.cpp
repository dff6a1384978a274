// The part of the store that runners use: who may work on which check, and how an attempt ends.
#include "service/audit_log.h"
#include "service/check_store.h"
#include "service/secrets.h"

namespace bonafide::service {
namespace {

constexpr std::size_t kLeaseBytes = 16;
/// The claim that these two conditions name.
constexpr const char* kOfClaim = " WHERE id = ? AND lease = ? AND state = 'running'";

Result<bool> changed(Connection& connection, const Result<void>& ran) {
    return ran ? Result<bool>(connection.changes() > 0) : ran.error();
}

Result<std::vector<Claim>> read_claims(Statement& rows) {
    std::vector<Claim> claims;
    for (;;) {
        const auto row = rows.step();
        if (!row) {
            return row.error();
        }
        if (!*row) {
            return claims;
        }
        claims.push_back({rows.text(0), rows.text(1), rows.text(2), static_cast<int>(rows.integer(3))});
    }
}

}  // namespace

/// How an attempt ends for good.
struct CheckStore::Ending {
    State state = State::kFailed;
    const Outcome* outcome = nullptr;  ///< of a check that is done
    const Problem* problem = nullptr;  ///< of one that failed
    std::function<Result<void>()> publish;
    bool only_expired = false;  ///< only where its lease is over
};

Result<std::optional<Claim>> CheckStore::claim() {
    const std::string lease = random_token(kLeaseBytes);
    return database_.write([&](Connection& connection) -> Result<std::optional<Claim>> {
        const auto now = connection.now_ms();
        if (!now) {
            return now.error();
        }
        // A wait that seems longer than any can be means that the clock stepped back: it is over.
        Statement row(connection,
                      std::string("UPDATE checks SET state = 'running', lease = ?, attempts = attempts + 1, started_ms "
                                  "= ?, not_before_ms = ? WHERE seq = (SELECT seq FROM checks WHERE state = 'queued' "
                                  "AND (not_before_ms <= ? OR not_before_ms > ?) ORDER BY seq LIMIT 1") +
                          connection.skip_locked() + ") RETURNING id, file_name, lease, attempts");
        row.bind(lease).bind(*now).bind(*now + lease_ms_).bind(*now).bind(*now + kLongestWaitMs);
        // The change is committed once the statement has come to its end.
        auto claims = read_claims(row);
        if (!claims) {
            return claims.error();
        }
        return claims->empty() ? std::optional<Claim>() : std::optional(std::move(claims->front()));
    });
}

Result<bool> CheckStore::renew(const Claim& claim) {
    return database_.write([&](Connection& connection) -> Result<bool> {
        const auto now = connection.now_ms();
        if (!now) {
            return now.error();
        }
        return changed(connection, Statement(connection, std::string("UPDATE checks SET not_before_ms = ?") + kOfClaim)
                                       .bind(*now + lease_ms_)
                                       .bind(claim.id)
                                       .bind(claim.lease)
                                       .run());
    });
}

Result<bool> CheckStore::end(const Claim& claim, const Ending& ending) {
    return database_.write([&](Connection& connection) -> Result<bool> {
        auto transaction = Transaction::begin(connection);
        if (!transaction) {
            return transaction.error();
        }
        const auto now = connection.now_ms();
        if (!now) {
            return now.error();
        }
        Statement change(
            connection, std::string("UPDATE checks SET state = ?, lease = NULL, finished_ms = ?, media_type = ?, kind "
                                    "= ?, verdict = ?, summary = ?, llr = ?, probability = ?, preview = ?, error = ?") +
                            kOfClaim + (ending.only_expired ? " AND not_before_ms <= ?" : "") +
                            " RETURNING callback_url");
        change.bind(name_of(ending.state)).bind(*now);
        if (const Outcome* outcome = ending.outcome) {
            change.bind(outcome->media_type)
                .bind(outcome->kind)
                .bind(outcome->verdict)
                .bind(outcome->summary)
                .bind(outcome->llr)
                .bind(outcome->probability)
                .bind(static_cast<std::int64_t>(outcome->preview));
        } else {
            change.bind_null().bind_null().bind_null().bind_null().bind_null().bind_null().bind(std::int64_t{0});
        }
        if (ending.problem != nullptr) {
            change.bind(ending.problem->json("/v1/checks/" + claim.id, "").dump());
        } else {
            change.bind_null();
        }
        change.bind(claim.id).bind(claim.lease);
        if (ending.only_expired) {
            change.bind(*now);
        }
        auto row = change.step();
        if (!row || !*row) {
            return row;
        }
        const std::optional<std::string> callback_url = change.maybe_text(0);
        if (row = change.step(); !row) {
            return row;
        }
        if (callback_url) {
            auto kept = Statement(connection,
                                  "INSERT INTO callbacks(id, url) VALUES(?, ?) ON CONFLICT(id) DO UPDATE SET url = "
                                  "excluded.url, attempts = 0, not_before_ms = 0")
                            .bind(claim.id)
                            .bind(*callback_url)
                            .run();
            if (!kept) {
                return kept.error();
            }
        }
        AuditEntry entry{std::string("check.") + name_of(ending.state), claim.id, "service", {}};
        if (ending.outcome != nullptr) {
            entry.detail = {{"verdict", ending.outcome->verdict}};
        }
        if (auto told = append_audit(connection, entry); !told) {
            return told.error();
        }
        if (ending.publish) {
            if (auto published = ending.publish(); !published) {
                return published.error();
            }
        }
        const auto committed = transaction->commit();
        return committed ? Result<bool>(true) : committed.error();
    });
}

Result<bool> CheckStore::finish(const Claim& claim, const Outcome& outcome,
                                const std::function<Result<void>()>& publish) {
    return end(claim, {State::kDone, &outcome, nullptr, publish, false});
}

Result<bool> CheckStore::give_up(const Claim& claim, const Problem& problem) {
    return end(claim, {State::kFailed, nullptr, &problem, {}, false});
}

Result<bool> CheckStore::retry(const Claim& claim, std::int64_t wait_ms) {
    return database_.write([&](Connection& connection) -> Result<bool> {
        const auto now = connection.now_ms();
        if (!now) {
            return now.error();
        }
        return changed(connection,
                       Statement(connection, std::string("UPDATE checks SET state = 'queued', lease = NULL, "
                                                         "not_before_ms = ?") +
                                                 kOfClaim)
                           .bind(*now + wait_ms)
                           .bind(claim.id)
                           .bind(claim.lease)
                           .run());
    });
}

Result<bool> CheckStore::release(const Claim& claim, std::int64_t wait_ms) {
    return database_.write([&](Connection& connection) -> Result<bool> {
        const auto now = connection.now_ms();
        if (!now) {
            return now.error();
        }
        return changed(connection,
                       Statement(connection, std::string("UPDATE checks SET state = 'queued', lease = NULL, started_ms "
                                                         "= NULL, attempts = attempts - 1, not_before_ms = ?") +
                                                 kOfClaim)
                           .bind(wait_ms > 0 ? *now + wait_ms : 0)
                           .bind(claim.id)
                           .bind(claim.lease)
                           .run());
    });
}

Result<Recovered> CheckStore::recover_running(int max_attempts) {
    return recover(max_attempts, false);
}

Result<Recovered> CheckStore::recover_expired(int max_attempts) {
    return recover(max_attempts, true);
}

Result<Recovered> CheckStore::recover(int max_attempts, bool only_expired) {
    const std::string of_ended =
        std::string(" WHERE state = 'running'") + (only_expired ? " AND not_before_ms <= ?" : "");
    const auto spent = database_.read([&](Connection& connection) -> Result<std::vector<Claim>> {
        const auto now = connection.now_ms();
        if (!now) {
            return now.error();
        }
        Statement rows(connection,
                       "SELECT id, file_name, lease, attempts FROM checks" + of_ended + " AND attempts >= ?");
        if (only_expired) {
            rows.bind(*now);
        }
        rows.bind(std::int64_t{max_attempts});
        return read_claims(rows);
    });
    if (!spent) {
        return spent.error();
    }
    Recovered recovered;
    for (const Claim& claim : *spent) {
        const Problem problem =
            problems::internal("The service itself broke off during the last of " + std::to_string(claim.attempts) +
                               " attempts. Other files may go through.");
        const auto ended = end(claim, {State::kFailed, nullptr, &problem, {}, only_expired});
        if (!ended) {
            return ended.error();
        }
        if (*ended) {
            recovered.given_up.push_back(claim.id);
        }
    }
    // The attempt stays counted: it may be the file that ended the process.
    const auto waiting = database_.write([&](Connection& connection) -> Result<void> {
        const auto now = connection.now_ms();
        if (!now) {
            return now.error();
        }
        Statement rows(connection,
                       "UPDATE checks SET state = 'queued', lease = NULL, started_ms = NULL, not_before_ms = 0" +
                           of_ended + " AND attempts < ? RETURNING id");
        if (only_expired) {
            rows.bind(*now);
        }
        rows.bind(std::int64_t{max_attempts});
        for (;;) {
            const auto row = rows.step();
            if (!row) {
                return row.error();
            }
            if (!*row) {
                return {};
            }
            recovered.waiting.push_back(rows.text(0));
        }
    });
    return waiting ? Result<Recovered>(std::move(recovered)) : waiting.error();
}

}  // namespace bonafide::service

// The part of the store that runners use: who may work on which check, and how an attempt ends.
#include "service/audit_log.h"
#include "service/check_store.h"
#include "service/secrets.h"
#include "service/times.h"

namespace bonafide::service {
namespace {

constexpr std::size_t kLeaseBytes = 16;

Result<bool> changed(Connection& connection, const Result<void>& ran) {
    return ran ? Result<bool>(connection.changes() > 0) : ran.error();
}

}  // namespace

Result<std::optional<Claim>> CheckStore::claim() {
    const std::string lease = random_token(kLeaseBytes);
    const std::int64_t now = now_ms();
    return database_.write([&](Connection& connection) -> Result<std::optional<Claim>> {
        // A wait that seems longer than any can be means that the clock stepped back: it is over.
        Statement row(connection,
                      "UPDATE checks SET state = 'running', lease = ?, attempts = attempts + 1, started_ms = ? "
                      "WHERE seq = (SELECT seq FROM checks WHERE state = 'queued' AND (not_before_ms <= ? OR "
                      "not_before_ms > ?) ORDER BY seq LIMIT 1) RETURNING id, file_name, attempts");
        row.bind(lease).bind(now).bind(now).bind(now + kLongestWaitMs);
        auto found = row.step();
        if (!found) {
            return found.error();
        }
        if (!*found) {
            return std::optional<Claim>();
        }
        Claim claim{row.text(0), row.text(1), lease, static_cast<int>(row.integer(2))};
        // The change is committed once the statement has come to its end.
        if (found = row.step(); !found) {
            return found.error();
        }
        return std::optional(std::move(claim));
    });
}

Result<bool> CheckStore::end(const Claim& claim, State state, const Outcome* outcome, const Problem* problem) {
    return database_.write([&](Connection& connection) -> Result<bool> {
        auto transaction = Transaction::begin(connection);
        if (!transaction) {
            return transaction.error();
        }
        Statement change(
            connection,
            "UPDATE checks SET state = ?, lease = NULL, finished_ms = ?, media_type = ?, kind = ?, verdict "
            "= ?, summary = ?, llr = ?, probability = ?, preview = ?, error = ? WHERE id = ? AND lease = ? "
            "AND state = 'running' RETURNING callback_url");
        change.bind(name_of(state)).bind(now_ms());
        if (outcome != nullptr) {
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
        if (problem != nullptr) {
            change.bind(problem->json("/v1/checks/" + claim.id, "").dump());
        } else {
            change.bind_null();
        }
        change.bind(claim.id).bind(claim.lease);
        auto row = change.step();
        if (!row || !*row) {
            return row;
        }
        const std::optional<std::string> callback_url = change.maybe_text(0);
        if (row = change.step(); !row) {
            return row;
        }
        if (callback_url) {
            auto kept = Statement(connection, "INSERT OR REPLACE INTO callbacks(id, url) VALUES(?, ?)")
                            .bind(claim.id)
                            .bind(*callback_url)
                            .run();
            if (!kept) {
                return kept.error();
            }
        }
        AuditEntry entry{std::string("check.") + name_of(state), claim.id, "service", {}};
        if (outcome != nullptr) {
            entry.detail = {{"verdict", outcome->verdict}};
        }
        if (auto told = append_audit(connection, entry); !told) {
            return told.error();
        }
        const auto committed = transaction->commit();
        return committed ? Result<bool>(true) : committed.error();
    });
}

Result<bool> CheckStore::finish(const Claim& claim, const Outcome& outcome) {
    return end(claim, State::kDone, &outcome, nullptr);
}

Result<bool> CheckStore::give_up(const Claim& claim, const Problem& problem) {
    return end(claim, State::kFailed, nullptr, &problem);
}

Result<bool> CheckStore::retry(const Claim& claim, std::int64_t wait_ms) {
    return database_.write([&](Connection& connection) {
        return changed(connection, Statement(connection,
                                             "UPDATE checks SET state = 'queued', lease = NULL, not_before_ms = ? "
                                             "WHERE id = ? AND lease = ? AND state = 'running'")
                                       .bind(now_ms() + wait_ms)
                                       .bind(claim.id)
                                       .bind(claim.lease)
                                       .run());
    });
}

Result<bool> CheckStore::release(const Claim& claim, std::int64_t wait_ms) {
    return database_.write([&](Connection& connection) {
        return changed(connection,
                       Statement(connection,
                                 "UPDATE checks SET state = 'queued', lease = NULL, started_ms = NULL, not_before_ms = "
                                 "?, attempts = attempts - 1 WHERE id = ? AND lease = ? AND state = 'running'")
                           .bind(wait_ms > 0 ? now_ms() + wait_ms : 0)
                           .bind(claim.id)
                           .bind(claim.lease)
                           .run());
    });
}

Result<Recovered> CheckStore::recover_running(int max_attempts) {
    const auto spent = database_.read([&](Connection& connection) -> Result<std::vector<Claim>> {
        Statement rows(connection,
                       "SELECT id, file_name, lease, attempts FROM checks WHERE state = 'running' AND attempts >= ?");
        rows.bind(std::int64_t{max_attempts});
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
    });
    if (!spent) {
        return spent.error();
    }
    Recovered recovered;
    for (const Claim& claim : *spent) {
        const auto ended = give_up(
            claim, problems::internal("The service itself broke off during the last of " +
                                      std::to_string(claim.attempts) + " attempts. Other files may go through."));
        if (!ended) {
            return ended.error();
        }
        recovered.given_up.push_back(claim.id);
    }
    // The attempt stays counted: it may be the file that ended the process.
    const auto waiting = database_.write([](Connection& connection) -> Result<int> {
        auto ran = Statement(connection,
                             "UPDATE checks SET state = 'queued', lease = NULL, started_ms = NULL "
                             "WHERE state = 'running'")
                       .run();
        return ran ? Result<int>(connection.changes()) : ran.error();
    });
    if (!waiting) {
        return waiting.error();
    }
    recovered.waiting = *waiting;
    return recovered;
}

}  // namespace bonafide::service

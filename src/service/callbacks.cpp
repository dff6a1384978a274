#include "service/callbacks.h"

#include "service/audit_log.h"
#include "service/http_post.h"
#include "service/runner.h"
#include "service/secrets.h"
#include "service/times.h"

#include <chrono>

namespace bonafide::service {
namespace {

constexpr int kMostAttempts = 8;
constexpr std::chrono::milliseconds kLook{1000};
/// After which an attempt was cut off, with the server that made it.
constexpr std::int64_t kLongestAttemptMs = 60'000;

}  // namespace

void Callbacks::start() {
    if (!place_.options.callback_secret.empty()) {
        thread_ = std::thread([this] { run(); });
    }
}

void Callbacks::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        news_.notify_all();
    }
    if (thread_.joinable()) {
        thread_.join();
    }
}

void Callbacks::notify() {
    const std::lock_guard lock(mutex_);
    work_waits_ = true;
    news_.notify_all();
}

void Callbacks::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        lock.unlock();
        const bool sent = send_next();
        lock.lock();
        if (!sent) {
            news_.wait_for(lock, kLook, [this] { return work_waits_ || stopping_; });
            work_waits_ = false;
        }
    }
}

Result<std::optional<Callbacks::Due>> Callbacks::next_due() {
    return place_.database.write([&](Connection& connection) -> Result<std::optional<Due>> {
        const auto now = connection.now_ms();
        if (!now) {
            return now.error();
        }
        // As with checks: a wait longer than any can be means that the clock stepped back. While this attempt lasts, no
        // other server begins one.
        Statement row(connection,
                      std::string("UPDATE callbacks SET attempts = attempts + 1, not_before_ms = ? WHERE id = (SELECT "
                                  "id FROM callbacks WHERE not_before_ms <= ? OR not_before_ms > ? ORDER BY "
                                  "not_before_ms LIMIT 1") +
                          connection.skip_locked() + ") RETURNING id, url, attempts");
        row.bind(*now + kLongestAttemptMs).bind(*now).bind(*now + kLongestWaitMs);
        auto found = row.step();
        if (!found) {
            return found.error();
        }
        if (!*found) {
            return std::optional<Due>();
        }
        Due due{row.text(0), row.text(1), static_cast<int>(row.integer(2))};
        if (found = row.step(); !found) {
            return found.error();
        }
        return std::optional(std::move(due));
    });
}

bool Callbacks::send_next() {
    const auto due = next_due();
    if (!due || !*due) {
        return false;
    }
    const auto check = place_.store.find((*due)->id);
    if (!check || !*check) {
        return false;
    }
    const std::string body = (*check)->json().dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    const std::string time = std::to_string(now_ms() / 1000);
    const std::string signature = "t=" + time + ",v1=" + hmac_sha256(place_.options.callback_secret, time + "." + body);
    settle(**due, post_json((*due)->url, body, {{"X-Bonafide-Signature", signature}},
                            place_.options.callback_private_addresses));
    return true;
}

void Callbacks::settle(const Due& due, const Result<int>& answered) {
    const bool delivered = answered && *answered >= 200 && *answered < 300;
    const bool given_up = !delivered && due.attempts >= kMostAttempts;
    const std::string outcome = answered ? std::to_string(*answered) : answered.error().message;
    place_.log.info("callback",
                    {{"check", due.id}, {"attempt", due.attempts}, {"delivered", delivered}, {"answer", outcome}});
    const auto settled = place_.database.write([&](Connection& connection) -> Result<void> {
        // The number of the attempt is its lease: another server may have begun the next one meanwhile.
        if (!delivered && !given_up) {
            const auto now = connection.now_ms();
            if (!now) {
                return now.error();
            }
            return Statement(connection, "UPDATE callbacks SET not_before_ms = ? WHERE id = ? AND attempts = ?")
                .bind(*now + wait_after(due.attempts))
                .bind(due.id)
                .bind(std::int64_t{due.attempts})
                .run();
        }
        auto transaction = Transaction::begin(connection);
        if (!transaction) {
            return transaction.error();
        }
        auto removed = Statement(connection, "DELETE FROM callbacks WHERE id = ? AND attempts = ?")
                           .bind(due.id)
                           .bind(std::int64_t{due.attempts})
                           .run();
        if (!removed || connection.changes() == 0) {
            return removed;
        }
        const AuditEntry entry{
            delivered ? "callback.delivered" : "callback.failed", due.id, "service", {{"answer", outcome}}};
        if (auto told = append_audit(connection, entry); !told) {
            return told;
        }
        return transaction->commit();
    });
    if (!settled) {
        place_.log.error("callback.unrecorded", {{"check", due.id}, {"error", settled.error().message}});
    }
}

}  // namespace bonafide::service

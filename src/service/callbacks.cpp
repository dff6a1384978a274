#include "service/callbacks.h"

#include "service/audit_log.h"
#include "service/http_exchange.h"
#include "service/runner.h"
#include "service/secrets.h"
#include "service/times.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace bonafide::service {
namespace {

constexpr int kMostAttempts = 8;
constexpr int kThreads = 4;
constexpr std::chrono::milliseconds kLook{1000};
/// After which an attempt was cut off, with the server that made it.
constexpr std::int64_t kLongestAttemptMs = 60'000;
constexpr std::chrono::seconds kWait{10};  ///< for an answer, once the name is resolved

/// Of an answer the status is all that counts.
class StatusSink final : public AnswerSink {
  public:
    bool head(const AnswerHead& head) override {
        status = head.status;
        return false;
    }
    bool take(std::span<const std::uint8_t>) override { return false; }
    int status = 0;
};

/// Whom `url` leads to. What cannot be read stands for itself: it fails alone.
std::string receiver_of(const std::string& url) {
    const auto parsed = parse_remote_url(url);
    return parsed ? parsed->host + " " + std::to_string(parsed->port) : url;
}

/// Id and address of those that are due, the longest first. As with checks: a wait longer than any can be means that
/// the clock stepped back.
Result<std::vector<std::pair<std::string, std::string>>> due_at(Connection& connection, std::int64_t now) {
    Statement row(connection,
                  "SELECT id, url FROM callbacks WHERE not_before_ms <= ? OR not_before_ms > ? ORDER BY not_before_ms");
    row.bind(now).bind(now + kLongestWaitMs);
    std::vector<std::pair<std::string, std::string>> due;
    for (;;) {
        const auto found = row.step();
        if (!found) {
            return found.error();
        }
        if (!*found) {
            return due;
        }
        due.emplace_back(row.text(0), row.text(1));
    }
}

}  // namespace

void Callbacks::start() {
    if (!place_.options.callback_secret.empty()) {
        for (int number = 0; number < kThreads; ++number) {
            threads_.emplace_back([this] { run(); });
        }
    }
}

void Callbacks::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        cut_ = true;
        news_.notify_all();
    }
    for (std::thread& thread : threads_) {
        thread.join();
    }
    threads_.clear();
}

void Callbacks::notify() {
    const std::lock_guard lock(mutex_);
    work_waits_ = kThreads;
    news_.notify_all();
}

void Callbacks::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        lock.unlock();
        const bool sent = send_next();
        lock.lock();
        if (!sent) {
            news_.wait_for(lock, kLook, [this] { return work_waits_ > 0 || stopping_; });
            work_waits_ = std::max(work_waits_ - 1, 0);
        }
    }
}

Result<std::optional<Callbacks::Due>> Callbacks::take_due() {
    const std::lock_guard lock(mutex_);
    return place_.database.write([&](Connection& connection) -> Result<std::optional<Due>> {
        const auto now = connection.now_ms();
        if (!now) {
            return now.error();
        }
        const auto waiting = due_at(connection, *now);
        if (!waiting) {
            return waiting.error();
        }
        for (const auto& [id, url] : *waiting) {
            if (busy_.contains(receiver_of(url))) {
                continue;
            }
            // While this attempt lasts, no other server begins one: one of them is first.
            Statement row(connection,
                          "UPDATE callbacks SET attempts = attempts + 1, not_before_ms = ? WHERE id = ? AND "
                          "(not_before_ms <= ? OR not_before_ms > ?) RETURNING attempts");
            row.bind(*now + kLongestAttemptMs).bind(id).bind(*now).bind(*now + kLongestWaitMs);
            auto found = row.step();
            if (!found) {
                return found.error();
            }
            if (!*found) {
                continue;
            }
            const Due due{id, url, static_cast<int>(row.integer(0))};
            // The change is committed once the statement has come to its end.
            if (found = row.step(); !found) {
                return found.error();
            }
            busy_.insert(receiver_of(url));
            return std::optional(due);
        }
        return std::optional<Due>();
    });
}

void Callbacks::free_receiver(const Due& due) {
    const std::lock_guard lock(mutex_);
    busy_.erase(receiver_of(due.url));
}

bool Callbacks::send_next() {
    const auto due = take_due();
    if (!due || !*due) {
        return false;
    }
    send(**due);
    free_receiver(**due);
    return true;
}

void Callbacks::send(const Due& due) {
    const auto check = place_.store.find(due.id);
    const auto url = parse_remote_url(due.url);
    if (!check || !*check) {
        return;  // deleted meanwhile, and its call-back with it; or the database will answer the next time
    }
    if (!url) {
        return settle(due, url.error());
    }
    OutgoingRequest request{*url, "POST", {}, {}, std::chrono::steady_clock::now() + kWait};
    request.body = (*check)->json().dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    const std::string time = std::to_string(now_ms() / 1000);
    const std::string code = hmac_sha256(place_.options.callback_secret, time + "." + request.body);
    request.headers = {{"Content-Type", "application/json"}, {"X-Bonafide-Signature", "t=" + time + ",v1=" + code}};
    StatusSink sink;
    const auto done = exchange(request, {place_.tls, place_.options.callback_private_addresses, cut_}, sink);
    if (!done && cut_) {
        return give_back(due);  // says nothing about the receiver: the next start tells it
    }
    settle(due, done ? Result<int>(sink.status) : Result<int>(done.error()));
}

void Callbacks::give_back(const Due& due) {
    (void)place_.database.write([&](Connection& connection) {
        return Statement(
                   connection,
                   "UPDATE callbacks SET attempts = attempts - 1, not_before_ms = 0 WHERE id = ? AND attempts = ?")
            .bind(due.id)
            .bind(std::int64_t{due.attempts})
            .run();
    });
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

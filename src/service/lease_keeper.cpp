#include "service/lease_keeper.h"

#include <chrono>
#include <vector>

namespace bonafide::service {
namespace {

using Clock = std::chrono::steady_clock;

/// Three renewals may fail before a lease is over.
constexpr int kRenewalsALease = 4;

}  // namespace

void LeaseKeeper::start() {
    thread_ = std::thread([this] { run(); });
}

void LeaseKeeper::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        news_.notify_all();
    }
    if (thread_.joinable()) {
        thread_.join();
    }
}

void LeaseKeeper::hold(const Claim& claim) {
    const std::lock_guard lock(mutex_);
    held_[claim.lease] = claim;
}

void LeaseKeeper::let_go(const Claim& claim) {
    const std::lock_guard lock(mutex_);
    held_.erase(claim.lease);
}

void LeaseKeeper::run() {
    const std::chrono::milliseconds lease(static_cast<std::int64_t>(place_.options.lease_s * 1000));
    // While the database was away nobody could renew. So leases are taken from others only once it has answered for as
    // long as a lease is: by then, whoever works has renewed.
    Clock::time_point answers_since = Clock::now();
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        news_.wait_for(lock, lease / kRenewalsALease, [this] { return stopping_; });
        lock.unlock();
        const bool answered = renew() && (Clock::now() - answers_since < lease || recover());
        if (!answered) {
            answers_since = Clock::now();
        }
        lock.lock();
    }
}

bool LeaseKeeper::renew() {
    std::vector<Claim> claims;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [lease, claim] : held_) {
            claims.push_back(claim);
        }
    }
    bool answered = place_.store.waiting().ok();
    for (const Claim& claim : claims) {
        const auto renewed = place_.store.renew(claim);
        answered = answered && renewed;
        if (renewed && !*renewed) {
            // Deleted, or it was cut off for longer than a lease. Or it came to its end this moment: then nobody
            // listens.
            place_.lost(claim.id);
        }
    }
    return answered;
}

bool LeaseKeeper::recover() {
    const auto recovered = place_.store.recover_expired(place_.options.max_attempts);
    if (!recovered) {
        return false;
    }
    for (const std::string& id : recovered->waiting) {
        place_.log.warning("check.recovered", {{"check", id}});
        place_.hub.changed(id);
        place_.waiting();
    }
    for (const std::string& id : recovered->given_up) {
        place_.log.error("check.given_up", {{"check", id}, {"error", "the service was killed on every attempt"}});
        if (place_.options.no_media) {
            place_.folder.remove_media(id);
        }
        place_.hub.changed(id);
        place_.ended();
    }
    return true;
}

}  // namespace bonafide::service

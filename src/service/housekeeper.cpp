#include "service/housekeeper.h"

#include "service/times.h"

#include <chrono>

namespace bonafide::service {
namespace {

constexpr std::chrono::seconds kEvery{60};
constexpr std::size_t kAtOnce = 100;
constexpr double kMsPerDay = 86'400'000;

}  // namespace

void Housekeeper::sweep() {
    place_.folder.sweep([this](const std::string& id) {
        // What cannot be asked about stays.
        const auto exists = place_.store.exists(id);
        return !exists || *exists;
    });
    if (!place_.options.no_media) {
        return;
    }
    place_.folder.for_each_media([this](const std::string& id) {
        const auto check = place_.store.find(id);
        if (check && *check && ((*check)->state == State::kDone || (*check)->state == State::kFailed)) {
            place_.folder.remove_media(id);
        }
    });
}

void Housekeeper::start() {
    thread_ = std::thread([this] { run(); });
}

void Housekeeper::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        news_.notify_all();
    }
    if (thread_.joinable()) {
        thread_.join();
    }
}

void Housekeeper::expire() {
    if (place_.options.keep_days <= 0) {
        return;
    }
    const std::int64_t before = now_ms() - static_cast<std::int64_t>(place_.options.keep_days * kMsPerDay);
    for (;;) {
        const auto ids = place_.store.finished_before(before, kAtOnce);
        if (!ids || ids->empty()) {
            return;
        }
        for (const std::string& id : *ids) {
            const auto removed = place_.store.remove(id, "service", "check.expired");
            if (!removed) {
                place_.log.error("expiry.failed", {{"check", id}, {"error", removed.error().message}});
                return;
            }
            place_.folder.remove(id);
            place_.hub.changed(id);
        }
    }
}

void Housekeeper::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        lock.unlock();
        expire();
        lock.lock();
        news_.wait_for(lock, kEvery, [this] { return stopping_; });
    }
}

}  // namespace bonafide::service

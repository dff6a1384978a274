#include "service/housekeeper.h"

#include <chrono>

namespace bonafide::service {
namespace {

constexpr std::chrono::seconds kEvery{60}, kSweepEvery{3600};
/// In a folder that servers share. Uploads grow steadily, or are broken off; a check's folder is made moments before
/// its row.
constexpr std::chrono::seconds kSurelyLeft{3600};
constexpr std::size_t kAtOnce = 100;
constexpr double kMsPerDay = 86'400'000;

}  // namespace

void Housekeeper::sweep() {
    const std::chrono::seconds age = place_.shared ? kSurelyLeft : std::chrono::seconds(0);
    place_.folder.sweep_uploads(age);
    const std::vector<std::string> ids = place_.folder.checks(age);
    const auto known = place_.store.progress(ids);
    if (!known) {
        return;  // what cannot be asked about stays
    }
    for (const std::string& id : ids) {
        const auto found = known->find(id);
        if (found == known->end()) {
            place_.folder.remove(id);
        } else if (place_.options.no_media &&
                   (found->second.state == State::kDone || found->second.state == State::kFailed)) {
            place_.folder.remove_media(id);
        }
    }
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
    const auto age_ms = static_cast<std::int64_t>(place_.options.keep_days * kMsPerDay);
    for (;;) {
        const auto ids = place_.store.finished_since(age_ms, kAtOnce);
        if (!ids || ids->empty()) {
            return;
        }
        for (const std::string& id : *ids) {
            const auto removed = place_.store.remove(id, "service", "check.expired");
            if (!removed) {
                place_.log.error("expiry.failed", {{"check", id}, {"error", removed.error().message}});
                return;
            }
            // Where another server was faster, the files are its business too; twice does no harm.
            place_.folder.remove(id);
            place_.hub.changed(id);
        }
    }
}

void Housekeeper::run() {
    std::unique_lock lock(mutex_);
    auto next_sweep = std::chrono::steady_clock::now();
    while (!stopping_) {
        lock.unlock();
        if (place_.shared && std::chrono::steady_clock::now() >= next_sweep) {
            sweep();
            next_sweep = std::chrono::steady_clock::now() + kSweepEvery;
        }
        expire();
        lock.lock();
        news_.wait_for(lock, kEvery, [this] { return stopping_; });
    }
}

}  // namespace bonafide::service

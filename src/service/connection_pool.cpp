#include "service/connection_pool.h"

namespace bonafide::service {
namespace {

constexpr std::chrono::seconds kWait{10};
/// A server that is away must not have every request wait for it in turn.
constexpr std::chrono::milliseconds kPause{500};

}  // namespace

Result<ConnectionPool::Held> ConnectionPool::take() {
    std::unique_lock lock(mutex_);
    if (!freed_.wait_for(lock, kWait, [this] { return !idle_.empty() || opened_ < most_; })) {
        return busy_error();
    }
    while (!idle_.empty()) {
        auto connection = std::move(idle_.back());
        idle_.pop_back();
        if (connection->is_sound()) {
            return Held(*this, std::move(connection));
        }
        --opened_;
    }
    return open_one(lock);
}

Result<ConnectionPool::Held> ConnectionPool::open_one(std::unique_lock<std::mutex>& lock) {
    if (Clock::now() < not_before_) {
        return refusal_;
    }
    ++opened_;
    lock.unlock();
    auto opened = open_();
    if (opened) {
        return Held(*this, std::move(*opened));
    }
    lock.lock();
    --opened_;
    not_before_ = Clock::now() + kPause;
    refusal_ = opened.error();
    freed_.notify_one();
    return opened.error();
}

void ConnectionPool::give_back(std::unique_ptr<Connection> connection) {
    const std::lock_guard lock(mutex_);
    if (connection->is_sound()) {
        idle_.push_back(std::move(connection));
    } else {
        --opened_;
    }
    freed_.notify_one();
}

}  // namespace bonafide::service

#include "service/change_watcher.h"

#include <chrono>

namespace bonafide::service {
namespace {

constexpr std::chrono::seconds kLook{1};

}  // namespace

void ChangeWatcher::start() {
    thread_ = std::thread([this] { run(); });
}

void ChangeWatcher::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        news_.notify_all();
    }
    if (thread_.joinable()) {
        thread_.join();
    }
}

void ChangeWatcher::run() {
    std::map<std::string, Progress> told;
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        lock.unlock();
        const std::vector<std::string> ids = hub_.followed();
        if (auto found = store_.progress(ids)) {
            for (const std::string& id : ids) {
                const auto now = found->find(id), before = told.find(id);
                const bool is_new = before == told.end();
                if (now == found->end() || is_new || !(now->second == before->second)) {
                    hub_.changed(id);  // who follows asks for the rest, and tells only what is news
                }
            }
            told = std::move(*found);
        }
        lock.lock();
        news_.wait_for(lock, kLook, [this] { return stopping_; });
    }
}

}  // namespace bonafide::service

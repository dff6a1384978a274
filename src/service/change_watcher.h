#pragma once

#include "service/check_store.h"
#include "service/event_hub.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace bonafide::service {

/// Where servers share a database: tells those who follow a check here what another server did with it. One question a
/// second for all of them, and none where nobody follows.
class ChangeWatcher {
  public:
    ChangeWatcher(CheckStore& store, EventHub& hub) : store_(store), hub_(hub) {}
    ~ChangeWatcher() { stop(); }
    ChangeWatcher(const ChangeWatcher&) = delete;
    ChangeWatcher& operator=(const ChangeWatcher&) = delete;

    void start();
    void stop();

  private:
    void run();
    CheckStore& store_;
    EventHub& hub_;
    std::mutex mutex_;
    std::condition_variable news_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace bonafide::service

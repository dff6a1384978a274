#pragma once

#include "service/check_store.h"
#include "service/data_folder.h"
#include "service/event_hub.h"
#include "service/log.h"
#include "service/options.h"

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace bonafide::service {

/// Where servers share a queue: keeps the claims of this one alive while it works, and takes up the checks of servers
/// that no longer do so. Times are the database's, so that the servers' clocks need not agree.
class LeaseKeeper {
  public:
    struct Place {
        const Options& options;
        DataFolder& folder;
        CheckStore& store;
        EventHub& hub;
        Log& log;
        std::function<void(const std::string& id)> lost;  ///< the check is no longer this server's to finish
        std::function<void()> waiting;                    ///< a check waits again
        std::function<void()> ended;                      ///< a check has failed for good
    };

    explicit LeaseKeeper(Place place) : place_(std::move(place)) {}
    ~LeaseKeeper() { stop(); }
    LeaseKeeper(const LeaseKeeper&) = delete;
    LeaseKeeper& operator=(const LeaseKeeper&) = delete;

    void start();
    void stop();
    void hold(const Claim& claim);
    void let_go(const Claim& claim);

  private:
    void run();
    /// False where the database does not answer.
    bool renew();
    bool recover();

    Place place_;
    std::mutex mutex_;
    std::condition_variable news_;
    std::map<std::string, Claim> held_;  ///< by lease
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace bonafide::service

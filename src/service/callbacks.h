#pragma once

#include "service/check_store.h"
#include "service/database.h"
#include "service/log.h"
#include "service/options.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace bonafide::service {

/// Tells the addresses that checks were sent with about their end: a POST with the Check as JSON, signed, and repeated
/// until it is answered with 2xx or has failed too often. What waits outlives a restart; a receiver may hear of one
/// check twice, and tells by its id.
class Callbacks {
  public:
    struct Place {
        const Options& options;
        Database& database;
        CheckStore& store;
        Log& log;
    };

    explicit Callbacks(const Place& place) : place_(place) {}
    ~Callbacks() { stop(); }
    Callbacks(const Callbacks&) = delete;
    Callbacks& operator=(const Callbacks&) = delete;

    void start();
    void stop();
    /// One may be due.
    void notify();

  private:
    struct Due {
        std::string id, url;
        int attempts = 0;  ///< with this one
    };
    void run();
    /// False where none is due.
    bool send_next();
    /// Takes the one that has been due longest.
    Result<std::optional<Due>> next_due();
    void settle(const Due& due, const Result<int>& answered);

    Place place_;
    std::mutex mutex_;
    std::condition_variable news_;
    bool work_waits_ = false, stopping_ = false;
    std::thread thread_;
};

}  // namespace bonafide::service

#pragma once

#include "service/check_store.h"
#include "service/database.h"
#include "service/log.h"
#include "service/options.h"
#include "service/tls.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace bonafide::service {

/// Tells the addresses that checks were sent with about their end: a POST with the Check as JSON, signed, and repeated
/// until it is answered with 2xx or has failed too often. A few at a time, to each receiver one after the other: one
/// that is slow holds up nobody else. What waits outlives a restart; a receiver may hear of one check twice, and tells
/// by its id.
class Callbacks {
  public:
    struct Place {
        const Options& options;
        Database& database;
        CheckStore& store;
        Log& log;
        TlsContext tls;  ///< for https
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
    /// False where none is due, or only such as another thread's receiver must hear first.
    bool send_next();
    /// The one that has waited longest among those whose receiver is free, which then is busy until free_receiver().
    Result<std::optional<Due>> take_due();
    void free_receiver(const Due& due);
    void send(const Due& due);
    /// As if this attempt had not been made.
    void give_back(const Due& due);
    void settle(const Due& due, const Result<int>& answered);

    Place place_;
    std::mutex mutex_;
    std::condition_variable news_;
    bool stopping_ = false;
    int work_waits_ = 0;  ///< how many threads have yet to look
    std::atomic<bool> cut_{false};
    std::set<std::string> busy_;  ///< receivers that are being told something, by host and port
    std::vector<std::thread> threads_;
};

}  // namespace bonafide::service

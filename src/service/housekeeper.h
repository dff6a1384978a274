#pragma once

#include "service/check_store.h"
#include "service/data_folder.h"
#include "service/event_hub.h"
#include "service/log.h"
#include "service/options.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace bonafide::service {

/// Deletes what need not be kept: checks whose time is over, and what killed processes left.
class Housekeeper {
  public:
    struct Place {
        const Options& options;
        bool shared;  ///< other servers use folder and database too
        DataFolder& folder;
        CheckStore& store;
        EventHub& hub;
        Log& log;
    };

    explicit Housekeeper(const Place& place) : place_(place) {}
    ~Housekeeper() { stop(); }
    Housekeeper(const Housekeeper&) = delete;
    Housekeeper& operator=(const Housekeeper&) = delete;

    /// Incomplete uploads, folders without a check, media that should be gone. Where this server alone uses the folder,
    /// only before anything is accepted: then all that is not known is waste. Where several do, at any time: what
    /// others have in hand is young.
    void sweep();
    void start();
    void stop();
    /// Deletes the checks that ended longer ago than they are kept.
    void expire();

  private:
    void run();
    Place place_;
    std::mutex mutex_;
    std::condition_variable news_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace bonafide::service

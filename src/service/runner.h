#pragma once

#include "engine/front/check.h"
#include "engine/front/signature.h"
#include "service/check_store.h"
#include "service/data_folder.h"
#include "service/documents.h"
#include "service/event_hub.h"
#include "service/lease_keeper.h"
#include "service/log.h"
#include "service/metrics.h"
#include "service/options.h"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace bonafide::service {

/// Works off the queue: a few threads that each take the check that has waited longest, have the engine analyse it in a
/// process of its own, write what it gave, and record its end. A check whose analysis process dies waits a while, twice
/// as long each time, and is tried again, up to the limit.
class Runner {
  public:
    struct Place {
        const Options& options;
        bool shared;  ///< other servers take from the same queue
        engine::Installation installation;
        DataFolder& folder;
        CheckStore& store;
        EventHub& hub;
        Metrics& metrics;
        Log& log;
        const engine::SigningKey& key;  ///< signs reports
        Documents& documents;
        std::function<void()> ended;  ///< a check has come to its end: call-backs may be due
    };

    explicit Runner(Place place);
    ~Runner();
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;

    void start();
    /// A check waits.
    void notify();
    /// Ends the analysis of `id`, if there is one.
    void cancel(const std::string& id);
    /// Begins no further check, waits `drain_s` for those under way, and gives back to the queue those that take
    /// longer.
    void stop(int drain_s);

  private:
    void run();
    void work(const Claim& claim);
    /// Threads for an analysis that begins now: all that others do not use, so that one picture alone does not wait
    /// longer than it must.
    int share_of_processors();
    Result<engine::Checked> analyse(const Claim& claim, const std::atomic<bool>& stop);
    /// Ends or repeats an attempt that gave no result.
    void settle(const Claim& claim, const std::string& why, bool out_of_space);
    void finish(const Claim& claim, const engine::Checked& checked);
    /// Records the end of a check whose results are written; again and again while the database is away.
    Result<bool> record(const Claim& claim, const Outcome& outcome);
    /// After an attempt whose claim no longer holds: removes what it left.
    void forget(const Claim& claim);
    void wait_for_work();
    bool is_stopping();

    Place place_;
    LeaseKeeper leases_;
    std::mutex mutex_;
    std::condition_variable news_;
    bool work_waits_ = false, stopping_ = false;
    int busy_ = 0;
    std::map<std::string, std::atomic<bool>> stops_;  ///< of the checks under way, by id
    std::vector<std::thread> threads_;
};

/// How long the attempt after `attempts` failed ones waits, milliseconds: a second, doubled each time, up to the limit.
std::int64_t wait_after(int attempts);

}  // namespace bonafide::service

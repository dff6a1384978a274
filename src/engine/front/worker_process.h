#pragma once

#include "engine/protocol/job.h"
#include "report/report.h"

#include <atomic>
#include <functional>
#include <string>

namespace bonafide::engine {

/// How a worker ended.
struct WorkerEnd {
    enum class Kind {
        kDelivered,
        kUsage,
        kNoInstallation,
        kBroken,
        kCrashed,
        kTimedOut,
        kOutOfMemory,
        kProtocol,
        kStopped
    };
    Kind kind = Kind::kBroken;
    std::string report_json;  ///< when kDelivered
    report::Artifacts artifacts;
    std::string explanation;  ///< what went wrong, in words for a person; empty when kDelivered
    std::string last_words;   ///< of its standard error, bounded, for --verbose
};

/// Starts `worker` on the file open as `input_fd`, waits for it within the job's limits of time and memory, and
/// collects what it sends. `mask_fd`: the open file that the job names as mask. `stop`: once it is true, the worker is
/// ended. Nothing it sends is believed beyond its form. kIo where it cannot be started at all.
Result<WorkerEnd> run_worker(const std::string& worker, const Job& job, int input_fd, int mask_fd = -1,
                             const std::atomic<bool>* stop = nullptr);

/// Runs `worker --describe`: the analyzers' definitions as JSON.
Result<std::string> describe_analyzers(const std::string& worker);

}  // namespace bonafide::engine

#pragma once

#include "engine/front/installation.h"
#include "engine/protocol/job.h"
#include "report/report.h"

#include <atomic>
#include <string>

namespace bonafide::engine {

/// What one check gives.
struct Checked {
    report::Report report;
    report::Artifacts artifacts;
    std::string last_words;    ///< of the worker, for --verbose
    bool worker_died = false;  ///< by a signal that nobody here sent: another try may end otherwise
    bool stopped = false;      ///< because the caller asked for it; the report then says nothing
};

/// Checks the file at `path` in a worker: hashes it before and after, and completes the report. Errors are those of the
/// caller (kUsage: the job names what does not exist) or of the installation (kInternal); whatever is wrong with the
/// input is a report with verdict `failed`.
Result<Checked> check_file(const std::string& path, Job job, const Installation& installation);

/// The same for a file that is already open, such as a spooled standard input. `stop`: once it is true, the worker is
/// ended.
Result<Checked> check_fd(int fd, const std::string& shown_path, Job job, const Installation& installation,
                         const std::atomic<bool>* stop = nullptr);

/// A report that says why nothing could be analysed.
Checked failed_check(const std::string& shown_path, const Job& job, const std::string& why);

}  // namespace bonafide::engine

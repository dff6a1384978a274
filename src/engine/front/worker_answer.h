#pragma once

#include "engine/front/installation.h"
#include "engine/front/worker_process.h"

#include <string>

namespace bonafide::engine {

/// What a worker answered about one file, when it was not asked for a report.
struct WorkerAnswer {
    std::string words;  ///< "made", or why it made nothing
    report::Artifacts artifacts;
    std::string sha256;  ///< of the file
};

/// Lets a worker do the job's task with the regular file at `path`; fills in the rest of the job. Errors in words a
/// person understands: it cannot be opened, is too large, takes too long. The front never looks at what is inside.
Result<WorkerAnswer> ask_worker(const std::string& path, Job job, const Installation& installation);

}  // namespace bonafide::engine

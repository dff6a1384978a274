#pragma once

#include "base/limits.h"
#include "base/result.h"

#include <string>
#include <vector>

namespace bonafide::engine {

/// What keeps this process from doing harm, and what the kernel did not offer.
struct Isolation {
    int landlock_abi = 0;  ///< 0: none
    bool seccomp = false;
    bool memory_limit = false;
    std::vector<std::string> lacking;  ///< in words, for the report
};

/// Gives up, for good, every right that looking at an untrusted file does not need: network, new processes, opening
/// files for writing, and reading any file but those below `readable` (Landlock, seccomp-bpf, resource limits). Call
/// before the first untrusted byte is read; threads may be started later.
Isolation isolate(const Limits& limits, const std::vector<std::string>& readable);

}  // namespace bonafide::engine

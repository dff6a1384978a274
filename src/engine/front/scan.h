#pragma once

#include "engine/front/check.h"
#include "engine/front/inputs.h"

#include <functional>
#include <optional>
#include <string>

namespace bonafide::engine {

/// What is told about each input as soon as it is done. Called from one thread at a time, in the order in which they
/// finish; false ends the scan.
using ScanSink = std::function<bool(const InputItem& input, const Checked& checked)>;

/// Checks everything `walk` yields and `wanted` accepts, `jobs` inputs at a time, holding no more than that in memory.
/// Ends early, with the error, where the caller's choices or the installation are wrong; a bad input never ends it.
Result<void> scan(InputWalk& walk, const Job& job, int jobs, const Installation& installation,
                  const std::function<bool(const InputItem&)>& wanted, const ScanSink& sink);

/// One input of a list, with a job of its own.
struct ListedInput {
    std::size_t index = 0;  ///< the caller's, to tell results apart
    std::string path;
    Job job;
};

/// Checks every task that `next` yields (called from one thread at a time; nothing ends it), `jobs` at a time, as
/// scan() does.
Result<void> check_tasks(const std::function<std::optional<ListedInput>()>& next, int jobs,
                         const Installation& installation,
                         const std::function<bool(const ListedInput& task, const Checked& checked)>& sink);

}  // namespace bonafide::engine

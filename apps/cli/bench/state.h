#pragma once

#include "base/result.h"
#include "bench/outcome.h"
#include "engine/front/spawn.h"

#include <string>
#include <vector>

namespace bonafide::cli {

/// Remembers outcomes on disk, so that a bench that was stopped goes on where it was. One line an outcome after a first
/// line that says what they belong to.
class BenchState {
  public:
    /// Opens or creates `path`. `fingerprint` stands for everything an outcome depends on; kInvalid where the file
    /// belongs to another one or is no state, kIo where it cannot be used or another bench holds it.
    static Result<BenchState> open(const std::string& path, const std::string& fingerprint);

    std::vector<BenchOutcome> take_earlier() { return std::move(earlier_); }
    Result<void> add(const BenchOutcome& outcome);

  private:
    Result<void> load(const std::string& text, const std::string& fingerprint);
    engine::OwnedFd file_;
    std::string path_;
    std::vector<BenchOutcome> earlier_;
};

}  // namespace bonafide::cli

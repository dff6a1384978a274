#pragma once

#include "base/result.h"
#include "engine/front/spawn.h"

#include <string>
#include <unordered_set>

namespace bonafide::engine {

/// Remembers which inputs of a long scan have been reported, so that a scan killed at any moment goes on where it was:
/// nothing lost, nothing twice.
///
/// Each report is announced in the journal (input, output file, offset, length, verdict) before it is written. When the
/// scan resumes, an announcement counts if the announced bytes are in the output file; a report torn in the middle is
/// cut off from the same output and made again. Where the output is a pipe, which cannot be looked at afterwards, a
/// second record says that the write returned.
class Journal {
  public:
    /// Opens or creates `path`; `output_fd` is where reports go. kInvalid where the file is no journal, kIo where it
    /// cannot be used or another scan holds it.
    static Result<Journal> open(const std::string& path, int output_fd);

    bool reported(const std::string& input) const;
    /// Verdicts of the inputs reported by earlier runs, each once: the exit code is that of the whole scan.
    const std::unordered_set<std::string>& earlier_verdicts() const { return verdicts_; }

    /// Writes `line` to the output and records it. Not thread-safe.
    Result<void> write(const std::string& input, const std::string& verdict, const std::string& line);

  private:
    Result<void> load(const std::string& text);
    OwnedFd file_;
    int output_fd_ = -1;
    bool output_is_file_ = false;
    std::string output_path_;
    std::unordered_set<std::string> done_;
    std::unordered_set<std::string> verdicts_;
};

}  // namespace bonafide::engine

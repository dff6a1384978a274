#pragma once

#include "base/result.h"

#include <optional>
#include <string>

namespace bonafide::infer {

/// A folder of compiled models, one file a key: a line with a mark and the SHA-256 of what follows, then the compiled
/// bytes. Reading trusts nothing: a file that is not wholly as it was written, or that someone else could have written,
/// counts as absent.
class CompiledCache {
  public:
    /// `folder` empty: a cache that holds nothing and keeps nothing.
    explicit CompiledCache(std::string folder) : folder_(std::move(folder)) {}

    /// The compiled bytes kept under `key` ([a-z0-9._-]), or nothing.
    std::optional<std::string> load(const std::string& key) const;

    /// Keeps `compiled` under `key`: written beside and renamed, so that a reader sees the old file, the new one or
    /// none, never a part. Makes the folder (mode 0700) where it is missing. kIo where the folder cannot be written.
    Result<void> save(const std::string& key, const std::string& compiled) const;

  private:
    std::string path_of(const std::string& key) const { return folder_ + "/" + key + ".compiled"; }
    std::string folder_;
};

}  // namespace bonafide::infer

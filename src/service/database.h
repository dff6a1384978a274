#pragma once

#include "service/sqlite.h"

#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace bonafide::service {

/// The service's database: one connection that writes and one that reads, so that a reader never waits for a commit to
/// reach the disk. Thread-safe.
class Database {
  public:
    /// Opens or creates the file and its tables; kUnsupported where a newer version made it.
    static Result<std::unique_ptr<Database>> open(const std::string& path);

    /// Calls `use` with the connection that may write.
    template <class Use>
    auto write(Use&& use) {
        const std::lock_guard lock(writer_mutex_);
        return std::forward<Use>(use)(writer_);
    }

    /// Calls `use` with a connection for reading; what was committed before is seen.
    template <class Use>
    auto read(Use&& use) {
        const std::lock_guard lock(reader_mutex_);
        return std::forward<Use>(use)(reader_);
    }

  private:
    Database(Connection writer, Connection reader) : writer_(std::move(writer)), reader_(std::move(reader)) {}
    std::mutex writer_mutex_, reader_mutex_;
    Connection writer_, reader_;
};

}  // namespace bonafide::service

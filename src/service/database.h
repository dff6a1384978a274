#pragma once

#include "service/connection_pool.h"

#include <memory>
#include <string>
#include <utility>

namespace bonafide::service {

/// The service's database: a file of SQLite's that one server uses, or a database of a PostgreSQL server that several
/// share. Thread-safe.
class Database {
  public:
    /// Opens or creates the file and its tables; kUnsupported where a newer version made it. One connection writes and
    /// one reads, so that a reader never waits for a commit to reach the disk.
    static Result<std::unique_ptr<Database>> open(const std::string& path);

    /// Connects to a PostgreSQL server and makes the tables where there are none. Errors as open_postgresql();
    /// kUnsupported where a newer version made them. Holds up to `most_connections`; while the server is away, every
    /// use is an error that is_unreachable() knows.
    static Result<std::unique_ptr<Database>> connect(const std::string& url, std::size_t most_connections);

    /// Whether other servers may use it at the same time.
    bool is_shared() const { return writers_ == readers_; }

    /// Calls `use` with a connection that may write. `use` returns a Result; so does this.
    template <class Use>
    auto write(Use&& use) {
        return with(*writers_, std::forward<Use>(use));
    }

    /// Calls `use` with a connection for reading; what was committed before is seen.
    template <class Use>
    auto read(Use&& use) {
        return with(*readers_, std::forward<Use>(use));
    }

  private:
    Database(std::shared_ptr<ConnectionPool> writers, std::shared_ptr<ConnectionPool> readers)
        : writers_(std::move(writers)), readers_(std::move(readers)) {}

    template <class Use>
    static auto with(ConnectionPool& pool, Use&& use) -> decltype(use(std::declval<Connection&>())) {
        const auto held = pool.take();
        if (!held) {
            return held.error();
        }
        return std::forward<Use>(use)(**held);
    }

    std::shared_ptr<ConnectionPool> writers_, readers_;
};

}  // namespace bonafide::service

#pragma once

#include "service/connection.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace bonafide::service {

/// Connections that are opened when they are needed, a bounded number, and used again. One that broke is replaced by a
/// new one at its next use. Thread-safe.
class ConnectionPool {
  public:
    using Open = std::function<Result<std::unique_ptr<Connection>>()>;

    /// One connection of the pool, given back at the end of its life.
    class Held {
      public:
        Held(ConnectionPool& pool, std::unique_ptr<Connection> connection)
            : pool_(&pool), connection_(std::move(connection)) {}
        Held(Held&&) = default;
        Held& operator=(Held&&) = delete;
        ~Held() {
            if (connection_ != nullptr) {
                pool_->give_back(std::move(connection_));
            }
        }
        Connection& operator*() const { return *connection_; }

      private:
        ConnectionPool* pool_;
        std::unique_ptr<Connection> connection_;
    };

    ConnectionPool(Open open, std::size_t most) : open_(std::move(open)), most_(most) {}

    /// Waits for one that is free. As busy_error() where none is for ten seconds, else as opening one fails.
    Result<Held> take();

  private:
    using Clock = std::chrono::steady_clock;
    Result<Held> open_one(std::unique_lock<std::mutex>& lock);
    void give_back(std::unique_ptr<Connection> connection);

    Open open_;
    std::size_t most_, opened_ = 0;
    std::mutex mutex_;
    std::condition_variable freed_;
    std::vector<std::unique_ptr<Connection>> idle_;
    Clock::time_point not_before_{};  ///< when opening may be tried again
    Error refusal_;                   ///< why not before
};

}  // namespace bonafide::service

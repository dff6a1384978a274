#pragma once

#include "service/check_record.h"

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace bonafide::service {

/// Figures for Prometheus (text format 0.0.4). Thread-safe.
class Metrics {
  public:
    void count_request(const std::string& method, int status);
    void count_check(const char* end, double seconds);
    void add_received(std::uint64_t bytes) { received_bytes_ += bytes; }
    void connection_opened() { ++connections_; }
    void connection_closed() { --connections_; }
    void upload_began() { ++uploads_; }
    void upload_ended() { --uploads_; }
    std::int64_t uploads() const { return uploads_; }

    std::string text(const std::map<State, std::int64_t>& checks, std::uint64_t free_bytes) const;

  private:
    mutable std::mutex mutex_;
    std::map<std::pair<std::string, int>, std::uint64_t> requests_;
    struct Ended {
        std::uint64_t count = 0;
        double seconds = 0;
    };
    std::map<std::string, Ended> ended_;
    std::atomic<std::uint64_t> received_bytes_{0};
    std::atomic<std::int64_t> connections_{0}, uploads_{0};
};

/// Resident memory of this process, bytes; 0 where it cannot be read.
std::uint64_t resident_bytes();

}  // namespace bonafide::service

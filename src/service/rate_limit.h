#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>

namespace bonafide::service {

/// A token bucket for each name: `per_minute` calls a minute in the long run, as many at once. Thread-safe. Remembers
/// at most kMostNames names; those that are full again are forgotten first, so that made-up names cost bounded memory.
class RateLimit {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::size_t kMostNames = 10'000;

    explicit RateLimit(double per_minute) : per_minute_(per_minute) {}

    /// Takes one token of `name`: 0, or the seconds until there is one again.
    int take(const std::string& name, Clock::time_point now = Clock::now());
    /// The same without taking it.
    int wait_s(const std::string& name, Clock::time_point now = Clock::now());

  private:
    struct Bucket {
        double tokens = 0;
        Clock::time_point filled;
    };
    Bucket& bucket_of(const std::string& name, Clock::time_point now);
    void forget_full(Clock::time_point now);

    double per_minute_;
    std::mutex mutex_;
    std::map<std::string, Bucket> buckets_;
};

}  // namespace bonafide::service

#include "service/rate_limit.h"

#include <algorithm>
#include <cmath>

namespace bonafide::service {
namespace {

double minutes(RateLimit::Clock::duration duration) {
    return std::chrono::duration<double, std::ratio<60>>(duration).count();
}

}  // namespace

RateLimit::Bucket& RateLimit::bucket_of(const std::string& name, Clock::time_point now) {
    if (buckets_.size() >= kMostNames && buckets_.count(name) == 0) {
        forget_full(now);
    }
    auto [at, made] = buckets_.try_emplace(name, Bucket{per_minute_, now});
    Bucket& bucket = at->second;
    bucket.tokens = std::min(per_minute_, bucket.tokens + minutes(now - bucket.filled) * per_minute_);
    bucket.filled = now;
    return bucket;
}

void RateLimit::forget_full(Clock::time_point now) {
    std::erase_if(buckets_, [&](const auto& entry) { return minutes(now - entry.second.filled) >= 1; });
    if (buckets_.size() >= kMostNames) {
        buckets_.clear();
    }
}

int RateLimit::take(const std::string& name, Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    Bucket& bucket = bucket_of(name, now);
    if (bucket.tokens >= 1) {
        bucket.tokens -= 1;
        return 0;
    }
    return std::max(1, static_cast<int>(std::ceil((1 - bucket.tokens) / per_minute_ * 60)));
}

int RateLimit::wait_s(const std::string& name, Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    const Bucket& bucket = bucket_of(name, now);
    return bucket.tokens >= 1 ? 0 : std::max(1, static_cast<int>(std::ceil((1 - bucket.tokens) / per_minute_ * 60)));
}

}  // namespace bonafide::service

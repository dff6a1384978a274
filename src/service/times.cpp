#include "service/times.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace bonafide::service {

std::int64_t now_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::string rfc3339(std::int64_t time_ms) {
    const std::time_t seconds = static_cast<std::time_t>(time_ms / 1000);
    std::tm parts{};
    (void)gmtime_r(&seconds, &parts);
    std::array<char, 64> text{};
    const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    std::array<char, 16> rest{};
    (void)std::snprintf(rest.data(), rest.size(), ".%03dZ", static_cast<int>(time_ms % 1000));
    return std::string(text.data(), length) + rest.data();
}

}  // namespace bonafide::service

#include "service/log.h"

#include "service/times.h"

namespace bonafide::service {

void Log::write(const char* level, const char* event, const nlohmann::ordered_json& fields) {
    nlohmann::ordered_json line = {{"time", rfc3339(now_ms())}, {"level", level}, {"event", event}};
    if (fields.is_object()) {
        line.update(fields);
    }
    const std::string text = line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    const std::lock_guard lock(mutex_);
    sink_(text);
}

}  // namespace bonafide::service

#pragma once

#include <nlohmann/json.hpp>

#include <functional>
#include <mutex>
#include <string>

namespace bonafide::service {

/// What the service tells its operator: one line of JSON an event, to a sink that the program gives. Thread-safe.
class Log {
  public:
    using Sink = std::function<void(const std::string& line)>;
    explicit Log(Sink sink) : sink_(std::move(sink)) {}

    /// `event`: what happened, in two or three words with dots; `level`: "info", "warning" or "error".
    void write(const char* level, const char* event, const nlohmann::ordered_json& fields);
    void info(const char* event, const nlohmann::ordered_json& fields) { write("info", event, fields); }
    void warning(const char* event, const nlohmann::ordered_json& fields) { write("warning", event, fields); }
    void error(const char* event, const nlohmann::ordered_json& fields) { write("error", event, fields); }

  private:
    std::mutex mutex_;
    Sink sink_;
};

}  // namespace bonafide::service

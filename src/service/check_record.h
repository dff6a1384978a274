#pragma once

#include "service/connection.h"
#include "service/problem.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bonafide::service {

enum class State { kQueued, kRunning, kDone, kFailed };
const char* name_of(State state);
std::optional<State> state_from(std::string_view name);

/// What a finished check found, as lists show it; the report holds the rest.
struct Outcome {
    std::string media_type, kind, verdict, summary;
    std::optional<double> llr, probability;
    bool preview = false;  ///< there is a preview.png
};

/// One check, as the database holds it.
struct CheckRecord {
    std::int64_t seq = 0;
    std::string id;
    State state = State::kQueued;
    std::string file_name;  ///< as the sender named it, made harmless; never part of a path
    std::uint64_t size_bytes = 0;
    std::string sha256;
    std::int64_t created_ms = 0;
    std::optional<std::int64_t> started_ms, finished_ms;
    int attempts = 0;
    std::optional<Outcome> outcome;    ///< when done
    std::optional<std::string> error;  ///< when failed: a problem as JSON

    /// The Check of the interface.
    nlohmann::ordered_json json() const;
};

/// The columns that read_record() expects, in its order.
inline constexpr const char* kRecordColumns =
    "seq, id, state, file_name, size_bytes, sha256, created_ms, started_ms, finished_ms, attempts, "
    "media_type, kind, verdict, summary, llr, probability, preview, error";
CheckRecord read_record(const Statement& row);

}  // namespace bonafide::service

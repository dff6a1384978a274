#include "service/check_record.h"

#include "service/times.h"

#include <array>

namespace bonafide::service {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array kStates = {std::pair{State::kQueued, "queued"}, std::pair{State::kRunning, "running"},
                                std::pair{State::kDone, "done"}, std::pair{State::kFailed, "failed"}};

Json maybe_time(const std::optional<std::int64_t>& time_ms) {
    return time_ms ? Json(rfc3339(*time_ms)) : Json(nullptr);
}

Json maybe_number(const std::optional<double>& value) {
    return value ? Json(*value) : Json(nullptr);
}

}  // namespace

const char* name_of(State state) {
    for (const auto& [value, name] : kStates) {
        if (value == state) {
            return name;
        }
    }
    return "failed";
}

std::optional<State> state_from(std::string_view name) {
    for (const auto& [value, known] : kStates) {
        if (name == known) {
            return value;
        }
    }
    return std::nullopt;
}

Json CheckRecord::json() const {
    const std::string self = "/v1/checks/" + id;
    Json json = {{"id", id},
                 {"state", name_of(state)},
                 {"file_name", file_name},
                 {"size_bytes", size_bytes},
                 {"sha256", sha256},
                 {"media_type", outcome ? Json(outcome->media_type) : Json(nullptr)},
                 {"kind", outcome ? Json(outcome->kind) : Json(nullptr)},
                 {"created_at", rfc3339(created_ms)},
                 {"started_at", maybe_time(started_ms)},
                 {"finished_at", maybe_time(finished_ms)},
                 {"attempts", attempts},
                 {"verdict", outcome ? Json(outcome->verdict) : Json(nullptr)},
                 {"llr", outcome ? maybe_number(outcome->llr) : Json(nullptr)},
                 {"probability", outcome ? maybe_number(outcome->probability) : Json(nullptr)},
                 {"summary", outcome ? Json(outcome->summary) : Json(nullptr)},
                 {"error", error ? Json::parse(*error, nullptr, false) : Json(nullptr)}};
    json["links"] = {{"self", self},
                     {"report", self + "/report"},
                     {"report_html", self + "/report.html"},
                     {"report_pdf", self + "/report.pdf"},
                     {"maps", self + "/maps"},
                     {"events", self + "/events"},
                     {"preview", outcome && outcome->preview ? Json(self + "/preview.png") : Json(nullptr)}};
    return json;
}

CheckRecord read_record(const Statement& row) {
    CheckRecord record;
    record.seq = row.integer(0);
    record.id = row.text(1);
    record.state = state_from(row.text(2)).value_or(State::kFailed);
    record.file_name = row.text(3);
    record.size_bytes = static_cast<std::uint64_t>(row.integer(4));
    record.sha256 = row.text(5);
    record.created_ms = row.integer(6);
    record.started_ms = row.maybe_integer(7);
    record.finished_ms = row.maybe_integer(8);
    record.attempts = static_cast<int>(row.integer(9));
    if (record.state == State::kDone) {
        record.outcome = Outcome{row.text(10),         row.text(11),         row.text(12),        row.text(13),
                                 row.maybe_number(14), row.maybe_number(15), row.integer(16) != 0};
    }
    record.error = row.maybe_text(17);
    return record;
}

}  // namespace bonafide::service

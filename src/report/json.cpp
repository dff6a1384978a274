#include "report/free_json.h"
#include "report/report.h"
#include "report/text_safety.h"

#include <cmath>

namespace bonafide::report {
namespace {

using Json = nlohmann::ordered_json;

double finite(double value) {
    ENSURE(std::isfinite(value));
    return value;
}

Json nullable(const std::optional<double>& value) {
    return value ? Json(finite(*value)) : Json(nullptr);
}
Json nullable(const std::optional<int>& value) {
    return value ? Json(*value) : Json(nullptr);
}
Json nullable(const std::optional<bool>& value) {
    return value ? Json(*value) : Json(nullptr);
}
Json nullable(const std::optional<std::string>& value) {
    return value ? Json(valid_utf8(*value)) : Json(nullptr);
}
Json null_if_empty(const std::string& text) {
    return text.empty() ? Json(nullptr) : Json(valid_utf8(text));
}

Json to_json(const std::optional<evidence::Where::Box>& box) {
    return box ? Json::array({box->x, box->y, box->width, box->height}) : Json(nullptr);
}

Json to_json(const Stream& stream) {
    Json json = Json::object();
    json["index"] = stream.index;
    json["kind"] = valid_utf8(stream.kind);
    json["codec"] = valid_utf8(stream.codec);
    json["duration_s"] = finite(stream.duration_s);
    json["width_px"] = nullable(stream.width_px);
    json["height_px"] = nullable(stream.height_px);
    json["frame_rate_hz"] = nullable(stream.frame_rate_hz);
    json["sample_rate_hz"] = nullable(stream.sample_rate_hz);
    json["channels"] = nullable(stream.channels);
    return json;
}

Json to_json(const Input& input) {
    Json json = Json::object();
    json["path"] = valid_utf8(input.path);
    json["sha256"] = valid_utf8(input.sha256);
    json["sha256_after"] = valid_utf8(input.sha256_after);
    json["size_bytes"] = input.size_bytes;
    json["media_type"] = valid_utf8(input.media_type);
    json["kind"] = valid_utf8(input.kind);
    json["description"] = valid_utf8(input.description);
    json["extension_agrees"] = nullable(input.extension_agrees);
    json["width_px"] = nullable(input.width_px);
    json["height_px"] = nullable(input.height_px);
    json["duration_s"] = nullable(input.duration_s);
    json["decoded_fraction"] = nullable(input.decoded_fraction);
    json["damage"] = valid_utf8(input.damage);
    json["streams"] = Json::array();
    for (const Stream& stream : input.streams) {
        json["streams"].push_back(to_json(stream));
    }
    return json;
}

Json to_json(const Part& part) {
    Json json = Json::object();
    json["id"] = valid_utf8(part.id);
    json["kind"] = valid_utf8(part.kind);
    json["start_s"] = nullable(part.start_s);
    json["end_s"] = nullable(part.end_s);
    json["box_px"] = to_json(part.box_px);
    json["llr"] = nullable(part.llr);
    return json;
}

Json to_json(const evidence::Finding& finding) {
    Json json = Json::object();
    json["analyzer"] = valid_utf8(finding.analyzer);
    json["version"] = finding.version;
    json["outcome"] = evidence::name_of(finding.outcome);
    json["reason"] = null_if_empty(finding.reason);
    json["measurements"] = Json::array();
    for (const evidence::Measurement& measurement : finding.measurements) {
        Json number = Json::object();
        number["name"] = valid_utf8(measurement.name);
        number["value"] = finite(measurement.value);
        number["unit"] = valid_utf8(measurement.unit);
        json["measurements"].push_back(std::move(number));
    }
    json["llr"] = nullable(finding.llr);
    json["part"] = null_if_empty(finding.part);
    Json where = Json::object();
    where["box_px"] = to_json(finding.where.box_px);
    where["start_s"] = nullable(finding.where.start_s);
    where["end_s"] = nullable(finding.where.end_s);
    where["map"] = nullable(finding.where.map);
    json["where"] = std::move(where);
    json["model_sha256"] = nullable(finding.model_sha256);
    json["explanation"] = valid_utf8(finding.explanation);
    return json;
}

Json to_json(const evidence::Provenance& provenance) {
    Json json = Json::object();
    json["state"] = evidence::name_of(provenance.state);
    json["marks"] = Json::array();
    for (const evidence::Mark& mark : provenance.marks) {
        Json entry = Json::object();
        entry["source"] = valid_utf8(mark.source);
        entry["claim"] = valid_utf8(mark.claim);
        entry["tool"] = valid_utf8(mark.tool);
        entry["detail"] = valid_utf8(mark.detail);
        entry["forgeable"] = mark.forgeable;
        json["marks"].push_back(std::move(entry));
    }
    json["credentials"] = bounded_json(Json(provenance.credentials));
    return json;
}

}  // namespace

Json to_json(const Report& report) {
    Json json = Json::object();
    json["schema"] = kSchema;
    Json tool = Json::object();
    tool["name"] = "bonafide";
    tool["version"] = valid_utf8(report.tool_version);
    tool["revision"] = valid_utf8(report.tool_revision);
    json["tool"] = std::move(tool);
    json["input"] = to_json(report.input);
    if (report.case_record) {
        Json record = Json::object();
        record["number"] = null_if_empty(report.case_record->number);
        record["examiner"] = null_if_empty(report.case_record->examiner);
        record["examined_at"] = valid_utf8(report.case_record->examined_at);
        json["case"] = std::move(record);
    }
    json["verdict"] = name_of(report.verdict);
    json["llr"] = nullable(report.llr);
    json["probability"] = nullable(report.probability);
    json["prior"] = finite(report.prior);
    Json propositions = Json::object();
    propositions["h1"] = valid_utf8(report.h1);
    propositions["h0"] = valid_utf8(report.h0);
    json["propositions"] = std::move(propositions);
    json["summary"] = valid_utf8(report.summary);
    json["failure"] = nullable(report.failure);
    json["parts"] = Json::array();
    for (const Part& part : report.parts) {
        json["parts"].push_back(to_json(part));
    }
    json["findings"] = Json::array();
    for (const evidence::Finding& finding : report.findings) {
        json["findings"].push_back(to_json(finding));
    }
    json["provenance"] = to_json(report.provenance);
    json["limits"] = Json::array();
    for (const std::string& limit : report.limits) {
        json["limits"].push_back(valid_utf8(limit));
    }
    json["replay"] = bounded_json(report.replay);
    Json timing = Json::object();
    timing["total"] = finite(report.total_s);
    timing["analyzers"] = Json::object();
    for (const auto& [analyzer, seconds] : report.analyzer_s) {
        timing["analyzers"][valid_utf8(analyzer)] = finite(seconds);
    }
    json["timing_s"] = std::move(timing);
    return json;
}

}  // namespace bonafide::report

#include "report/free_json.h"
#include "report/json_cursor.h"
#include "report/report.h"
#include "report/text_safety.h"

namespace bonafide::report {
namespace {

using Json = nlohmann::ordered_json;

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> allowed) {
    return std::find(allowed.begin(), allowed.end(), text) != allowed.end();
}

bool is_sha256(std::string_view text) {
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_analyzer_id(std::string_view text) {
    return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.") == std::string_view::npos;
}

/// A file name that stays inside the folder it is relative to, also for a program that opens it without looking.
bool is_relative_name(std::string_view name) {
    if (name.empty() || name.front() == '/' || name.find('\\') != std::string_view::npos || name != visible(name))
        return false;
    for (std::size_t start = 0; start <= name.size();) {
        const std::size_t end = std::min(name.find('/', start), name.size());
        const std::string_view step = name.substr(start, end - start);
        if (step.empty() || step == "." || step == "..") return false;
        start = end + 1;
    }
    return true;
}

std::optional<evidence::Where::Box> read_box(JsonCursor& cursor, const char* key) {
    const Json& found = cursor.value(key);
    if (found.is_null()) return std::nullopt;
    if (!found.is_array() || found.size() != 4) {
        cursor.fail(key, "must be null or [x, y, width, height]");
        return std::nullopt;
    }
    evidence::Where::Box box;
    box.x = cursor.integer_in(found[0], key, kAnyNumber);
    box.y = cursor.integer_in(found[1], key, kAnyNumber);
    box.width = cursor.integer_in(found[2], key, kCount);
    box.height = cursor.integer_in(found[3], key, kCount);
    return box;
}

void check_span(JsonCursor& cursor, const std::optional<double>& start_s, const std::optional<double>& end_s) {
    if (start_s && end_s && *end_s < *start_s) cursor.fail("end_s", "lies before start_s");
}

std::string read_digest(JsonCursor& cursor, const char* key) {
    std::string digest = cursor.text(key);
    if (!digest.empty() && !is_sha256(digest)) cursor.fail(key, "must be empty or 64 hexadecimal digits");
    return digest;
}

Stream read_stream(JsonCursor cursor) {
    Stream stream;
    stream.index = cursor.integer("index", kCount);
    stream.kind = cursor.text("kind");
    stream.codec = cursor.text("codec");
    stream.duration_s = cursor.number("duration_s", kNotNegative);
    stream.width_px = cursor.nullable_integer("width_px", kCount);
    stream.height_px = cursor.nullable_integer("height_px", kCount);
    stream.frame_rate_hz = cursor.nullable_number("frame_rate_hz", kNotNegative);
    stream.sample_rate_hz = cursor.nullable_integer("sample_rate_hz", kCount);
    stream.channels = cursor.nullable_integer("channels", kCount);
    cursor.finish();
    return stream;
}

Input read_input(JsonCursor cursor, std::string& problem) {
    Input input;
    input.path = cursor.text("path");
    input.sha256 = read_digest(cursor, "sha256");
    input.sha256_after = read_digest(cursor, "sha256_after");
    input.size_bytes = cursor.unsigned_integer("size_bytes");
    input.media_type = cursor.text("media_type");
    input.kind = cursor.text("kind");
    if (!is_one_of(input.kind, {"image", "video", "audio", "unknown", ""})) cursor.fail("kind", "is no kind of input");
    input.description = cursor.text("description");
    input.extension_agrees = cursor.nullable_boolean("extension_agrees");
    input.width_px = cursor.nullable_integer("width_px", kCount);
    input.height_px = cursor.nullable_integer("height_px", kCount);
    input.duration_s = cursor.nullable_number("duration_s", kNotNegative);
    input.decoded_fraction = cursor.nullable_number("decoded_fraction", kFraction);
    input.damage = cursor.text("damage");
    cursor.each("streams", [&](const Json& item, const std::string& place) {
        input.streams.push_back(read_stream(JsonCursor(item, place, problem)));
    });
    cursor.finish();
    return input;
}

Part read_part(JsonCursor cursor) {
    Part part;
    part.id = cursor.text("id");
    if (part.id.empty()) cursor.fail("id", "must not be empty");
    part.kind = cursor.text("kind");
    if (!is_one_of(part.kind, {"image", "video", "audio", "face", "segment"}))
        cursor.fail("kind", "is no kind of part");
    part.start_s = cursor.nullable_number("start_s");
    part.end_s = cursor.nullable_number("end_s");
    check_span(cursor, part.start_s, part.end_s);
    part.box_px = read_box(cursor, "box_px");
    part.llr = cursor.nullable_number("llr");
    cursor.finish();
    return part;
}

evidence::Measurement read_measurement(JsonCursor cursor) {
    evidence::Measurement measurement;
    measurement.name = cursor.text("name");
    if (measurement.name.empty()) cursor.fail("name", "must not be empty");
    measurement.value = cursor.number("value");
    measurement.unit = cursor.text("unit");
    cursor.finish();
    return measurement;
}

evidence::Where read_where(JsonCursor cursor) {
    evidence::Where where;
    where.box_px = read_box(cursor, "box_px");
    where.start_s = cursor.nullable_number("start_s");
    where.end_s = cursor.nullable_number("end_s");
    check_span(cursor, where.start_s, where.end_s);
    where.map = cursor.nullable_text("map");
    if (where.map && !is_relative_name(*where.map)) cursor.fail("map", "must be a file name inside the maps folder");
    cursor.finish();
    return where;
}

evidence::Finding read_finding(JsonCursor cursor, std::string& problem) {
    evidence::Finding finding;
    finding.analyzer = cursor.text("analyzer");
    if (!is_analyzer_id(finding.analyzer)) cursor.fail("analyzer", "is no analyzer's id");
    finding.version = cursor.integer("version", kCount);
    const std::optional<evidence::Outcome> outcome = evidence::outcome_from(cursor.text("outcome"));
    if (!outcome) cursor.fail("outcome", "must be ran, not_applicable or failed");
    finding.outcome = outcome.value_or(evidence::Outcome::kFailed);
    const bool ran = finding.outcome == evidence::Outcome::kRan;
    finding.reason = cursor.text_or_null("reason");
    if (ran != finding.reason.empty())
        cursor.fail("reason", ran ? "must be null where the analyzer ran" : "must say why");
    cursor.each("measurements", [&](const Json& item, const std::string& place) {
        finding.measurements.push_back(read_measurement(JsonCursor(item, place, problem)));
    });
    finding.llr = cursor.nullable_number("llr");
    if (!ran && finding.llr) cursor.fail("llr", "must be null where the analyzer did not run");
    finding.part = cursor.text_or_null("part");
    finding.where = read_where(cursor.object("where"));
    finding.model_sha256 = cursor.nullable_text("model_sha256");
    if (finding.model_sha256 && !is_sha256(*finding.model_sha256))
        cursor.fail("model_sha256", "must be null or 64 hexadecimal digits");
    finding.explanation = cursor.text("explanation");
    cursor.finish();
    return finding;
}

evidence::Mark read_mark(JsonCursor cursor) {
    evidence::Mark mark;
    mark.source = cursor.text("source");
    mark.claim = cursor.text("claim");
    mark.tool = cursor.text("tool");
    mark.detail = cursor.text("detail");
    mark.forgeable = cursor.boolean("forgeable");
    cursor.finish();
    return mark;
}

evidence::Provenance read_provenance(JsonCursor cursor, std::string& problem) {
    evidence::Provenance provenance;
    const std::optional<evidence::ProvenanceState> state = evidence::provenance_state_from(cursor.text("state"));
    if (!state) cursor.fail("state", "must be absent, invalid, valid or trusted");
    provenance.state = state.value_or(evidence::ProvenanceState::kInvalid);
    cursor.each("marks", [&](const Json& item, const std::string& place) {
        provenance.marks.push_back(read_mark(JsonCursor(item, place, problem)));
    });
    provenance.credentials = nlohmann::json(cursor.value("credentials"));
    cursor.finish();
    return provenance;
}

void read_verdict(JsonCursor& cursor, Report& report) {
    const std::optional<Verdict> verdict = verdict_from(cursor.text("verdict"));
    if (!verdict) cursor.fail("verdict", "is no verdict");
    report.verdict = verdict.value_or(Verdict::kFailed);
    report.llr = cursor.nullable_number("llr");
    report.probability = cursor.nullable_number("probability", kFraction);
    report.prior = cursor.number("prior", kFraction);
    JsonCursor propositions = cursor.object("propositions");
    report.h1 = propositions.text("h1");
    report.h0 = propositions.text("h0");
    propositions.finish();
    report.summary = cursor.text("summary");
    report.failure = cursor.nullable_text("failure");
    const bool failed = report.verdict == Verdict::kFailed;
    if (failed != (report.failure && !report.failure->empty())) {
        cursor.fail("failure",
                    failed ? "must say why the analysis failed" : "must be null where the analysis did not fail");
    }
    if (report.llr.has_value() != report.probability.has_value())
        cursor.fail("probability", "must be null exactly where llr is");
    if (failed && report.llr) cursor.fail("llr", "must be null where the analysis failed");
}

CaseRecord read_case(JsonCursor cursor) {
    CaseRecord record;
    record.number = cursor.text_or_null("number");
    record.examiner = cursor.text_or_null("examiner");
    record.examined_at = cursor.text("examined_at");
    // "2026-11-26T17:00:00Z": it becomes the date of a document.
    static constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:ddZ";
    const bool fits = record.examined_at.size() == kForm.size() &&
                      std::equal(kForm.begin(), kForm.end(), record.examined_at.begin(), [](char form, char given) {
                          return form == 'd' ? given >= '0' && given <= '9' : given == form;
                      });
    if (!fits) cursor.fail("examined_at", "must be a time in UTC, as 2026-11-26T17:00:00Z");
    cursor.finish();
    return record;
}

void read_timing(JsonCursor cursor, Report& report) {
    report.total_s = cursor.number("total", kNotNegative);
    JsonCursor analyzers = cursor.object("analyzers");
    const Json& seconds = cursor.value("analyzers");
    if (seconds.is_object()) {
        for (const auto& [analyzer, value] : seconds.items()) {
            report.analyzer_s[analyzer] = analyzers.number_in(value, analyzer, kNotNegative);
        }
    }
    cursor.finish();
}

}  // namespace

Result<Report> read_report(std::string_view json) {
    const Result<Json> parsed = parse_json(json);
    if (!parsed) return parsed.error();
    std::string problem;
    Report report;
    JsonCursor cursor(*parsed, "", problem);
    if (cursor.text("schema") != kSchema) cursor.fail("schema", "must be " + std::string(kSchema));
    JsonCursor tool = cursor.object("tool");
    if (tool.text("name") != "bonafide") tool.fail("name", "must be bonafide");
    report.tool_version = tool.text("version");
    report.tool_revision = tool.text("revision");
    tool.finish();
    report.input = read_input(cursor.object("input"), problem);
    if (cursor.holds("case")) report.case_record = read_case(cursor.object("case"));
    read_verdict(cursor, report);
    cursor.each("parts", [&](const Json& item, const std::string& place) {
        report.parts.push_back(read_part(JsonCursor(item, place, problem)));
    });
    cursor.each("findings", [&](const Json& item, const std::string& place) {
        report.findings.push_back(read_finding(JsonCursor(item, place, problem), problem));
    });
    report.provenance = read_provenance(cursor.object("provenance"), problem);
    cursor.each("limits", [&](const Json& item, const std::string& place) {
        if (!item.is_string() && problem.empty()) problem = place + " must be a text";
        if (item.is_string()) report.limits.push_back(item.get<std::string>());
    });
    const Json& replay = cursor.value("replay");
    if (!replay.is_object()) cursor.fail("replay", "must be an object");
    report.replay = replay;
    read_timing(cursor.object("timing_s"), report);
    cursor.finish();
    if (!problem.empty()) {
        return Error{ErrorCode::kInvalid, visible("not a " + std::string(kSchema) + " report: " + problem)};
    }
    return report;
}

}  // namespace bonafide::report

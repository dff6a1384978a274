#pragma once

#include "base/result.h"
#include "evidence/evidence.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bonafide::report {

inline constexpr std::string_view kSchema = "bonafide.report/1";

enum class Verdict { kLikelyAuthentic, kInconclusive, kLikelyManipulated, kLikelySynthetic, kNotApplicable, kFailed };
const char* name_of(Verdict verdict);  ///< "likely_authentic", ...
std::optional<Verdict> verdict_from(std::string_view name);

struct Stream {
    int index = 0;
    std::string kind, codec;
    double duration_s = 0;
    std::optional<int> width_px, height_px, sample_rate_hz, channels;
    std::optional<double> frame_rate_hz;
};

struct Input {
    std::string path;          ///< as given, "-" for standard input; invalid UTF-8 replaced
    std::string sha256;        ///< before the analysis; empty where it could not be read
    std::string sha256_after;  ///< after it: equal unless the file was changed meanwhile
    std::uint64_t size_bytes = 0;
    std::string media_type, kind, description;
    std::optional<bool> extension_agrees;
    std::optional<int> width_px, height_px;
    std::optional<double> duration_s;
    std::optional<double> decoded_fraction;  ///< below 1: truncated or damaged
    std::string damage;                      ///< in words, empty where there is none
    std::vector<Stream> streams;
};

struct Part {
    std::string id, kind;  ///< kind: "face", "audio", "image", "segment"
    std::optional<double> start_s, end_s, llr;
    std::optional<evidence::Where::Box> box_px;
};

/// What a case file asks for and no measurement knows. Given by whoever asked for the check.
struct CaseRecord {
    std::string number, examiner;  ///< empty: not given
    std::string examined_at;       ///< when the check began, "2026-11-26T17:00:00Z" (RFC 3339, UTC)
};

/// The finding under which several analyzers are judged together; no analyzer has this id.
inline constexpr const char* kJointFindingId = "fusion.edits";

/// bonafide.report/1. Written by the worker, read back and completed by the program above it. Values are finite.
struct Report {
    std::string tool_version, tool_revision;
    Input input;
    std::optional<CaseRecord> case_record;
    Verdict verdict = Verdict::kFailed;
    std::optional<double> llr,
        probability;  ///< log10; higher is more likely synthetic or manipulated; nothing where nothing was measured
    double prior = 0.5;
    std::string h1, h0;
    std::string summary;
    std::optional<std::string> failure;  ///< why, where the verdict is failed
    std::vector<Part> parts;
    std::vector<evidence::Finding> findings;
    evidence::Provenance provenance;
    std::vector<std::string> limits;  ///< what this report does not say, and which limits applied
    /// What a replay needs beside the input: parameters that differ from the defaults, analyzers skipped, calibration
    /// version, isolation in force.
    nlohmann::ordered_json replay = nlohmann::ordered_json::object();
    double total_s = 0;
    std::map<std::string, double> analyzer_s;
};

/// The report as JSON, keys in the schema's order.
nlohmann::ordered_json to_json(const Report& report);

/// Reads a report back. kInvalid with the place and the reason where it does not follow the schema; never throws on
/// hostile input.
Result<Report> read_report(std::string_view json);

/// Files that go with a report: maps and what the HTML page shows. Names are relative ("maps/image.noise.level.png",
/// "preview.jpg").
using Artifacts = std::map<std::string, std::vector<std::uint8_t>>;

/// For a terminal or a log: verdict first, then what was found, what was not looked at, and limits. `colour`: ANSI
/// escapes. Text from the input is stripped of control characters, so that a file cannot write to the terminal.
std::string render_text(const Report& report, bool colour, bool verbose);

/// What the page says about an analyzer beside its findings, from the analyzer's definition.
struct AnalyzerNote {
    std::string summary, limits, known_false_alarms, reference;
    std::map<std::string, std::string> measurements;  ///< meaning by the measurement's name
};
using AnalyzerNotes = std::map<std::string, AnalyzerNote>;

/// One self-contained page: no external resource, and nothing from the input in it but escaped text and checked JPEG
/// and PNG files. `artifacts` may hold "presentation.json" (features/presentation.h) and the files it names, the maps
/// that findings name, and "maps/fused.png"; a map may be smaller than the input, which keeps the page small. Without a
/// note an analyzer shows its id alone.
std::string render_html(const Report& report, const Artifacts& artifacts, const AnalyzerNotes& notes = {});

}  // namespace bonafide::report

#include "report/free_json.h"
#include "report/report.h"
#include "report/sample_reports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace bonafide::report {
namespace {

using Json = nlohmann::ordered_json;
using testing::HasSubstr;

/// A report that uses every field.
Report make_full_report() {
    Report report = samples::picture_with_map().report;
    report.provenance = samples::with_provenance().report.provenance;
    report.input.streams = samples::film_with_events().report.input.streams;
    report.input.duration_s = 0.1 + 0.2;
    report.input.sha256_after = std::string(64, 'a');
    report.input.damage = "ends 12 kB early";
    report.input.size_bytes = std::numeric_limits<std::uint64_t>::max();
    report.parts.push_back({"face/0", "face", -0.04, 9.6, 1e-300, evidence::Where::Box{-3, 4, 5, 6}});
    report.findings[0].model_sha256 = std::string(64, 'b');
    report.findings[0].where.start_s = 1.0 / 3;
    report.findings[0].where.end_s = 2.0 / 3;
    report.findings[0].measurements.push_back({"smallest", std::numeric_limits<double>::denorm_min(), ""});
    return report;
}

const Report& full_report() {
    static const Report report = make_full_report();
    return report;
}

void expect_equal(const evidence::Finding& a, const evidence::Finding& b) {
    EXPECT_EQ(a.analyzer, b.analyzer);
    EXPECT_EQ(a.version, b.version);
    EXPECT_EQ(a.outcome, b.outcome);
    EXPECT_EQ(a.reason, b.reason);
    EXPECT_EQ(a.llr, b.llr);
    EXPECT_EQ(a.part, b.part);
    EXPECT_EQ(a.where.start_s, b.where.start_s);
    EXPECT_EQ(a.where.end_s, b.where.end_s);
    EXPECT_EQ(a.where.map, b.where.map);
    EXPECT_EQ(a.where.box_px.has_value(), b.where.box_px.has_value());
    EXPECT_EQ(a.model_sha256, b.model_sha256);
    EXPECT_EQ(a.explanation, b.explanation);
    ASSERT_EQ(a.measurements.size(), b.measurements.size());
    for (std::size_t i = 0; i < a.measurements.size(); ++i) {
        EXPECT_EQ(a.measurements[i].name, b.measurements[i].name);
        EXPECT_EQ(a.measurements[i].value, b.measurements[i].value);
        EXPECT_EQ(a.measurements[i].unit, b.measurements[i].unit);
    }
}

std::string problem_after(const std::function<void(Json&)>& change) {
    Json json = to_json(full_report());
    change(json);
    const Result<Report> read = read_report(json.dump());
    return read ? "" : read.error().message;
}

TEST(ReportJson, EverythingComesBackAsItWas) {
    const Report report = full_report();
    const Result<Report> read = read_report(to_json(report).dump());
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(read->tool_version, report.tool_version);
    EXPECT_EQ(read->tool_revision, report.tool_revision);
    EXPECT_EQ(read->input.path, report.input.path);
    EXPECT_EQ(read->input.sha256, report.input.sha256);
    EXPECT_EQ(read->input.sha256_after, report.input.sha256_after);
    EXPECT_EQ(read->input.size_bytes, report.input.size_bytes);
    EXPECT_EQ(read->input.extension_agrees, report.input.extension_agrees);
    EXPECT_EQ(read->input.duration_s, report.input.duration_s);
    EXPECT_EQ(read->input.decoded_fraction, report.input.decoded_fraction);
    EXPECT_EQ(read->input.damage, report.input.damage);
    ASSERT_EQ(read->input.streams.size(), 2U);
    EXPECT_EQ(read->input.streams[0].frame_rate_hz, 29.97);
    EXPECT_EQ(read->input.streams[1].sample_rate_hz, 48000);
    EXPECT_EQ(read->verdict, report.verdict);
    EXPECT_EQ(read->llr, report.llr);
    EXPECT_EQ(read->probability, report.probability);
    EXPECT_EQ(read->failure, report.failure);
    ASSERT_EQ(read->parts.size(), 2U);
    EXPECT_EQ(read->parts[1].llr, 1e-300);
    EXPECT_EQ(read->parts[1].box_px->x, -3);
    EXPECT_EQ(read->parts[1].box_px->height, 6);
    ASSERT_EQ(read->findings.size(), report.findings.size());
    for (std::size_t i = 0; i < report.findings.size(); ++i)
        expect_equal(read->findings[i], report.findings[i]);
    EXPECT_EQ(read->provenance.state, report.provenance.state);
    ASSERT_EQ(read->provenance.marks.size(), 2U);
    EXPECT_EQ(read->provenance.marks[0].tool, "Example Generator 3");
    EXPECT_TRUE(read->provenance.marks[1].forgeable);
    EXPECT_EQ(read->provenance.credentials, report.provenance.credentials);
    EXPECT_EQ(read->limits, report.limits);
    EXPECT_EQ(read->replay, report.replay);
    EXPECT_EQ(read->total_s, report.total_s);
    EXPECT_EQ(read->analyzer_s, report.analyzer_s);
}

TEST(ReportJson, TheSameReportGivesTheSameBytes) {
    for (const samples::Sample& sample : samples::all()) {
        const std::string first = to_json(sample.report).dump();
        EXPECT_EQ(first, to_json(sample.report).dump());
        if (sample.name == "hostile") continue;  // its stream kinds and names are changed by making them valid UTF-8
        const Result<Report> read = read_report(first);
        ASSERT_TRUE(read.ok()) << sample.name << ": " << read.error().message;
        EXPECT_EQ(first, to_json(*read).dump()) << sample.name;
    }
}

TEST(ReportJson, KeysStandInTheOrderOfTheContract) {
    const Json json = to_json(full_report());
    std::vector<std::string> keys;
    for (const auto& [key, value] : json.items())
        keys.push_back(key);
    EXPECT_THAT(keys, testing::ElementsAre("schema", "tool", "input", "verdict", "llr", "probability", "prior",
                                           "propositions", "summary", "failure", "parts", "findings", "provenance",
                                           "limits", "replay", "timing_s"));
}

TEST(ReportJson, AnEmptyReportIsAFailedOneAndReadsBack) {
    Report report;
    report.failure = "the file cannot be opened";
    const Result<Report> read = read_report(to_json(report).dump());
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(read->verdict, Verdict::kFailed);
    EXPECT_FALSE(read->llr.has_value());
}

TEST(ReportJson, FreeFormPartsAreBoundedAndMadeValid) {
    Report report = full_report();
    nlohmann::json deep = "bottom";
    for (int i = 0; i < 500; ++i)
        deep = nlohmann::json::array({deep});
    report.provenance.credentials = {{"deep", deep}, {"text", "\xFF\xC3("}, {"infinite", HUGE_VAL}};
    const std::string text = to_json(report).dump();
    const Result<Report> read = read_report(text);
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(read->provenance.credentials["text"], "\xEF\xBF\xBD\xEF\xBF\xBD(");
    EXPECT_TRUE(read->provenance.credentials["infinite"].is_null());
    EXPECT_THAT(text, HasSubstr("nested too deeply"));
}

TEST(ReportJsonDeathTest, ANumberThatIsNotFiniteIsABug) {
    Report report = full_report();
    report.findings[0].measurements[0].value = std::nan("");
    EXPECT_DEATH(to_json(report), "invariant broken");
}

TEST(ReportReader, SaysThePlaceOfWhatIsWrong) {
    EXPECT_EQ(problem_after([](Json&) {}), "");
    EXPECT_THAT(problem_after([](Json& json) { json["schema"] = "bonafide.report/2"; }),
                HasSubstr("schema must be bonafide.report/1"));
    EXPECT_THAT(problem_after([](Json& json) { json.erase("verdict"); }), HasSubstr("verdict is missing"));
    EXPECT_THAT(problem_after([](Json& json) { json["findings"][2]["measurements"] = 3; }),
                HasSubstr("findings[2].measurements must be an array"));
    EXPECT_THAT(problem_after([](Json& json) { json["findings"][0]["measurements"][1]["value"] = "2"; }),
                HasSubstr("findings[0].measurements[1].value must be a finite number"));
    EXPECT_THAT(problem_after([](Json& json) {
                    json["findings"][0]["where"]["box_px"] = {1, 2, 3};
                }),
                HasSubstr("findings[0].where.box_px"));
    EXPECT_THAT(problem_after([](Json& json) { json["timing_s"]["analyzers"]["x"] = -1; }),
                HasSubstr("timing_s.analyzers.x is out of range"));
    EXPECT_THAT(problem_after([](Json& json) { json["input"]["surplus"] = 1; }),
                HasSubstr("input has a key that this schema does not know: 'surplus'"));
    EXPECT_THAT(problem_after([](Json& json) { json = Json::array(); }), HasSubstr("the report must be an object"));
}

TEST(ReportReader, RefusesWrongTypesAndRanges) {
    const std::vector<std::function<void(Json&)>> changes = {
        [](Json& json) { json["probability"] = 1.01; },
        [](Json& json) { json["prior"] = nullptr; },
        [](Json& json) { json["verdict"] = "fake"; },
        [](Json& json) { json["input"]["sha256"] = "ABC"; },
        [](Json& json) { json["input"]["size_bytes"] = -1; },
        [](Json& json) { json["input"]["size_bytes"] = 1.5; },
        [](Json& json) { json["input"]["width_px"] = 4294967296; },
        [](Json& json) { json["input"]["width_px"] = 1.5; },
        [](Json& json) { json["input"]["kind"] = "painting"; },
        [](Json& json) { json["input"]["duration_s"] = -0.5; },
        [](Json& json) {
            json["parts"][1]["box_px"] = {0, 0, -1, 1};
        },
        [](Json& json) { json["parts"][1]["end_s"] = -1.0; },
        [](Json& json) { json["parts"][0]["kind"] = "hand"; },
        [](Json& json) { json["findings"][0]["analyzer"] = "../x"; },
        [](Json& json) { json["findings"][0]["outcome"] = "clean"; },
        [](Json& json) { json["findings"][0]["model_sha256"] = ""; },
        [](Json& json) { json["findings"][0]["part"] = ""; },
        [](Json& json) { json["provenance"]["state"] = "good"; },
        [](Json& json) { json["provenance"]["marks"][0]["forgeable"] = "no"; },
        [](Json& json) { json["limits"][0] = 1; },
        [](Json& json) { json["replay"] = nullptr; },
        [](Json& json) { json["tool"]["name"] = "other"; },
    };
    for (std::size_t i = 0; i < changes.size(); ++i)
        EXPECT_NE(problem_after(changes[i]), "") << i;
}

TEST(ReportReader, RefusesWhatWouldMakeAFailureLookClean) {
    EXPECT_NE(problem_after([](Json& json) { json["verdict"] = "failed"; }), "");
    EXPECT_NE(problem_after([](Json& json) { json["failure"] = "broken"; }), "");
    EXPECT_NE(problem_after([](Json& json) { json["llr"] = nullptr; }), "");
    EXPECT_NE(problem_after([](Json& json) { json["findings"][0]["outcome"] = "failed"; }), "");
    EXPECT_NE(problem_after([](Json& json) { json["findings"][0]["reason"] = "too small"; }), "");
    const auto not_applicable_with_score = [](Json& json) {
        json["findings"][0]["outcome"] = "not_applicable";
        json["findings"][0]["reason"] = "too small";
        json["findings"][0]["llr"] = 0.0;
    };
    EXPECT_THAT(problem_after(not_applicable_with_score), HasSubstr("findings[0].llr must be null"));
}

TEST(ReportReader, RefusesMapsOutsideTheirFolder) {
    for (const char* name :
         {"", "/etc/passwd", "../x.png", "maps/../../x.png", "maps//x.png", ".", "a\\b.png", "maps/x\n.png", "maps/"}) {
        EXPECT_NE(problem_after([&](Json& json) { json["findings"][0]["where"]["map"] = name; }), "") << name;
    }
    EXPECT_EQ(problem_after([&](Json& json) { json["findings"][0]["where"]["map"] = "maps/..a..b.png"; }), "");
}

TEST(ReportReader, RefusesHostileJson) {
    const std::string report = to_json(full_report()).dump();
    for (std::size_t length = 0; length < report.size(); length += 97) {
        EXPECT_FALSE(read_report(std::string_view(report).substr(0, length)).ok());
    }
    EXPECT_THAT(read_report("{\"schema\": \"bonafide.report/1\", \"schema\": 1}").error().message,
                HasSubstr("stands twice"));
    EXPECT_THAT(read_report("{\"a\" 1}").error().message, HasSubstr("at byte 6"));
    for (const char* text :
         {"", "nan", "null", "[]", "{\"prior\": 1e999}", "\xEF\xBB\xBF", "{\"a\": \"\xFF\"}", "{} {}"}) {
        EXPECT_FALSE(read_report(text).ok()) << text;
    }
    const std::string nested = std::string(1'000'000, '[') + std::string(1'000'000, ']');
    EXPECT_EQ(read_report(nested).error().code, ErrorCode::kLimit);
    std::string wide = "{";
    for (int i = 0; i < 100'000; ++i)
        wide += "\"" + std::to_string(i) + "\":0,";
    EXPECT_EQ(read_report(wide + "\"x\":0}").error().code, ErrorCode::kLimit);
    EXPECT_EQ(read_report(std::string(kMostReportBytes + 1, ' ')).error().code, ErrorCode::kLimit);
}

TEST(ReportReader, ErrorsAreSafeToShow) {
    const Result<Report> read = read_report("{\"\\u001b[2J\\u202e\": 1, \"\\u001b[2J\\u202e\": 1}");
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.error().message.find('\x1b'), std::string::npos);
    EXPECT_THAT(read.error().message, HasSubstr("<U+202E>"));
}

TEST(ReportNames, VerdictsReadBack) {
    for (const Verdict verdict : {Verdict::kLikelyAuthentic, Verdict::kInconclusive, Verdict::kLikelyManipulated,
                                  Verdict::kLikelySynthetic, Verdict::kNotApplicable, Verdict::kFailed}) {
        EXPECT_EQ(verdict_from(name_of(verdict)), verdict);
    }
    EXPECT_FALSE(verdict_from("").has_value());
    EXPECT_FALSE(verdict_from("Failed").has_value());
}

}  // namespace
}  // namespace bonafide::report

#include "report/schema.h"

#include "report/report.h"
#include "report/sample_reports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace bonafide::report {
namespace {

using Json = nlohmann::ordered_json;

Json analyzers() {
    Json list = Json::array();
    list.push_back(
        {{"id", "image.noise.level"},
         {"emits", Json::array({{{"name", "noise_ratio"}, {"unit", "ratio"}, {"meaning", "lowest over median"}},
                                {{"name", "regions"}, {"unit", "count"}, {"meaning", "regions that differ"}}})}});
    list.push_back({{"id", "container.structure"}, {"emits", Json::array()}});
    return list;
}

Json report_with(const char* analyzer, const char* measurement, const char* unit) {
    Report report = samples::sound_with_moments().report;
    report.findings.resize(1);
    report.findings[0].analyzer = analyzer;
    report.findings[0].measurements.clear();
    if (*measurement != '\0') report.findings[0].measurements = {{measurement, 1.0, unit}};
    return to_json(report);
}

/// Validates with the reference implementation in Python; nothing where that is not installed.
std::optional<bool> is_valid(const std::string& schema, const std::string& report) {
    const std::filesystem::path folder = std::filesystem::path(BONAFIDE_TEST_BUILD_DIR) / "report_schema_test";
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "schema.json") << schema;
    std::ofstream(folder / "report.json") << report;
    static const bool available =
        std::system("python3 -c 'import jsonschema; jsonschema.Draft202012Validator' 2>/dev/null") == 0;
    if (!available) return std::nullopt;
    const std::string command =
        "cd '" + folder.string() +
        "' && python3 -c 'import json, sys, jsonschema\n"
        "schema = json.load(open(\"schema.json\"))\njsonschema.Draft202012Validator.check_schema(schema)\n"
        "sys.exit(0 if jsonschema.Draft202012Validator(schema).is_valid(json.load(open(\"report.json\"))) else 1)'";
    return std::system(command.c_str()) == 0;
}

TEST(ReportSchema, NamesAnalyzersAndTheirMeasurements) {
    const Json schema = Json::parse(report_schema(analyzers()));
    EXPECT_EQ(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    const Json& finding = schema["$defs"]["finding"];
    EXPECT_EQ(finding["properties"]["analyzer"]["enum"], Json::array({"image.noise.level", "container.structure"}));
    ASSERT_EQ(finding["allOf"].size(), 2U);
    EXPECT_EQ(
        finding["allOf"][0]["then"]["properties"]["measurements"]["items"]["anyOf"][1]["properties"]["unit"]["const"],
        "count");
    EXPECT_EQ(finding["allOf"][1]["then"]["properties"]["measurements"]["maxItems"], 0);
    EXPECT_EQ(report_schema(analyzers()), report_schema(analyzers()));
}

TEST(ReportSchema, WithoutAnalyzersAnyIdPasses) {
    const Json schema = Json::parse(report_schema(Json::array()));
    EXPECT_FALSE(schema["$defs"]["finding"].contains("allOf"));
    EXPECT_FALSE(schema["$defs"]["finding"]["properties"]["analyzer"].contains("enum"));
}

TEST(ReportSchema, RequiresEveryKeyThatTheWriterWrites) {
    const Json schema = Json::parse(report_schema(Json::array()));
    const Json report = to_json(samples::picture_with_map().report);
    const auto expect_same_keys = [](const Json& definition, const Json& object) {
        std::vector<std::string> written;
        for (const auto& [key, value] : object.items())
            written.push_back(key);
        EXPECT_EQ(definition["required"].get<std::vector<std::string>>(), written);
        EXPECT_EQ(definition["properties"].size(), written.size());
        EXPECT_EQ(definition["additionalProperties"], false);
    };
    expect_same_keys(schema, report);
    expect_same_keys(schema["$defs"]["input"], report["input"]);
    expect_same_keys(schema["$defs"]["part"], report["parts"][0]);
    expect_same_keys(schema["$defs"]["finding"], report["findings"][0]);
    expect_same_keys(schema["$defs"]["finding"]["properties"]["where"], report["findings"][0]["where"]);
    expect_same_keys(schema["$defs"]["mark"], report["provenance"]["marks"][0]);
    expect_same_keys(schema["$defs"]["stream"], to_json(samples::film_with_events().report)["input"]["streams"][0]);
}

TEST(ReportSchema, ReportsValidateAndOthersDoNot) {
    if (!is_valid(report_schema(Json::array()), "{}").has_value()) {
        GTEST_SKIP()
            << "NOTICE: python3 with jsonschema is not installed; reports are not validated against the schema here";
    }
    for (const samples::Sample& sample : samples::all()) {
        EXPECT_TRUE(*is_valid(report_schema(Json::array()), to_json(sample.report).dump())) << sample.name;
    }
    const std::string schema = report_schema(analyzers());
    EXPECT_TRUE(*is_valid(schema, report_with("image.noise.level", "regions", "count").dump()));
    EXPECT_TRUE(*is_valid(schema, report_with("container.structure", "", "").dump()));
    EXPECT_FALSE(*is_valid(schema, report_with("image.noise.level", "regions", "percent").dump()));
    EXPECT_FALSE(*is_valid(schema, report_with("image.noise.level", "other", "count").dump()));
    EXPECT_FALSE(*is_valid(schema, report_with("container.structure", "regions", "count").dump()));
    EXPECT_FALSE(*is_valid(schema, report_with("unknown.analyzer", "", "").dump()));
    Json clean_failure = to_json(samples::failed().report);
    clean_failure["failure"] = nullptr;
    EXPECT_FALSE(*is_valid(schema, clean_failure.dump()));
    Json scored_failure = report_with("container.structure", "", "");
    scored_failure["findings"][0]["outcome"] = "failed";
    scored_failure["findings"][0]["reason"] = "broken";
    EXPECT_FALSE(*is_valid(schema, scored_failure.dump()));
    Json outside = report_with("container.structure", "", "");
    outside["findings"][0]["where"]["map"] = "../x.png";
    EXPECT_FALSE(*is_valid(schema, outside.dump()));
}

}  // namespace
}  // namespace bonafide::report

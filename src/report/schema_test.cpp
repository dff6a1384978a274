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

/// Validates every report against `schema` with the reference implementation in Python: "1" for each that is valid,
/// else "0". Nothing where that is not installed.
std::optional<std::string> validate(const std::string& schema, const Json& reports) {
    if (std::system("python3 -c 'import jsonschema; jsonschema.Draft202012Validator' 2>/dev/null") != 0)
        return std::nullopt;
    const std::filesystem::path folder = std::filesystem::path(BONAFIDE_TEST_BUILD_DIR) / "report_schema_test";
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "schema.json") << schema;
    std::ofstream(folder / "reports.json") << reports.dump();
    std::ofstream(folder / "validate.py")
        << "import json, jsonschema\n"
           "schema = json.load(open('schema.json'))\n"
           "jsonschema.Draft202012Validator.check_schema(schema)\n"
           "validator = jsonschema.Draft202012Validator(schema)\n"
           "reports = json.load(open('reports.json'))\n"
           "open('result', 'w').write(''.join('01'[validator.is_valid(one)] for one in reports))\n";
    std::filesystem::remove(folder / "result");
    EXPECT_EQ(std::system(("cd '" + folder.string() + "' && python3 validate.py").c_str()), 0);
    std::string result;
    std::ifstream(folder / "result") >> result;
    return result;
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
    const auto expect_same_keys = [](const Json& definition, const Json& object, std::size_t left_out = 0) {
        std::vector<std::string> written;
        for (const auto& [key, value] : object.items())
            written.push_back(key);
        EXPECT_EQ(definition["required"].get<std::vector<std::string>>(), written);
        EXPECT_EQ(definition["properties"].size(), written.size() + left_out);
        EXPECT_EQ(definition["additionalProperties"], false);
    };
    ASSERT_TRUE(schema["properties"].contains("case"));
    expect_same_keys(schema, report, 1);
    Report filed = samples::picture_with_map().report;
    filed.case_record = {"2026-117", "A. Examiner", "2026-11-26T17:00:00Z"};
    expect_same_keys(schema["properties"]["case"], to_json(filed)["case"]);
    expect_same_keys(schema["$defs"]["input"], report["input"]);
    expect_same_keys(schema["$defs"]["part"], report["parts"][0]);
    expect_same_keys(schema["$defs"]["finding"], report["findings"][0]);
    expect_same_keys(schema["$defs"]["finding"]["properties"]["where"], report["findings"][0]["where"]);
    expect_same_keys(schema["$defs"]["mark"], report["provenance"]["marks"][0]);
    expect_same_keys(schema["$defs"]["stream"], to_json(samples::film_with_events().report)["input"]["streams"][0]);
}

TEST(ReportSchema, ReportsValidateAndOthersDoNot) {
    Json samples = Json::array();
    for (const samples::Sample& sample : samples::all())
        samples.push_back(to_json(sample.report));
    const std::optional<std::string> result = validate(report_schema(Json::array()), samples);
    if (!result) {
        GTEST_SKIP()
            << "NOTICE: python3 with jsonschema is not installed; reports are not validated against the schema here";
    }
    EXPECT_EQ(*result, std::string(samples.size(), '1'));

    Json good = Json::array();
    good.push_back(report_with("image.noise.level", "regions", "count"));
    good.push_back(report_with("container.structure", "", ""));
    EXPECT_EQ(validate(report_schema(analyzers()), good), "11");

    Json bad = Json::array();
    bad.push_back(report_with("image.noise.level", "regions", "percent"));
    bad.push_back(report_with("image.noise.level", "other", "count"));
    bad.push_back(report_with("container.structure", "regions", "count"));
    bad.push_back(report_with("unknown.analyzer", "", ""));
    Json clean_failure = to_json(samples::failed().report);
    clean_failure["failure"] = nullptr;
    bad.push_back(clean_failure);
    Json scored_failure = good[1];
    scored_failure["findings"][0]["outcome"] = "failed";
    scored_failure["findings"][0]["reason"] = "broken";
    bad.push_back(scored_failure);
    Json outside = good[1];
    outside["findings"][0]["where"]["map"] = "../x.png";
    bad.push_back(outside);
    Json surplus = good[1];
    surplus["input"]["surplus"] = 1;
    bad.push_back(surplus);
    EXPECT_EQ(validate(report_schema(analyzers()), bad), std::string(bad.size(), '0'));
}

}  // namespace
}  // namespace bonafide::report

#include "report/schema.h"

#include "base/ensure.h"
#include "report/embedded.h"

namespace bonafide::report {
namespace {

using Json = nlohmann::ordered_json;

bool is_text(const Json& object, const char* key) {
    return object.is_object() && object.contains(key) && object[key].is_string();
}

/// "A finding of this analyzer has no measurements but these, each in its unit."
Json rule_for(const Json& analyzer) {
    ENSURE(is_text(analyzer, "id") && analyzer.contains("emits") && analyzer["emits"].is_array());
    Json allowed = Json::array();
    for (const Json& emitted : analyzer["emits"]) {
        ENSURE(is_text(emitted, "name") && is_text(emitted, "unit"));
        Json number = Json::object();
        if (is_text(emitted, "meaning")) number["description"] = emitted["meaning"];
        number["properties"]["name"]["const"] = emitted["name"];
        number["properties"]["unit"]["const"] = emitted["unit"];
        allowed.push_back(std::move(number));
    }
    Json rule = Json::object();
    rule["if"]["properties"]["analyzer"]["const"] = analyzer["id"];
    Json& measurements = rule["then"]["properties"]["measurements"];
    if (allowed.empty()) {
        measurements["maxItems"] = 0;
    } else {
        measurements["items"]["anyOf"] = std::move(allowed);
    }
    return rule;
}

}  // namespace

std::string report_schema(const Json& analyzers) {
    ENSURE(analyzers.is_array());
    Json schema = Json::parse(embedded::kReportSchema);
    Json ids = Json::array();
    Json rules = Json::array();
    for (const Json& analyzer : analyzers) {
        rules.push_back(rule_for(analyzer));
        ids.push_back(analyzer["id"]);
    }
    if (!ids.empty()) {
        Json& finding = schema["$defs"]["finding"];
        finding["properties"]["analyzer"]["enum"] = std::move(ids);
        finding["allOf"] = std::move(rules);
    }
    return schema.dump(2) + "\n";
}

}  // namespace bonafide::report

#include "describe.h"

#include "analyzers/registry.h"

#include <nlohmann/json.hpp>

namespace bonafide::worker {
namespace {

using Json = nlohmann::ordered_json;

Json inputs_of(const analysis::AnalyzerDefinition& definition) {
    Json inputs = Json::array();
    for (const ingest::MediaKind kind : definition.inputs) {
        inputs.push_back(ingest::name_of(kind));
    }
    return inputs;
}

Json described(const analysis::AnalyzerDefinition& definition) {
    Json json;
    json["id"] = definition.id;
    json["version"] = definition.version;
    json["summary"] = definition.summary;
    json["inputs"] = inputs_of(definition);
    json["limits"] = definition.limits;
    json["known_false_alarms"] = definition.known_false_alarms;
    json["reference"] = definition.reference;
    json["emits_map"] = definition.emits_map;
    json["models"] = definition.models;
    json["emits"] = Json::array();
    for (const analysis::MeasurementDefinition& measurement : definition.emits) {
        json["emits"].push_back(
            {{"name", measurement.name}, {"unit", measurement.unit}, {"meaning", measurement.meaning}});
    }
    json["parameters"] = Json::array();
    for (const analysis::ParameterDefinition& parameter : definition.parameters) {
        json["parameters"].push_back({{"name", parameter.name},
                                      {"meaning", parameter.meaning},
                                      {"unit", parameter.unit},
                                      {"minimum", parameter.minimum},
                                      {"maximum", parameter.maximum},
                                      {"default", parameter.default_value}});
    }
    return json;
}

}  // namespace

std::string describe_analyzers() {
    Json all = Json::array();
    for (const analysis::AnalyzerDefinition* definition : analyzers::all()) {
        all.push_back(described(*definition));
    }
    return all.dump(2) + "\n";
}

}  // namespace bonafide::worker

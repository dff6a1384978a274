#include "commands.h"
#include "engine/front/notes.h"
#include "engine/front/worker_process.h"
#include "infer/model_store.h"
#include "report/schema.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>

namespace bonafide::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string joined(const Json& values) {
    std::string text;
    for (const Json& value : values) {
        text += (text.empty() ? "" : ", ") + value.get<std::string>();
    }
    return text;
}

void print_row(const Json& analyzer) {
    std::printf("%-28s %-20s %s\n", analyzer["id"].get<std::string>().c_str(), joined(analyzer["inputs"]).c_str(),
                analyzer["summary"].get<std::string>().c_str());
}

void print_whole(const Json& analyzer) {
    std::printf("%s (version %d)\n  %s\n\n", analyzer["id"].get<std::string>().c_str(), analyzer["version"].get<int>(),
                analyzer["summary"].get<std::string>().c_str());
    std::printf("  looks at       %s\n", joined(analyzer["inputs"]).c_str());
    for (const auto& [key, label] :
         {std::pair{"limits", "limits"}, {"known_false_alarms", "false alarms"}, {"reference", "reference"}}) {
        std::printf("  %-14s %s\n", label, analyzer[key].get<std::string>().c_str());
    }
    std::printf("  draws a map    %s\n", analyzer["emits_map"].get<bool>() ? "yes" : "no");
    std::printf("\n  measures\n");
    for (const Json& measurement : analyzer["emits"]) {
        std::printf("    %-32s %-12s %s\n", measurement["name"].get<std::string>().c_str(),
                    measurement["unit"].get<std::string>().c_str(), measurement["meaning"].get<std::string>().c_str());
    }
    if (!analyzer["parameters"].empty()) {
        std::printf("\n  parameters (--set %s.NAME=VALUE)\n", analyzer["id"].get<std::string>().c_str());
    }
    for (const Json& parameter : analyzer["parameters"]) {
        std::printf("    %-32s %g (%g to %g %s)  %s\n", parameter["name"].get<std::string>().c_str(),
                    parameter["default"].get<double>(), parameter["minimum"].get<double>(),
                    parameter["maximum"].get<double>(), parameter["unit"].get<std::string>().c_str(),
                    parameter["meaning"].get<std::string>().c_str());
    }
}

}  // namespace

int list_analyzers(const std::string& id, bool json, const engine::Installation& installation) {
    const auto described = engine::describe_analyzers(installation.worker);
    if (!described) {
        std::fprintf(stderr, "bonafide: %s\n", described.error().message.c_str());
        return kFailed;
    }
    Json analyzers = Json::parse(*described);
    if (!id.empty()) {
        const auto found = std::find_if(analyzers.begin(), analyzers.end(),
                                        [&](const Json& analyzer) { return analyzer["id"] == id; });
        if (found == analyzers.end()) {
            std::fprintf(stderr, "bonafide: no analyzer is named '%s'\n", id.c_str());
            return kFailed;
        }
        analyzers = Json::array({*found});
    }
    if (json) {
        std::printf("%s\n", analyzers.dump(2).c_str());
        return kClean;
    }
    for (const Json& analyzer : analyzers) {
        if (id.empty()) {
            print_row(analyzer);
        } else {
            print_whole(analyzer);
        }
    }
    return kClean;
}

int print_schema(const engine::Installation& installation) {
    const auto described = engine::describe_analyzers(installation.worker);
    if (!described) {
        std::fprintf(stderr, "bonafide: %s\n", described.error().message.c_str());
        return kFailed;
    }
    Json findings = Json::parse(*described);
    findings.push_back(engine::joint_finding_description());
    std::printf("%s\n", report::report_schema(findings).c_str());
    return kClean;
}

int list_models(bool json, const engine::Installation& installation) {
    const auto store =
        infer::ModelStore::open(installation.data_folder + "/manifest.json", installation.model_folders, "");
    if (!store) {
        std::fprintf(stderr, "bonafide: %s\n", store.error().message.c_str());
        return kFailed;
    }
    Json models = Json::array();
    bool all_sound = true;
    for (const infer::ModelEntry& entry : store->entries()) {
        const auto path = store->verified_path(entry.id);
        all_sound = all_sound && path.ok();
        models.push_back({{"id", entry.id},
                          {"sha256", entry.sha256},
                          {"licence", entry.licence},
                          {"source", entry.source},
                          {"input", entry.input},
                          {"output", entry.output},
                          {"training_data", entry.training_data},
                          {"state", path ? "as the manifest says" : path.error().message}});
    }
    if (json) {
        std::printf("%s\n", models.dump(2).c_str());
    } else {
        for (const Json& model : models) {
            std::printf("%s\n", model["id"].get<std::string>().c_str());
            for (const char* key : {"state", "licence", "source", "input", "output", "training_data", "sha256"}) {
                std::printf("  %-14s %s\n", key, model[key].get<std::string>().c_str());
            }
        }
    }
    return all_sound ? kClean : kFailed;
}

}  // namespace bonafide::cli

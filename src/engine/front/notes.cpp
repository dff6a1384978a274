#include "engine/front/notes.h"

#include "engine/front/worker_process.h"

#include <nlohmann/json.hpp>

namespace bonafide::engine {

report::AnalyzerNotes analyzer_notes(const std::string& worker) {
    report::AnalyzerNotes notes;
    const auto described = describe_analyzers(worker);
    if (!described) {
        return notes;
    }
    for (const nlohmann::json& analyzer : nlohmann::json::parse(*described)) {
        report::AnalyzerNote& note = notes[analyzer["id"].get<std::string>()];
        note.summary = analyzer["summary"];
        note.limits = analyzer["limits"];
        note.known_false_alarms = analyzer["known_false_alarms"];
        note.reference = analyzer["reference"];
        for (const nlohmann::json& measurement : analyzer["emits"]) {
            note.measurements[measurement["name"].get<std::string>()] = measurement["meaning"];
        }
    }
    return notes;
}

}  // namespace bonafide::engine

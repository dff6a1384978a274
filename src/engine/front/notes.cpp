#include "engine/front/notes.h"

#include "engine/front/worker_process.h"

#include <nlohmann/json.hpp>

namespace bonafide::engine {

nlohmann::ordered_json joint_finding_description() {
    return {
        {"id", report::kJointFindingId},
        {"summary", "what the analyzers of edits say together, judged by a fitted model"},
        {"limits", "pictures for which fewer than three of them draw a map"},
        {"known_false_alarms",
         "pictures whose parts were processed apart by the camera or a program (portrait blur, strong local "
         "denoising)"},
        {"reference", "Wolpert, Neural Networks 1992; Gaborini, Bestagini, Milani, Tagliasacchi and Tubaro, WIFS 2014"},
        {"emits",
         {{{"name", "marked_area"}, {"unit", "1"}, {"meaning", "share of the picture that the fused map marks"}},
          {{"name", "analyzers"}, {"unit", "1"}, {"meaning", "analyzers that were heard"}}}}};
}

report::AnalyzerNotes analyzer_notes(const std::string& worker) {
    report::AnalyzerNotes notes;
    const auto described = describe_analyzers(worker);
    if (!described) {
        return notes;
    }
    auto analyzers = nlohmann::ordered_json::parse(*described);
    analyzers.push_back(joint_finding_description());
    for (const nlohmann::ordered_json& analyzer : analyzers) {
        report::AnalyzerNote& note = notes[analyzer["id"].get<std::string>()];
        note.summary = analyzer["summary"];
        note.limits = analyzer["limits"];
        note.known_false_alarms = analyzer["known_false_alarms"];
        note.reference = analyzer["reference"];
        for (const nlohmann::ordered_json& measurement : analyzer["emits"]) {
            note.measurements[measurement["name"].get<std::string>()] = measurement["meaning"];
        }
    }
    return notes;
}

}  // namespace bonafide::engine

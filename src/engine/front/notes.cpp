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
    report::AnalyzerNote& together = notes["fusion.edits"];
    together.summary = "what the analyzers of edits say together, judged by a fitted model";
    together.limits = "pictures for which fewer than three of them draw a map";
    together.known_false_alarms =
        "pictures whose parts were processed apart by the camera or a program (portrait blur, strong local denoising)";
    together.reference =
        "Wolpert, Neural Networks 1992; Gaborini, Bestagini, Milani, Tagliasacchi and Tubaro, WIFS 2014";
    together.measurements = {{"marked_area", "share of the picture that the fused map marks"},
                             {"analyzers", "analyzers that were heard"}};
    return notes;
}

}  // namespace bonafide::engine

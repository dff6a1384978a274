#include "analyzers/provenance/credentials/declarations.h"

#include "analyzers/provenance/credentials/json_access.h"
#include "analyzers/provenance/credentials/manifest_summary.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <string_view>

namespace bonafide::analyzers::credentials {
namespace {

using nlohmann::json;

constexpr std::size_t kMostActions = 200;
constexpr std::size_t kMostSourceTypes = 50;
constexpr std::size_t kMostCodes = 100;
constexpr std::size_t kMostMarks = 50;
constexpr int kDeepest = 8;

struct SourceType {
    std::string_view code;  ///< last part of http://cv.iptc.org/newscodes/digitalsourcetype/
    std::string_view claim;
    bool synthetic;
};

constexpr std::array kSourceTypes = {
    SourceType{"trainedAlgorithmicMedia", "made by a trained algorithm", true},
    SourceType{"compositeWithTrainedAlgorithmicMedia", "made in parts by a trained algorithm", true},
    SourceType{"trainedAlgorithmicData", "made from the output of a trained algorithm", true},
    SourceType{"compositeSynthetic", "a composite with synthetic parts", true},
    SourceType{"algorithmicMedia", "made by an algorithm without training data", false},
    SourceType{"algorithmicallyEnhanced", "enhanced by an algorithm", false},
    SourceType{"digitalCapture", "captured by a camera", false},
    SourceType{"computationalCapture", "captured by a camera and computed from several exposures", false},
    SourceType{"compositeCapture", "a composite of captures", false},
    SourceType{"composite", "a composite", false},
    SourceType{"digitalCreation", "made by a person with digital tools", false},
    SourceType{"digitalArt", "made by a person with digital tools", false},
    SourceType{"humanEdits", "edited by a person", false},
    SourceType{"minorHumanEdits", "edited a little by a person", false},
    SourceType{"dataDrivenMedia", "made from data", false},
    SourceType{"virtualRecording", "a recording of a virtual event", false},
    SourceType{"screenCapture", "a screen capture", false},
    SourceType{"negativeFilm", "digitised from film", false},
    SourceType{"positiveFilm", "digitised from film", false},
    SourceType{"print", "digitised from a print", false},
};

/// Actions that leave what is seen and heard as it was (C2PA 2.2, chapter on actions); every other action is an edit.
constexpr std::array<std::string_view, 12> kHarmlessActions = {
    "c2pa.created",   "c2pa.opened",         "c2pa.published",   "c2pa.transcoded",        "c2pa.repackaged",
    "c2pa.converted", "c2pa.unknown",        "c2pa.watermarked", "c2pa.watermarked.bound", "c2pa.watermarked.unbound",
    "c2pa.metadata",  "c2pa.edited.metadata"};

bool is_edit(std::string_view action) {
    return !action.empty() &&
           std::find(kHarmlessActions.begin(), kHarmlessActions.end(), action) == kHarmlessActions.end();
}

bool ends_with_source_type(std::string_view key) {
    constexpr std::string_view kName = "digitalsourcetype";
    if (key.size() < kName.size()) {
        return false;
    }
    const std::string_view tail = key.substr(key.size() - kName.size());
    return std::equal(tail.begin(), tail.end(), kName.begin(), [](char given, char wanted) {
        return std::tolower(static_cast<unsigned char>(given)) == wanted;
    });
}

/// Digital source types stand in actions, in their templates and in metadata assertions, under several prefixes: any
/// key of that name counts.
void collect_source_types(const json& value, int depth, std::vector<std::string>& found) {
    if (depth > kDeepest || found.size() >= kMostSourceTypes) {
        return;
    }
    if (value.is_array()) {
        for (const json& entry : value) {
            collect_source_types(entry, depth + 1, found);
        }
    }
    if (!value.is_object()) {
        return;
    }
    for (const auto& [key, entry] : value.items()) {
        if (!ends_with_source_type(key)) {
            collect_source_types(entry, depth + 1, found);
        } else if (entry.is_string()) {
            found.push_back(shortened(entry.get_ref<const std::string&>(), 300));
        } else if (entry.is_object()) {
            found.push_back(text_at(entry, "@id"));  // JSON-LD metadata
        }
    }
}

std::string agent_of(const json& action) {
    const std::string agent = text_at(action, "softwareAgent");
    return agent.empty() ? text_at(object_at(action, "softwareAgent"), "name") : agent;
}

json describe_action(const json& action, const std::string& label) {
    const json& parameters = object_at(action, "parameters");
    std::string description = text_at(action, "description");
    if (description.empty()) {
        description = text_at(parameters, "description");
    }
    if (description.empty()) {
        description = text_at(parameters, "name");
    }
    json entry = {{"action", text_at(action, "action")}, {"manifest", label}};
    const std::array<std::pair<const char*, std::string>, 5> optional = {
        {{"when", text_at(action, "when")},
         {"software_agent", agent_of(action)},
         {"digital_source_type", text_at(action, "digitalSourceType")},
         {"description", description},
         {"changes", text_at(action, "changed")}}};
    for (const auto& [key, text] : optional) {
        if (!text.empty()) {
            entry[key] = text;
        }
    }
    return entry;
}

}  // namespace

std::string generator_of(const json& manifest) {
    const json& list = list_at(manifest, "claim_generator_info");
    if (!list.empty()) {
        const std::string name = text_at(list.front(), "name");
        const std::string version = text_at(list.front(), "version");
        if (!name.empty()) {
            return version.empty() ? name : name + " " + version;
        }
    }
    return text_at(manifest, "claim_generator");
}

Declarations read_declarations(const json& manifest, const std::string& label, bool is_active) {
    Declarations declared;
    const std::string tool = generator_of(manifest);
    const std::string whose = is_active ? "" : " (in the history of this file)";
    std::vector<std::string> source_types;
    std::set<std::string> edits;
    for (const json& assertion : list_at(manifest, "assertions")) {
        const json& data = object_at(assertion, "data");
        collect_source_types(data, 0, source_types);
        if (text_at(assertion, "label").rfind("c2pa.actions", 0) != 0) {
            continue;
        }
        for (const json& action : list_at(data, "actions")) {
            if (declared.actions.size() >= kMostActions) {
                break;
            }
            declared.actions.push_back(describe_action(action, label));
            const std::string name = text_at(action, "action");
            if (is_edit(name)) {
                ++declared.edits;
                edits.insert(name);
            }
        }
    }
    for (const std::string& type : source_types) {
        const std::string_view code = std::string_view(type).substr(type.rfind('/') + 1);
        const auto* const known = std::find_if(kSourceTypes.begin(), kSourceTypes.end(),
                                               [&](const SourceType& entry) { return entry.code == code; });
        if (known == kSourceTypes.end()) {
            continue;
        }
        declared.synthetic = declared.synthetic || known->synthetic;
        declared.marks.push_back({"c2pa", std::string(known->claim) + whose, tool, "digitalSourceType " + type, true});
    }
    if (!edits.empty()) {
        std::string names;
        for (const std::string& name : edits) {
            names += (names.empty() ? "" : ", ") + name;
        }
        declared.marks.push_back({"c2pa", "edited" + whose, tool, shortened(names, 500), true});
    }
    return declared;
}

IngredientReading read_ingredient(const json& ingredient, const std::string& manifest_label, const json& results,
                                  bool anchors_given) {
    using evidence::ProvenanceState;
    IngredientReading reading;
    reading.title = text_at(ingredient, "title");
    const std::string label = text_at(ingredient, "label");
    const std::string own_manifest = text_at(ingredient, "active_manifest");
    std::set<std::string> codes;
    bool trusted = false;
    const auto take = [&](const json& statuses) {
        for (const json& status : statuses) {
            if (codes.size() < kMostCodes) {
                codes.insert(text_at(status, "code"));
            }
        }
    };
    take(list_at(ingredient, "validation_status"));  // what whoever added it recorded, claims of version 1
    take(list_at(object_at(object_at(ingredient, "validation_results"), "activeManifest"),
                 "failure"));  // the same, version 2
    const std::string address = manifest_label + "/c2pa.assertions/" + label;
    for (const json& delta : list_at(results, "ingredientDeltas")) {
        const std::string uri = text_at(delta, "ingredientAssertionURI");
        if (label.empty() || uri.size() < address.size() ||
            uri.compare(uri.size() - address.size(), address.size(), address) != 0) {
            continue;
        }
        const json& now = object_at(delta, "validationDeltas");
        take(list_at(now, "failure"));
        for (const json& status : list_at(now, "success")) {
            trusted = trusted || text_at(status, "code") == "signingCredential.trusted";
        }
    }
    json listed = json::array();
    bool failed = false;
    for (const std::string& code : codes) {
        if (code.empty()) {
            continue;
        }
        const bool only_untrusted = code == "signingCredential.untrusted";
        failed = failed || !only_untrusted;
        trusted = trusted && !only_untrusted;
        listed.push_back({{"code", code}, {"meaning", meaning_of(code)}});
    }
    if (failed) {
        reading.state = ProvenanceState::kInvalid;
    } else if (own_manifest.empty()) {
        reading.state = ProvenanceState::kAbsent;
    } else {
        reading.state = anchors_given && trusted ? ProvenanceState::kTrusted : ProvenanceState::kValid;
    }
    reading.description = {{"title", reading.title},
                           {"format", text_at(ingredient, "format")},
                           {"relationship", text_at(ingredient, "relationship")},
                           {"of_manifest", manifest_label},
                           {"manifest", own_manifest},
                           {"state", evidence::name_of(reading.state)},
                           {"checks_not_passed", std::move(listed)}};
    return reading;
}

void bound_marks(std::vector<evidence::Mark>& marks) {
    std::vector<evidence::Mark> kept;
    for (evidence::Mark& mark : marks) {
        const bool known = std::any_of(kept.begin(), kept.end(), [&](const evidence::Mark& other) {
            return other.claim == mark.claim && other.tool == mark.tool && other.detail == mark.detail;
        });
        if (!known && kept.size() < kMostMarks) {
            kept.push_back(std::move(mark));
        }
    }
    marks = std::move(kept);
}

}  // namespace bonafide::analyzers::credentials

#include "analyzers/provenance/credentials/manifest_summary.h"

#include "analyzers/provenance/credentials/declarations.h"
#include "analyzers/provenance/credentials/json_access.h"

#include <algorithm>
#include <set>

namespace bonafide::analyzers::credentials {
namespace {

using evidence::ProvenanceState;
using nlohmann::json;

constexpr std::size_t kMostJsonBytes = 32 << 20;
constexpr std::size_t kMostManifests = 64;
constexpr std::size_t kMostChecks = 100;

bool is_trust_code(std::string_view code) {
    return code == "signingCredential.untrusted";
}

/// A time stamp that does not fit failed a manifest in C2PA 1.x and informs in 2.x; either way the check did not pass.
bool is_failed_time_stamp(std::string_view code) {
    return code == "timeStamp.mismatch" || code == "timeStamp.malformed" || code == "timeStamp.outsideValidity";
}

std::string_view last_part(std::string_view url) {
    return url.substr(url.rfind('/') + 1);  // npos + 1 is 0
}

void add_failure(std::vector<FailedCheck>& failures, const json& status, bool of_ingredient) {
    FailedCheck check;
    check.code = text_at(status, "code");
    check.url = text_at(status, "url");
    check.explanation = text_at(status, "explanation");
    check.former_code = former_code_of(check.code);
    check.of_ingredient = of_ingredient;
    const bool known = std::any_of(failures.begin(), failures.end(), [&](const FailedCheck& other) {
        return other.code == check.code && last_part(other.url) == last_part(check.url);
    });
    if (!known && !check.code.empty() && failures.size() < kMostChecks) {
        failures.push_back(std::move(check));
    }
}

bool has_code(const json& statuses, std::string_view code) {
    return std::any_of(statuses.begin(), statuses.end(),
                       [&](const json& status) { return text_at(status, "code") == code; });
}

/// Failing checks of the active manifest, and of ingredients where validating now differs from what was recorded when
/// they were added.
std::vector<FailedCheck> failing_checks(const json& results) {
    std::vector<FailedCheck> failures;
    const json& active = object_at(results, "activeManifest");
    for (const json& status : list_at(active, "failure")) {
        if (!is_trust_code(text_at(status, "code"))) {
            add_failure(failures, status, false);
        }
    }
    for (const json& status : list_at(active, "informational")) {
        if (is_failed_time_stamp(text_at(status, "code"))) {
            add_failure(failures, status, false);
        }
    }
    for (const json& delta : list_at(results, "ingredientDeltas")) {
        for (const json& status : list_at(object_at(delta, "validationDeltas"), "failure")) {
            if (!is_trust_code(text_at(status, "code"))) {
                add_failure(failures, status, true);
            }
        }
    }
    return failures;
}

ProvenanceState state_of(const json& store, bool anchors_given) {
    const std::string state = text_at(store, "validation_state");
    if (state != "Valid" && state != "Trusted") {
        return ProvenanceState::kInvalid;
    }
    const json& active = object_at(object_at(store, "validation_results"), "activeManifest");
    const bool vouched = anchors_given && state == "Trusted" &&
                         has_code(list_at(active, "success"), "signingCredential.trusted") &&
                         !has_code(list_at(active, "failure"), "signingCredential.untrusted");
    return vouched ? ProvenanceState::kTrusted : ProvenanceState::kValid;
}

json describe_failures(const std::vector<FailedCheck>& failures) {
    json list = json::array();
    for (const FailedCheck& check : failures) {
        json entry = {{"code", check.code},
                      {"about", check.of_ingredient ? "ingredient" : "file"},
                      {"url", check.url},
                      {"explanation", check.explanation},
                      {"meaning", meaning_of(check.code)}};
        if (!check.former_code.empty()) {
            entry["former_code"] = check.former_code;
        }
        list.push_back(std::move(entry));
    }
    return list;
}

json describe_signature(const json& manifest, bool trusted) {
    const json& signature = object_at(manifest, "signature_info");
    return {{"issuer", text_at(signature, "issuer")}, {"signer", text_at(signature, "common_name")},
            {"algorithm", text_at(signature, "alg")}, {"serial_number", text_at(signature, "cert_serial_number")},
            {"time", text_at(signature, "time")},     {"trusted", trusted}};
}

/// What the validator noted without failing, by code, for readers who want to know what was not checked.
json describe_notes(const json& results) {
    std::set<std::string> codes;
    for (const json& status : list_at(object_at(results, "activeManifest"), "informational")) {
        codes.insert(text_at(status, "code"));
    }
    json list = json::array();
    for (const std::string& code : codes) {
        if (!code.empty() && list.size() < kMostChecks) {
            list.push_back({{"code", code}, {"meaning", meaning_of(code)}});
        }
    }
    return list;
}

}  // namespace

Result<Summary> summarise(std::string_view store_json, bool anchors_given) {
    if (store_json.size() > kMostJsonBytes) {
        return Error{ErrorCode::kLimit, "the manifest store is larger than 32 MiB as text"};
    }
    const json store = json::parse(store_json, nullptr, false);
    const std::string active_label = text_at(store, "active_manifest");
    const json& manifests = object_at(store, "manifests");
    const json& active = object_at(manifests, active_label);
    if (store.is_discarded() || active_label.empty() || active.empty()) {
        return Error{ErrorCode::kInvalid, "the manifest store names no active manifest"};
    }
    const json& results = object_at(store, "validation_results");
    Summary summary;
    summary.state = state_of(store, anchors_given);
    summary.failures = failing_checks(results);
    const bool trusted = summary.state == ProvenanceState::kTrusted;

    json ingredients = json::array();
    json actions = json::array();
    // Breadth first from the active manifest; `edits_count` follows parents only: what a part went through before is
    // not an edit of this file.
    struct Visit {
        std::string label;
        bool edits_count;
    };
    std::vector<Visit> queue = {{active_label, true}};
    std::set<std::string> seen = {active_label};
    for (std::size_t next = 0; next < queue.size() && next < kMostManifests; ++next) {
        const Visit visit = queue[next];
        const json& manifest = object_at(manifests, visit.label);
        const Declarations declared = read_declarations(manifest, visit.label, next == 0);
        summary.declared_synthetic = summary.declared_synthetic || declared.synthetic;
        summary.declared_edits += visit.edits_count ? declared.edits : 0;
        for (evidence::Mark mark : declared.marks) {
            mark.forgeable = !trusted;
            summary.marks.push_back(std::move(mark));
        }
        for (const json& action : declared.actions) {
            actions.push_back(action);
        }
        for (const json& ingredient : list_at(manifest, "ingredients")) {
            IngredientReading reading = read_ingredient(ingredient, visit.label, results, anchors_given);
            const std::string child = text_at(ingredient, "active_manifest");
            if (!child.empty() && manifests.contains(child) && seen.insert(child).second) {
                queue.push_back({child, visit.edits_count && text_at(ingredient, "relationship") == "parentOf"});
            }
            summary.ingredients.push_back({reading.title, reading.state});
            if (ingredients.size() < kMostChecks) {
                ingredients.push_back(std::move(reading.description));
            }
        }
    }
    bound_marks(summary.marks);
    summary.credentials = {{"state", evidence::name_of(summary.state)},
                           {"active_manifest", active_label},
                           {"title", text_at(active, "title")},
                           {"format", text_at(active, "format")},
                           {"claim_generator", generator_of(active)},
                           {"signature", describe_signature(active, trusted)},
                           {"trust", anchors_given ? "checked against the given trust anchors"
                                                   : "not checked: no trust anchors were given"},
                           {"actions", std::move(actions)},
                           {"ingredients", std::move(ingredients)},
                           {"failing_checks", describe_failures(summary.failures)},
                           {"notes", describe_notes(results)}};
    return summary;
}

}  // namespace bonafide::analyzers::credentials

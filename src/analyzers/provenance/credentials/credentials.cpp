// Content credentials. Standard: "Content Credentials: C2PA Technical Specification" 2.2 (2025); manifests of
// versions 1.0 to 2.x are read. Deviations: nothing is fetched (remote manifests, revocation lists, identity
// documents), and a time stamp that does not fit is listed among the failing checks as C2PA 1.x did, though it makes
// nothing invalid. Limits: says who signed what, not whether it is true; absent says nothing.
#include "analyzers/provenance/credentials/credentials.h"

#include "analyzers/provenance/credentials/manifest_store.h"
#include "analyzers/provenance/credentials/manifest_summary.h"

#include <utility>

namespace bonafide::analyzers {
namespace {

using analysis::Analysis;
using credentials::FailedCheck;
using credentials::Summary;
using evidence::ProvenanceState;

/// How far a damaged container is searched for traces of credentials.
constexpr std::uint64_t kMostSearchedBytes = 256ULL << 20;

std::string count_of(std::size_t count, const std::string& one, const std::string& many) {
    return count == 1 ? "one " + one : std::to_string(count) + " " + many;
}

Analysis with_measurements(double failures, double synthetic, double edits, double ingredients, double trusted) {
    Analysis analysis;
    analysis.measurements = {{"validation_failures", failures, "count"},
                             {"declared_synthetic", synthetic, "0 or 1"},
                             {"declared_edits", edits, "count"},
                             {"ingredients", ingredients, "count"},
                             {"trusted", trusted, "0 or 1"}};
    return analysis;
}

Analysis absent(std::string explanation) {
    Analysis analysis = with_measurements(0, 0, 0, 0, 0);
    analysis.explanation = std::move(explanation);
    analysis.provenance = evidence::Provenance{};
    return analysis;
}

Analysis unreadable(const std::string& why) {
    Analysis analysis = with_measurements(1, 0, 0, 0, 0);
    analysis.explanation = "The file holds content credentials that cannot be read: " + why + ".";
    evidence::Provenance provenance;
    provenance.state = ProvenanceState::kInvalid;
    provenance.credentials = {
        {"state", evidence::name_of(ProvenanceState::kInvalid)},
        {"failing_checks", nlohmann::json::array({{{"code", "general.error"},
                                                   {"about", "file"},
                                                   {"explanation", why},
                                                   {"meaning", credentials::meaning_of("general.error")}}})}};
    analysis.provenance = std::move(provenance);
    return analysis;
}

std::string signer_of(const Summary& summary) {
    const auto& signature = summary.credentials["signature"];
    const std::string issuer = signature["issuer"].get<std::string>();
    return issuer.empty() ? "an unnamed signer" : "'" + issuer + "'";
}

std::string explain(const Summary& summary, bool anchors_given) {
    switch (summary.state) {
        case ProvenanceState::kTrusted:
            return "The content credentials are intact, and their signer " + signer_of(summary) +
                   " is on the trust list given.";
        case ProvenanceState::kValid:
            return "The content credentials are intact and signed by " + signer_of(summary) +
                   (anchors_given ? ", who is not on the trust list given"
                                  : "; whether to trust that signer was not checked, since no trust list was given") +
                   ". This does not mean tampering, but anyone can sign like this.";
        case ProvenanceState::kInvalid:
        case ProvenanceState::kAbsent:
            break;
    }
    std::string text = "The content credentials do not hold";
    if (!summary.failures.empty()) {
        const std::string_view meaning = credentials::meaning_of(summary.failures.front().code);
        text += ": " + (meaning.empty() ? summary.failures.front().explanation : std::string(meaning));
    }
    return text + ".";
}

void add_observations(const Summary& summary, Analysis& analysis) {
    const auto add = [&](std::string explanation) {
        if (analysis.observations.size() < analysis::kMostObservations) {
            analysis.observations.push_back({{}, {}, std::move(explanation)});
        }
    };
    for (const FailedCheck& check : summary.failures) {
        const std::string_view meaning = credentials::meaning_of(check.code);
        add(std::string("Check not passed") + (check.of_ingredient ? " for a part of the file" : "") + ": " +
            (meaning.empty() ? check.explanation : std::string(meaning)) + " (" + check.code + ").");
    }
    for (const evidence::Mark& mark : summary.marks) {
        add("The credentials claim: " + mark.claim + (mark.tool.empty() ? "" : ", with " + mark.tool) + ".");
    }
    for (const credentials::Ingredient& ingredient : summary.ingredients) {
        if (ingredient.state == ProvenanceState::kInvalid) {
            add("The credentials of the part '" + ingredient.title + "' did not hold, now or when it was put in.");
        }
    }
}

Analysis analyze(const analysis::Context& context, const analysis::Parameters&) {
    return read_credentials(context.media.source(), context.media.identity(), context.trust_anchors_pem);
}

}  // namespace

Analysis read_credentials(const ingest::ByteSource& source, const ingest::Identity& identity,
                          const std::string& trust_anchors_pem) {
    const auto media_type = credentials::readable_media_type(identity);
    if (!media_type) {
        return Analysis::not_applicable("content credentials are not defined for, or not read from, this format (" +
                                        identity.description + ")");
    }
    const auto reading = credentials::read_manifest_store(source, *media_type, trust_anchors_pem);
    if (!reading) {
        return Analysis::failed("content credentials could not be read: " + reading.error().message);
    }
    if (reading->absent) {
        if (reading->remote_url.empty()) {
            return absent(
                "The file carries no content credentials. That is the rule today and says nothing about how it came to "
                "be.");
        }
        Analysis analysis = absent(
            "The file carries no content credentials itself but names a place where they lie; nothing was fetched from "
            "there.");
        analysis.observations.push_back({{}, {}, "Content credentials are said to lie at: " + reading->remote_url});
        return analysis;
    }
    if (!reading->broken.empty()) {
        if (credentials::holds_manifest_box(source, kMostSearchedBytes)) {
            return unreadable(reading->broken);
        }
        if (source.size_bytes() > kMostSearchedBytes) {
            return Analysis::failed("the container is damaged and too large to be searched for content credentials: " +
                                    reading->broken);
        }
        return absent(
            "The container is damaged, so that credentials cannot be read in order, but no trace of any was found in "
            "the file.");
    }
    const bool anchors_given = !trust_anchors_pem.empty();
    auto summary = credentials::summarise(reading->json, anchors_given);
    if (!summary) {
        return unreadable(summary.error().message);
    }
    const bool trusted = summary->state == ProvenanceState::kTrusted;
    Analysis analysis =
        with_measurements(static_cast<double>(summary->failures.size()), summary->declared_synthetic ? 1 : 0,
                          summary->declared_edits, static_cast<double>(summary->ingredients.size()), trusted ? 1 : 0);
    analysis.explanation = explain(*summary, anchors_given);
    if (summary->declared_edits > 0) {
        analysis.explanation +=
            " They declare " + count_of(static_cast<std::size_t>(summary->declared_edits), "edit", "edits") + ".";
    }
    if (summary->declared_synthetic) {
        analysis.explanation += " They declare that a trained algorithm made the content or parts of it.";
    }
    add_observations(*summary, analysis);
    evidence::Provenance provenance;
    provenance.state = summary->state;
    provenance.marks = std::move(summary->marks);
    provenance.credentials = std::move(summary->credentials);
    provenance.credentials["validator"] = credentials::library_version();
    analysis.provenance = std::move(provenance);
    return analysis;
}

const analysis::AnalyzerDefinition& provenance_credentials() {
    static const analysis::AnalyzerDefinition definition = [] {
        analysis::AnalyzerDefinition entry;
        entry.id = "provenance.credentials";
        entry.version = 1;
        entry.summary = "Content credentials (C2PA): who signed what about the file, and whether it still holds";
        entry.limits =
            "Offline: remote manifests, revocation and identity documents are not fetched. A valid signature proves "
            "who claims, not that the claim is true; "
            "without trust anchors no signer is trusted. Absent credentials say nothing.";
        entry.known_false_alarms =
            "Any program that rewrites a signed file without knowing credentials (an upload, a metadata editor, an "
            "orientation fix) leaves "
            "them invalid without bad intent.";
        entry.reference =
            "Content Credentials: C2PA Technical Specification 2.2 (2025); IPTC NewsCodes, Digital Source Type";
        entry.inputs = {ingest::MediaKind::kImage, ingest::MediaKind::kVideo, ingest::MediaKind::kAudio};
        entry.emits = {
            {"validation_failures", "count",
             "checks of the credentials that did not pass; an untrusted signer is not one"},
            {"declared_synthetic", "0 or 1",
             "the credentials declare that a trained algorithm made the content or parts of it"},
            {"declared_edits", "count", "editing actions that the credentials declare, with those of the parents"},
            {"ingredients", "count", "parts that the credentials list, with those of their parts"},
            {"trusted", "0 or 1", "the signer chains to a trust anchor given, and everything holds"}};
        entry.create = analysis::make_whole_input_analyzer<analyze>;
        return entry;
    }();
    return definition;
}

}  // namespace bonafide::analyzers

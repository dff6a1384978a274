#include "report/facts.h"
#include "report/history.h"
#include "report/report.h"
#include "report/text_writer.h"
#include "report/view.h"
#include "report/words.h"

#include <algorithm>

namespace bonafide::report {
namespace {

/// Places shown of one analyzer where not all were asked for.
constexpr std::size_t kFewPlaces = 5;

Ink ink_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::kLikelyAuthentic:
            return Ink::kGreen;
        case Verdict::kInconclusive:
            return Ink::kYellow;
        case Verdict::kLikelyManipulated:
        case Verdict::kLikelySynthetic:
            return Ink::kRed;
        case Verdict::kNotApplicable:
            return Ink::kStrong;
        case Verdict::kFailed:
            return Ink::kMagenta;
    }
    return Ink::kMagenta;
}

std::string upper(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](char letter) { return letter >= 'a' && letter <= 'z' ? letter - 32 : letter; });
    return result;
}

std::string where_in_words(const evidence::Finding& finding) {
    std::string words = span_in_words(finding.where.start_s, finding.where.end_s);
    const auto add = [&](const std::string& text) { words += (words.empty() ? "" : ", ") + text; };
    if (finding.where.box_px) {
        const evidence::Where::Box& box = *finding.where.box_px;
        add("x " + std::to_string(box.x) + " y " + std::to_string(box.y) + ", " + std::to_string(box.width) +
            " \xC3\x97 " + std::to_string(box.height) + " px");
    }
    if (finding.where.map) add("map " + *finding.where.map);
    return words;
}

void write_measurements(TextWriter& writer, const evidence::Finding& finding, int indent) {
    for (const evidence::Measurement& measurement : finding.measurements) {
        writer.pair(measurement.name, value_in_words(measurement, 6), indent, 34);
    }
}

void write_analyzer(TextWriter& writer, const AnalyzerView& analyzer, bool verbose) {
    const evidence::Finding& whole = *analyzer.whole;
    writer.line(whole.analyzer + "  (" + weight_in_words(whole) + ")", 2, Ink::kStrong);
    if (!whole.explanation.empty()) writer.line(whole.explanation, 4);
    if (const std::string where = where_in_words(whole); !where.empty()) writer.pair("where", where, 4, 8);
    if (verbose) write_measurements(writer, whole, 4);
    const std::size_t shown = verbose ? analyzer.places.size() : std::min(analyzer.places.size(), kFewPlaces);
    for (std::size_t i = 0; i < shown; ++i) {
        const evidence::Finding& place = *analyzer.places[i];
        const std::string where = where_in_words(place);
        writer.item(where.empty() ? place.explanation : where + ": " + place.explanation, 4);
        if (verbose) write_measurements(writer, place, 6);
    }
    if (shown < analyzer.places.size()) {
        writer.line("and " + std::to_string(analyzer.places.size() - shown) + " more (--verbose shows all)", 4,
                    Ink::kFaint);
    }
}

void write_group(TextWriter& writer, std::string_view title, const std::vector<AnalyzerView>& group, bool verbose) {
    if (group.empty()) return;
    writer.heading(title);
    for (const AnalyzerView& analyzer : group)
        write_analyzer(writer, analyzer, verbose);
}

void write_reasons(TextWriter& writer, std::string_view title, const std::vector<AnalyzerView>& group, Ink ink) {
    if (group.empty()) return;
    writer.heading(title, ink);
    for (const AnalyzerView& analyzer : group) {
        const std::string& reason = analyzer.whole->reason;
        writer.pair(analyzer.whole->analyzer, reason.empty() ? "no reason was recorded" : reason, 2, 28);
    }
}

void write_verdict(TextWriter& writer, const Report& report) {
    writer.line(upper(title_of(report.verdict)), 0, ink_of(report.verdict));
    if (report.verdict == Verdict::kFailed) {
        writer.line("Why: " + report.failure.value_or("no reason was recorded"), 2, Ink::kStrong);
    }
    if (!report.summary.empty()) writer.line(report.summary, 2);
    writer.line(meaning_of(report.verdict), 2);
    if (report.probability) {
        writer.line("Probability of manipulated or synthetic: " + probability_in_words(*report.probability) + " (" +
                        llr_in_words(report.llr) + "; before looking: " + probability_in_words(report.prior) + ")",
                    2, Ink::kStrong);
    } else {
        writer.line("Probability: not judged", 2, Ink::kStrong);
    }
    writer.line(caution_of(report.verdict), 2);
    for (const std::string& warning : warnings_of(report.input))
        writer.line("! " + warning, 2, Ink::kYellow);
}

void write_entries(TextWriter& writer, std::string_view title, const std::vector<History::Entry>& entries,
                   bool verbose) {
    if (entries.empty()) return;
    writer.line(title, 2, Ink::kStrong);
    for (const History::Entry& entry : entries) {
        std::string line = entry.title;
        if (!verbose) {
            for (const auto& [label, text] : entry.facts) {
                if (label == "Meaning" || label == "When" || label == "State of its credentials") line += "; " + text;
            }
        }
        writer.item(line, 4);
        if (!verbose) continue;
        for (const auto& [label, text] : entry.facts)
            writer.pair(label, text, 6, 24);
    }
}

void write_provenance(TextWriter& writer, const Report& report, bool verbose) {
    const evidence::Provenance& provenance = report.provenance;
    if (credentials_examined(report)) {
        writer.heading("Provenance: content credentials " + std::string(evidence::name_of(provenance.state)));
        writer.line(meaning_of(provenance.state), 2);
    } else {
        writer.heading("Provenance: content credentials not looked at");
        writer.line("Whether the input carries any is not known.", 2);
    }
    const History history = history_of(provenance.credentials);
    for (std::size_t i = 0; i < history.facts.size() && (verbose || i < 3); ++i) {
        writer.pair(history.facts[i].first, history.facts[i].second, 2, 26);
    }
    write_entries(writer, "What does not hold", history.failing_checks, verbose);
    write_entries(writer, "What is claimed to have been done", history.actions, verbose);
    write_entries(writer, "What is claimed to have been put in", history.ingredients, verbose);
    if (verbose) write_entries(writer, "Noted by the validator", history.notes, verbose);
    if (provenance.marks.empty()) return;
    writer.line("Marks in the file, which are claims", 2, Ink::kStrong);
    for (const evidence::Mark& mark : provenance.marks) {
        std::string line = mark.source + " claims: " + mark.claim;
        if (!mark.tool.empty()) line += ", with " + mark.tool;
        if (!mark.detail.empty()) line += " (\"" + mark.detail + "\")";
        writer.item(line + (mark.forgeable ? "; anyone could have written this" : "; protected by a trusted signature"),
                    4);
    }
}

void write_parts(TextWriter& writer, const std::vector<Part>& parts) {
    if (parts.size() < 2) return;
    writer.heading("Parts");
    for (const Part& part : parts) {
        const std::string span = span_in_words(part.start_s, part.end_s);
        writer.pair(part.id, llr_in_words(part.llr) + (span.empty() ? "" : "; " + span), 2, 28);
    }
}

void write_file(TextWriter& writer, const Report& report, bool verbose) {
    writer.heading("File and program");
    const Input& input = report.input;
    for (const Fact& fact : case_facts(report))
        writer.pair(fact.label, fact.value, 2, 28);
    const bool changed = !input.sha256_after.empty() && input.sha256_after != input.sha256;
    writer.pair("SHA-256", input.sha256.empty() ? "not known: the input could not be read" : input.sha256, 2, 28);
    writer.pair("after the analysis",
                changed                      ? input.sha256_after
                : input.sha256_after.empty() ? "not known"
                                             : "the same",
                2, 28);
    for (const Stream& stream : input.streams) {
        std::string words = stream.kind + ", " + stream.codec;
        if (stream.width_px && stream.height_px)
            words += ", " + std::to_string(*stream.width_px) + " \xC3\x97 " + std::to_string(*stream.height_px) + " px";
        if (stream.frame_rate_hz) words += ", " + number(*stream.frame_rate_hz) + " frames/s";
        if (stream.sample_rate_hz) words += ", " + std::to_string(*stream.sample_rate_hz) + " Hz";
        if (stream.channels)
            words += ", " + std::to_string(*stream.channels) + (*stream.channels == 1 ? " channel" : " channels");
        writer.pair("stream " + std::to_string(stream.index), words, 2, 28);
    }
    writer.pair("made by",
                "bonafide " + report.tool_version + " (" + report.tool_revision + "), " + std::string(kSchema), 2, 28);
    writer.pair("took", number(report.total_s, 3) + " s", 2, 28);
    if (!verbose) return;
    writer.pair("weighed: h1", report.h1, 2, 28);
    writer.pair("against: h0", report.h0, 2, 28);
    for (const auto& [analyzer, seconds] : report.analyzer_s)
        writer.pair("time of " + analyzer, number(seconds, 3) + " s", 2, 36);
    for (const auto& [key, value] : report.replay.items()) {
        writer.pair("replay: " + key,
                    value.is_string() ? value.get<std::string>()
                                      : value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
                    2, 36);
    }
}

}  // namespace

std::string render_text(const Report& report, bool colour, bool verbose) {
    TextWriter writer(colour);
    writer.line(report.input.path, 0, Ink::kStrong);
    writer.line(input_in_words(report.input), 0, Ink::kFaint);
    writer.blank();
    write_verdict(writer, report);
    const FindingsView view = view_findings(report);
    write_reasons(writer, "Failed: these looked at nothing", view.failed, Ink::kMagenta);
    write_group(writer, "Speaks for manipulated or synthetic", view.speaks_for, verbose);
    write_group(writer, "Speaks for authentic", view.speaks_against, verbose);
    write_group(writer, "Measured, speaks for neither side", view.neutral, verbose);
    write_parts(writer, report.parts);
    write_reasons(writer, "Not looked at, and why", view.not_applicable, Ink::kStrong);
    write_provenance(writer, report, verbose);
    if (!report.limits.empty()) {
        writer.heading("Limits");
        for (const std::string& limit : report.limits)
            writer.item(limit, 2);
    }
    write_file(writer, report, verbose);
    return writer.take();
}

}  // namespace bonafide::report

#include "report/html_sections.h"
#include "report/text_safety.h"
#include "report/words.h"

namespace bonafide::report::html {
namespace {

/// Places listed in the open; the rest folds away.
constexpr std::size_t kFewPlaces = 6;

const AnalyzerNote* note_for(const AnalyzerNotes& notes, const std::string& analyzer) {
    const auto found = notes.find(analyzer);
    return found == notes.end() ? nullptr : &found->second;
}

std::string measurements_of(const evidence::Finding& finding, const AnalyzerNote* note) {
    if (finding.measurements.empty()) return "";
    std::string rows;
    for (const evidence::Measurement& measurement : finding.measurements) {
        std::string meaning;
        if (note) {
            const auto found = note->measurements.find(measurement.name);
            if (found != note->measurements.end()) meaning = found->second;
        }
        rows += "<tr><th scope=\"row\"><code>" + escape_html(measurement.name) + "</code></th><td class=\"value\">" +
                escape_html(number(measurement.value, 6) + (measurement.unit.empty() ? "" : " " + measurement.unit)) +
                "</td><td>" + escape_html(meaning) + "</td></tr>\n";
    }
    return "<table class=\"stacked\"><caption>Measurements</caption><thead><tr><th scope=\"col\">Name</th><th "
           "scope=\"col\">Value</th>"
           "<th scope=\"col\">Meaning</th></tr></thead><tbody>\n" +
           rows + "</tbody></table>\n";
}

std::string list_item(const evidence::Finding& finding) {
    const std::string where = place_of(finding);
    std::string numbers;
    for (const evidence::Measurement& measurement : finding.measurements) {
        numbers += (numbers.empty() ? "" : ", ") + measurement.name + " " + number(measurement.value) +
                   (measurement.unit.empty() ? "" : " " + measurement.unit);
    }
    return "<li>" + (where.empty() ? "" : "<strong>" + where + "</strong> ") + escape_html(finding.explanation) +
           (numbers.empty() ? "" : " <span class=\"quiet\">" + escape_html(numbers) + "</span>") + "</li>\n";
}

std::string places_of(const AnalyzerView& analyzer) {
    if (analyzer.places.empty()) return "";
    std::string first, rest;
    for (std::size_t i = 0; i < analyzer.places.size(); ++i) {
        (i < kFewPlaces ? first : rest) += list_item(*analyzer.places[i]);
    }
    std::string list = "<ul class=\"places\">\n" + first + "</ul>\n";
    if (!rest.empty()) {
        list += "<details><summary>" + std::to_string(analyzer.places.size() - kFewPlaces) +
                " more places</summary><ul class=\"places\">\n" + rest + "</ul></details>\n";
    }
    return list;
}

std::string about(const evidence::Finding& finding, const AnalyzerNote* note) {
    std::string facts;
    if (note && !note->limits.empty()) facts += fact("Cannot speak where", escape_html(note->limits));
    if (note && !note->known_false_alarms.empty())
        facts += fact("Known false alarms", escape_html(note->known_false_alarms));
    if (note && !note->reference.empty()) facts += fact("Reference", escape_html(note->reference));
    if (finding.model_sha256)
        facts += fact("Model", "<code class=\"hash\">" + escape_html(*finding.model_sha256) + "</code>");
    return facts.empty() ? "" : "<dl class=\"facts\">\n" + facts + "</dl>\n";
}

std::string card(const AnalyzerView& analyzer, const AnalyzerNotes& notes) {
    const evidence::Finding& whole = *analyzer.whole;
    const AnalyzerNote* note = note_for(notes, whole.analyzer);
    std::string content = "<article class=\"card\">\n<h4><code>" + escape_html(whole.analyzer) +
                          "</code></h4>\n<p class=\"weight\">" + escape_html(weight_of(whole)) + "</p>\n";
    if (note && !note->summary.empty()) content += "<p class=\"quiet\">" + escape_html(note->summary) + "</p>\n";
    if (!whole.explanation.empty()) content += "<p>" + escape_html(whole.explanation) + "</p>\n";
    if (const std::string where = place_of(whole); !where.empty()) content += "<p>Where: " + where + "</p>\n";
    content += places_of(analyzer);
    const std::string more = measurements_of(whole, note) + about(whole, note);
    if (!more.empty()) {
        content += "<details><summary>Measurements and limits<span class=\"unseen\"> of " +
                   escape_html(whole.analyzer) + "</span></summary>\n" + more + "</details>\n";
    }
    return content + "</article>\n";
}

std::string group(std::string_view title, std::string_view empty, const std::vector<AnalyzerView>& analyzers,
                  const AnalyzerNotes& notes) {
    std::string content = "<h3>" + escape_html(title) + "</h3>\n";
    if (analyzers.empty()) return content + "<p class=\"quiet\">" + escape_html(empty) + "</p>\n";
    content += "<div class=\"cards\">\n";
    for (const AnalyzerView& analyzer : analyzers)
        content += card(analyzer, notes);
    return content + "</div>\n";
}

std::string overview_rows(std::string_view says, const std::vector<AnalyzerView>& analyzers) {
    std::string rows;
    for (const AnalyzerView& analyzer : analyzers) {
        const evidence::Finding& whole = *analyzer.whole;
        const bool ran = whole.outcome == evidence::Outcome::kRan;
        rows += "<tr><th scope=\"row\"><code>" + escape_html(whole.analyzer) + "</code></th><td>" + escape_html(says) +
                "</td><td class=\"value\">" +
                (ran && whole.llr ? escape_html(signed_number(*whole.llr))
                 : ran            ? "none of its own"
                                  : "none") +
                "</td><td>" + escape_html(ran ? whole.explanation : whole.reason) + "</td></tr>\n";
    }
    return rows;
}

std::string reasons(std::string_view title, const std::vector<AnalyzerView>& analyzers, const AnalyzerNotes& notes) {
    std::string rows;
    for (const AnalyzerView& analyzer : analyzers) {
        const AnalyzerNote* note = note_for(notes, analyzer.whole->analyzer);
        const std::string& reason = analyzer.whole->reason;
        rows += "<li><code>" + escape_html(analyzer.whole->analyzer) +
                "</code>: " + escape_html(reason.empty() ? "no reason was recorded" : reason) +
                (note && !note->summary.empty()
                     ? " <span class=\"quiet\">It looks at: " + escape_html(note->summary) + "</span>"
                     : "") +
                "</li>\n";
    }
    return "<h3>" + escape_html(title) + "</h3>\n<ul>\n" + rows + "</ul>\n";
}

}  // namespace

std::string place_of(const evidence::Finding& finding) {
    std::string words = span_in_words(finding.where.start_s, finding.where.end_s);
    if (finding.where.box_px) {
        const evidence::Where::Box& box = *finding.where.box_px;
        words += (words.empty() ? "" : ", ") + std::to_string(box.width) + " \xC3\x97 " + std::to_string(box.height) +
                 " px at x " + std::to_string(box.x) + ", y " + std::to_string(box.y);
    }
    return escape_html(words);
}

std::string weight_of(const evidence::Finding& finding) {
    return weight_in_words(finding);
}

std::string findings_section(const FindingsView& view, const AnalyzerNotes& notes) {
    std::string content = "<p>Nothing was measured.</p>\n";
    if (!view.speaks_for.empty() || !view.speaks_against.empty() || !view.neutral.empty()) {
        content = group("Speaks for manipulated or synthetic", "Nothing that was measured.", view.speaks_for, notes) +
                  group("Speaks for authentic", "Nothing that was measured.", view.speaks_against, notes) +
                  group("Measured, speaks for neither side", "Nothing that was measured.", view.neutral, notes);
    }
    const std::string rows = overview_rows("manipulated or synthetic", view.speaks_for) +
                             overview_rows("authentic", view.speaks_against) +
                             overview_rows("neither side", view.neutral) + overview_rows("failed", view.failed) +
                             overview_rows("not applicable", view.not_applicable);
    if (!rows.empty()) {
        content +=
            "<h3>All analyzers at a glance</h3>\n<table class=\"stacked glance\"><thead><tr><th "
            "scope=\"col\">Analyzer</th>"
            "<th scope=\"col\">Speaks for</th><th scope=\"col\">llr</th><th scope=\"col\">In "
            "words</th></tr></thead><tbody>\n" +
            rows + "</tbody></table>\n";
    }
    return section("findings", "What was found", content);
}

std::string unexamined_section(const FindingsView& view, const AnalyzerNotes& notes) {
    std::string content;
    if (!view.failed.empty())
        content +=
            "<div class=\"warning\">" + reasons("Failed: these looked at nothing", view.failed, notes) + "</div>\n";
    if (!view.not_applicable.empty()) content += reasons("Not applicable to this input", view.not_applicable, notes);
    if (content.empty()) {
        content = view.speaks_for.empty() && view.speaks_against.empty() && view.neutral.empty()
                      ? "<p>No analyzer looked at this input.</p>\n"
                      : "<p>Every analyzer that was asked ran.</p>\n";
    }
    return section("unexamined", "What was not looked at, and why", content);
}

}  // namespace bonafide::report::html

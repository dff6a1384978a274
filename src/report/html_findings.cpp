#include "report/html_sections.h"
#include "report/phrases.h"
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
                escape_html(value_in_words(measurement, 6)) + "</td><td>" + escape_html(meaning) + "</td></tr>\n";
    }
    return "<table class=\"stacked\"><caption>" + escape_html(phrases::kMeasurements) +
           "</caption><thead><tr><th scope=\"col\">Name</th><th "
           "scope=\"col\">Value</th>"
           "<th scope=\"col\">Meaning</th></tr></thead><tbody>\n" +
           rows + "</tbody></table>\n";
}

std::string list_item(const evidence::Finding& finding) {
    const std::string where = place_of(finding);
    std::string numbers;
    for (const evidence::Measurement& measurement : finding.measurements) {
        numbers += (numbers.empty() ? "" : ", ") + measurement.name + " " + value_in_words(measurement, 4);
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
    if (note && !note->limits.empty()) facts += fact(phrases::kCannotSpeak, escape_html(note->limits));
    if (note && !note->known_false_alarms.empty())
        facts += fact(phrases::kFalseAlarms, escape_html(note->known_false_alarms));
    if (note && !note->reference.empty()) facts += fact(phrases::kReference, escape_html(note->reference));
    if (finding.model_sha256)
        facts += fact(phrases::kModel, "<code class=\"hash\">" + escape_html(*finding.model_sha256) + "</code>");
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
                 : ran            ? escape_html(phrases::kNoRatio)
                                  : escape_html(phrases::kNone)) +
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
                "</code>: " + escape_html(reason.empty() ? phrases::kNoReason : reason) +
                (note && !note->summary.empty() ? " <span class=\"quiet\">" + escape_html(phrases::kLooksAt) +
                                                      escape_html(note->summary) + "</span>"
                                                : "") +
                "</li>\n";
    }
    return "<h3>" + escape_html(title) + "</h3>\n<ul>\n" + rows + "</ul>\n";
}

}  // namespace

std::string place_of(const evidence::Finding& finding) {
    return escape_html(place_in_words(finding));
}

std::string weight_of(const evidence::Finding& finding) {
    return weight_in_words(finding);
}

std::string findings_section(const FindingsView& view, const AnalyzerNotes& notes) {
    std::string content = "<p>" + escape_html(phrases::kNothingMeasured) + "</p>\n";
    if (!view.speaks_for.empty() || !view.speaks_against.empty() || !view.neutral.empty()) {
        content = group(phrases::kSpeaksFor, phrases::kNoneOfGroup, view.speaks_for, notes) +
                  group(phrases::kSpeaksAgainst, phrases::kNoneOfGroup, view.speaks_against, notes) +
                  group(phrases::kNeutral, phrases::kNoneOfGroup, view.neutral, notes);
    }
    const std::string rows = overview_rows("manipulated or synthetic", view.speaks_for) +
                             overview_rows("authentic", view.speaks_against) +
                             overview_rows("neither side", view.neutral) + overview_rows("failed", view.failed) +
                             overview_rows("not applicable", view.not_applicable);
    if (!rows.empty()) {
        content += "<h3>" + escape_html(phrases::kGlance) +
                   "</h3>\n<table class=\"stacked glance\"><thead><tr><th "
                   "scope=\"col\">Analyzer</th>"
                   "<th scope=\"col\">Speaks for</th><th scope=\"col\">llr</th><th scope=\"col\">In "
                   "words</th></tr></thead><tbody>\n" +
                   rows + "</tbody></table>\n";
    }
    return section("findings", phrases::kFindings, content);
}

std::string unexamined_section(const FindingsView& view, const AnalyzerNotes& notes) {
    std::string content;
    if (!view.failed.empty())
        content += "<div class=\"warning\">" + reasons(phrases::kFailed, view.failed, notes) + "</div>\n";
    if (!view.not_applicable.empty()) content += reasons(phrases::kNotApplicable, view.not_applicable, notes);
    if (content.empty()) {
        content = view.speaks_for.empty() && view.speaks_against.empty() && view.neutral.empty()
                      ? "<p>" + escape_html(phrases::kNothingLooked) + "</p>\n"
                      : "<p>" + escape_html(phrases::kAllRan) + "</p>\n";
    }
    return section("unexamined", phrases::kUnexamined, content);
}

}  // namespace bonafide::report::html

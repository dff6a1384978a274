#include "report/history.h"
#include "report/html_sections.h"
#include "report/phrases.h"
#include "report/text_safety.h"
#include "report/words.h"

namespace bonafide::report::html {
namespace {

std::string facts_of(const History::Facts& facts) {
    std::string rows;
    for (const auto& [label, text] : facts)
        rows += fact(label, foreign(text));
    return rows.empty() ? "" : "<dl class=\"facts\">\n" + rows + "</dl>\n";
}

std::string entries_of(std::string_view title, std::string_view tag, const std::vector<History::Entry>& entries) {
    if (entries.empty()) return "";
    const std::string list(tag);
    std::string items;
    for (const History::Entry& entry : entries)
        items += "<li><strong>" + foreign(entry.title) + "</strong>" + facts_of(entry.facts) + "</li>\n";
    return "<h3>" + escape_html(title) + "</h3>\n<" + list + " class=\"history\">\n" + items + "</" + list + ">\n";
}

std::string marks_of(const std::vector<evidence::Mark>& marks) {
    if (marks.empty()) return "<p>" + escape_html(phrases::kNoMarks) + "</p>\n";
    std::string items;
    for (const evidence::Mark& mark : marks) {
        items += "<li>" + foreign(mark.source) + " claims: <strong>" + foreign(mark.claim) + "</strong>" +
                 (mark.tool.empty() ? "" : ", with " + foreign(mark.tool)) +
                 (mark.forgeable ? ". <span class=\"quiet\">" + escape_html(phrases::kForgeable) + "</span>"
                                 : ". <span class=\"quiet\">" + escape_html(phrases::kProtected) + "</span>") +
                 (mark.detail.empty() ? "" : "<br><q class=\"detail\">" + foreign(mark.detail) + "</q>") + "</li>\n";
    }
    return "<ul class=\"history\">\n" + items + "</ul>\n";
}

}  // namespace

std::string provenance_section(const Report& report) {
    const evidence::Provenance& provenance = report.provenance;
    const History history = history_of(provenance.credentials);
    std::string content =
        credentials_examined(report)
            ? "<p>" + escape_html(phrases::kCredentials) + "<strong>" + escape_html(title_of(provenance.state)) +
                  "</strong>. " + escape_html(meaning_of(provenance.state)) + "</p>\n"
            : "<p>" + escape_html(phrases::kCredentials) + "<strong>" + escape_html(phrases::kNotLookedAt) +
                  "</strong>. " + escape_html(phrases::kCredentialsUnknown) + "</p>\n";
    content += entries_of(phrases::kFailingChecks, "ul", history.failing_checks);
    content += entries_of(phrases::kActions, "ol", history.actions);
    content += entries_of(phrases::kIngredients, "ul", history.ingredients);
    content +=
        "<h3>" + escape_html(phrases::kMarks) + "</h3>\n" +
        (marks_examined(report) ? marks_of(provenance.marks) : "<p>" + escape_html(phrases::kNotLookedAt) + ".</p>\n");
    const std::string rest = facts_of(history.facts) + entries_of(phrases::kNotes, "ul", history.notes);
    if (!rest.empty())
        content += "<details><summary>" + escape_html(phrases::kParticulars) + "</summary>\n" + rest + "</details>\n";
    return section("provenance", phrases::kProvenance, content);
}

}  // namespace bonafide::report::html

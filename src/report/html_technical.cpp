#include "report/facts.h"
#include "report/html_sections.h"
#include "report/phrases.h"
#include "report/text_safety.h"
#include "report/words.h"

namespace bonafide::report::html {
namespace {

std::string markup_of(const Fact& shown) {
    const std::string warning = shown.warning.empty() ? "" : "<strong>" + escape_html(shown.warning) + "</strong> ";
    switch (shown.kind) {
        case Fact::Kind::kForeign:
            return warning + foreign(shown.value);
        case Fact::Kind::kHash:
            return warning + "<code class=\"hash\">" + escape_html(shown.value) + "</code>";
        case Fact::Kind::kWords:
            break;
    }
    return warning + escape_html(shown.value);
}

std::string list_of(std::string_view title, const Facts& facts) {
    if (facts.empty()) return "";
    std::string rows;
    for (const Fact& shown : facts)
        rows += fact(shown.label, markup_of(shown));
    return "<h3>" + escape_html(title) + "</h3>\n<dl class=\"facts\">\n" + rows + "</dl>\n";
}

std::string parts_table(const std::vector<Part>& parts) {
    if (parts.empty()) return "";
    std::string rows;
    for (const Part& part : parts) {
        rows += "<tr><th scope=\"row\">" + foreign(part.id) + "</th><td>" + escape_html(part.kind) + "</td><td>" +
                escape_html(span_in_words(part.start_s, part.end_s)) + "</td><td>" +
                escape_html(llr_in_words(part.llr)) + "</td></tr>\n";
    }
    return "<h3>" + escape_html(phrases::kParts) +
           "</h3>\n<table class=\"stacked\"><thead><tr><th scope=\"col\">Part</th><th "
           "scope=\"col\">Kind</th><th scope=\"col\">When</th>"
           "<th scope=\"col\">Weight</th></tr></thead><tbody>\n" +
           rows + "</tbody></table>\n";
}

}  // namespace

std::string technical_section(const Report& report) {
    return section("technical", phrases::kTechnical,
                   list_of(phrases::kCase, case_facts(report)) + list_of(phrases::kInput, input_facts(report.input)) +
                       parts_table(report.parts) + list_of(phrases::kRun, run_facts(report)));
}

}  // namespace bonafide::report::html

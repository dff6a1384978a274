#include "base/hash.h"
#include "report/embedded.h"
#include "report/html_sections.h"
#include "report/phrases.h"
#include "report/text_safety.h"
#include "report/words.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace bonafide::report {
namespace html {

std::string foreign(std::string_view text) {
    return "<bdi>" + escape_html(text) + "</bdi>";
}

std::string fact(std::string_view label, const std::string& value) {
    return "<div><dt>" + escape_html(label) + "</dt><dd>" + value + "</dd></div>\n";
}

std::string section(std::string_view id, std::string_view title, const std::string& content) {
    const std::string name(id);
    return "<section id=\"" + name + "\" aria-labelledby=\"" + name + "-title\">\n<h2 id=\"" + name + "-title\">" +
           escape_html(title) + "</h2>\n" + content + "</section>\n";
}

std::string percent(double part, double whole) {
    const double fraction = whole > 0 ? std::clamp(part / whole, 0.0, 1.0) : 0.0;
    // Thousandths of a percent, put together by hand, so that no locale can put a comma into a coordinate.
    const long long thousandths = std::isfinite(fraction) ? std::llround(fraction * 100'000) : 0;
    char text[32];
    std::snprintf(text, sizeof text, "%lld.%03lld%%", thousandths / 1000, thousandths % 1000);
    return text;
}

namespace {

std::string_view class_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::kLikelyAuthentic:
            return "authentic";
        case Verdict::kInconclusive:
            return "open";
        case Verdict::kLikelyManipulated:
        case Verdict::kLikelySynthetic:
            return "suspicious";
        case Verdict::kNotApplicable:
            return "unknown";
        case Verdict::kFailed:
            return "failed";
    }
    return "failed";
}

std::string scale_of(const Report& report) {
    if (!report.probability) {
        return "<p class=\"number\"><strong>" + escape_html(phrases::kNotJudged) + "</strong></p>\n";
    }
    const std::string at = percent(*report.probability, 1);
    const std::string prior = percent(report.prior, 1);
    return "<p class=\"number\">" + escape_html(phrases::kProbability) + "<strong>" +
           escape_html(probability_in_words(*report.probability)) + "</strong> <span class=\"quiet\">(" +
           escape_html(llr_in_words(report.llr)) +
           ")</span></p>\n"
           "<div class=\"scale\" aria-hidden=\"true\"><svg width=\"100%\" height=\"26\" focusable=\"false\">"
           "<rect class=\"track\" x=\"0\" y=\"10\" width=\"100%\" height=\"6\" rx=\"3\"/>"
           "<line class=\"prior\" x1=\"" +
           prior + "\" x2=\"" + prior +
           "\" y1=\"5\" y2=\"21\"/>"
           "<circle class=\"marker\" cx=\"" +
           at +
           "\" cy=\"13\" r=\"9\"/></svg>"
           "<div class=\"ends\"><span>" +
           escape_html(phrases::kAuthenticEnd) + "</span><span>" + escape_html(phrases::kSuspiciousEnd) +
           "</span></div></div>\n<p class=\"quiet\">" + escape_html(phrases::kPriorBefore) +
           escape_html(probability_in_words(report.prior)) + escape_html(phrases::kPriorAfter) + "</p>\n";
}

}  // namespace

std::string verdict_section(const Report& report, const FindingsView& view) {
    std::string content;
    if (report.verdict == Verdict::kFailed) {
        content +=
            "<p class=\"lead\">Why: " + foreign(report.failure.value_or(std::string(phrases::kNoReason))) + "</p>\n";
    }
    if (!report.summary.empty()) content += "<p class=\"lead\">" + escape_html(report.summary) + "</p>\n";
    content += scale_of(report);
    content += "<div class=\"pair\"><div><h3>" + escape_html(phrases::kMeans) + "</h3><p>" +
               escape_html(meaning_of(report.verdict)) + "</p></div>\n<div><h3>" + escape_html(phrases::kMeansNot) +
               "</h3><p>" + escape_html(caution_of(report.verdict)) + "</p></div></div>\n";
    const std::vector<std::string> warnings = warnings_of(report, view);
    for (const std::string& warning : warnings) {
        content += "<p class=\"warning\"><strong>Note:</strong> " + escape_html(warning) + "</p>\n";
    }
    return "<section id=\"verdict\" class=\"verdict " + std::string(class_of(report.verdict)) +
           "\" aria-labelledby=\"verdict-title\">\n<p class=\"kicker\">" + escape_html(phrases::kVerdict) +
           "</p>\n<h2 id=\"verdict-title\">" + escape_html(title_of(report.verdict)) + "</h2>\n" + content +
           "</section>\n";
}

std::string limits_section(const Report& report) {
    std::string content = "<ul>\n";
    for (const std::string& limit : report.limits)
        content += "<li>" + escape_html(limit) + "</li>\n";
    content += "<li>" + escape_html(phrases::kNoProof) + "</li>\n</ul>\n<h3>" + escape_html(phrases::kMethod) +
               "</h3>\n<p>" + escape_html(phrases::kHowMeasured) + "</p>\n<p>" + escape_html(phrases::kHowWeighed) +
               escape_html(support_scale_in_words()) + "</p>\n";
    return section("limits", phrases::kLimits, content);
}

}  // namespace html

namespace {

/// The source expression that lets just this text run or style: 'sha256-...' (Content Security Policy, level 3).
std::string policy_hash(std::string_view text) {
    const std::string hex = sha256_hex({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    std::string digest;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        digest += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    }
    return "'sha256-" + base64(digest) + "'";
}

std::string head_of(const Report& report) {
    return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src " +
           policy_hash(embedded::kStyleSheet) + "; script-src " + policy_hash(embedded::kScript) +
           "; base-uri 'none'; form-action 'none'\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" "
           "content=\"light dark\">\n"
           "<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"generator\" content=\"bonafide " +
           escape_html(report.tool_version) + "\">\n<title>" + escape_html(title_of(report.verdict)) + ": " +
           escape_html(report.input.path) + "</title>\n<style>" + std::string(embedded::kStyleSheet) +
           "</style>\n</head>\n";
}

}  // namespace

std::string render_html(const Report& report, const Artifacts& artifacts, const AnalyzerNotes& notes) {
    const FindingsView view = view_findings(report);
    const std::string where = html::where_section(report, collect_exhibits(report, artifacts));
    std::string page = head_of(report);
    page += "<body>\n<a class=\"skip\" href=\"#verdict\">Skip to the verdict</a>\n<header>\n<p class=\"kicker\">" +
            escape_html(phrases::kReport) + "</p>\n<h1>" + html::foreign(report.input.path) +
            "</h1>\n<p class=\"quiet\">" + escape_html(input_in_words(report.input)) + "</p>\n</header>\n";
    page += "<nav aria-label=\"Sections\"><ul><li><a href=\"#verdict\">Verdict</a></li>";
    if (!where.empty()) page += "<li><a href=\"#where\">Where and when</a></li>";
    page +=
        "<li><a href=\"#findings\">Findings</a></li><li><a href=\"#unexamined\">Not looked at</a></li>"
        "<li><a href=\"#provenance\">Provenance</a></li><li><a href=\"#limits\">Limits</a></li>"
        "<li><a href=\"#technical\">Technical</a></li></ul></nav>\n<main>\n";
    page += html::verdict_section(report, view);
    page += where;
    page += html::findings_section(view, notes);
    page += html::unexamined_section(view, notes);
    page += html::provenance_section(report);
    page += html::limits_section(report);
    page += html::technical_section(report);
    page += "</main>\n<footer><p>Made by bonafide " + escape_html(report.tool_version) + " (" +
            escape_html(report.tool_revision) +
            "). This page loads nothing from elsewhere and sends nothing anywhere.</p></footer>\n<script>" +
            std::string(embedded::kScript) + "</script>\n</body>\n</html>\n";
    return page;
}

}  // namespace bonafide::report

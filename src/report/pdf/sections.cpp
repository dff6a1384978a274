#include "report/pdf/sections.h"

#include "report/history.h"
#include "report/phrases.h"
#include "report/words.h"

#include <algorithm>

namespace bonafide::report::pdf {
namespace {

constexpr std::string_view kAttached =
    "The file report.json attached to this document holds the whole report as data; its SHA-256 is the report's id. "
    "`bonafide verify` checks the signature that lies beside the document, if there is one, compares the input's hash, "
    "and repeats the analysis.";

Ink ink_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::kLikelyAuthentic:
            return kGreen;
        case Verdict::kLikelyManipulated:
        case Verdict::kLikelySynthetic:
            return kRed;
        case Verdict::kInconclusive:
        case Verdict::kFailed:
            return kAmber;
        case Verdict::kNotApplicable:
            break;
    }
    return kGrey;
}

void draw_scale(Sheet& sheet, const Report& report) {
    static constexpr double kHeight = 26;
    sheet.need(kHeight + 30);
    cairo_t* painter = sheet.painter();
    const double x = Sheet::left(), middle = sheet.y() + 10, width = sheet.width();
    const auto bar = [&](double from, double thickness, double height, const Ink& ink) {
        cairo_set_source_rgb(painter, ink.red, ink.green, ink.blue);
        cairo_rectangle(painter, from, middle - height / 2, thickness, height);
        cairo_fill(painter);
    };
    bar(x, width, 4, kLine);
    bar(x + width * std::clamp(report.prior, 0.0, 1.0) - 0.4, 0.8, 15, kGrey);
    const Ink ink = ink_of(report.verdict);
    cairo_set_source_rgb(painter, ink.red, ink.green, ink.blue);
    cairo_new_path(painter);
    cairo_arc(painter, x + width * std::clamp(*report.probability, 0.0, 1.0), middle, 5.5, 0, 6.2831853);
    cairo_fill(painter);
    sheet.space(19);
    sheet.row({{{quiet(phrases::kAuthenticEnd)}, 0, width / 2, kSmallSize},
               {{quiet(phrases::kSuspiciousEnd)}, width / 2, width / 2, kSmallSize, true}},
              4);
}

void draw_history_facts(Sheet& sheet, const History::Facts& given) {
    Facts facts;
    for (const auto& [label, text] : given)
        facts.push_back({label, text, Fact::Kind::kForeign});
    if (!facts.empty()) sheet.facts(facts);
}

void draw_entries(Sheet& sheet, std::string_view title, const std::vector<History::Entry>& entries) {
    if (entries.empty()) return;
    sheet.heading(2, title);
    for (const History::Entry& entry : entries) {
        sheet.bullet({bold(entry.title)});
        draw_history_facts(sheet, entry.facts);
    }
}

}  // namespace

std::string last_name(const std::string& path) {
    const std::size_t slash = path.find_last_of('/');
    return slash == std::string::npos || slash + 1 == path.size() ? path : path.substr(slash + 1);
}

void draw_title(Sheet& sheet, const Report& report, const std::string& id) {
    sheet.paragraph({quiet(phrases::kReport)}, 10);
    sheet.paragraph({bold(last_name(report.input.path))}, 16);
    sheet.paragraph({quiet(input_in_words(report.input))}, 10);
    sheet.space(4);
    Facts facts = case_facts(report);
    for (Fact& fact : hash_facts(report.input))
        facts.push_back(std::move(fact));
    facts.push_back({"Report id", id, Fact::Kind::kHash});
    sheet.facts(facts);
}

void draw_verdict(Sheet& sheet, const Report& report, const FindingsView& view) {
    sheet.heading(1, phrases::kVerdict);
    Run verdict = bold(title_of(report.verdict));
    verdict.ink = ink_of(report.verdict);
    sheet.paragraph({verdict}, 20);
    if (report.verdict == Verdict::kFailed)
        sheet.paragraph({plain("Why: " + report.failure.value_or(std::string(phrases::kNoReason)))}, 10.5);
    if (!report.summary.empty()) sheet.paragraph({plain(report.summary)}, 10.5);
    if (report.probability) {
        sheet.paragraph({plain(phrases::kProbability), bold(probability_in_words(*report.probability)),
                         quiet(" (" + llr_in_words(report.llr) + ")")},
                        10);
        draw_scale(sheet, report);
        sheet.paragraph({quiet(std::string(phrases::kPriorBefore) + probability_in_words(report.prior) +
                               std::string(phrases::kPriorAfter))},
                        kSmallSize);
    } else {
        sheet.paragraph({bold(phrases::kNotJudged)}, 10);
    }
    sheet.space(4);
    const double half = sheet.width() / 2 - 8;
    sheet.row({{{bold(phrases::kMeans)}, 0, half}, {{bold(phrases::kMeansNot)}, half + 16, half}});
    sheet.row({{{plain(meaning_of(report.verdict))}, 0, half}, {{plain(caution_of(report.verdict))}, half + 16, half}},
              8);
    for (const std::string& warning : warnings_of(report, view))
        sheet.warning({bold("Note: "), plain(warning)});
}

void draw_provenance(Sheet& sheet, const Report& report) {
    const evidence::Provenance& provenance = report.provenance;
    const History history = history_of(provenance.credentials);
    sheet.heading(1, phrases::kProvenance);
    if (credentials_examined(report)) {
        sheet.paragraph({plain(phrases::kCredentials), bold(title_of(provenance.state)),
                         plain(". " + std::string(meaning_of(provenance.state)))});
    } else {
        sheet.paragraph({plain(phrases::kCredentials), bold(phrases::kNotLookedAt),
                         plain(". " + std::string(phrases::kCredentialsUnknown))});
    }
    draw_entries(sheet, phrases::kFailingChecks, history.failing_checks);
    draw_entries(sheet, phrases::kActions, history.actions);
    draw_entries(sheet, phrases::kIngredients, history.ingredients);
    sheet.heading(2, phrases::kMarks);
    if (!marks_examined(report)) {
        sheet.paragraph({plain(std::string(phrases::kNotLookedAt) + ".")});
    } else if (provenance.marks.empty()) {
        sheet.paragraph({plain(phrases::kNoMarks)});
    }
    for (const evidence::Mark& mark : provenance.marks) {
        sheet.bullet({plain(mark.source + " claims: "), bold(mark.claim),
                      plain(mark.tool.empty() ? "" : ", with " + mark.tool),
                      quiet(". " + std::string(mark.forgeable ? phrases::kForgeable : phrases::kProtected))});
        if (!mark.detail.empty()) sheet.paragraph({quiet("\"" + mark.detail + "\"")}, kSmallSize, 11);
    }
    if (!history.facts.empty() || !history.notes.empty()) {
        sheet.heading(2, phrases::kParticulars);
        draw_history_facts(sheet, history.facts);
        draw_entries(sheet, phrases::kNotes, history.notes);
    }
}

void draw_limits(Sheet& sheet, const Report& report) {
    sheet.heading(1, phrases::kLimits);
    for (const std::string& limit : report.limits)
        sheet.bullet({plain(limit)});
    sheet.bullet({plain(phrases::kNoProof)});
    sheet.heading(2, phrases::kMethod);
    sheet.paragraph({plain(phrases::kHowMeasured)});
    sheet.paragraph({plain(std::string(phrases::kHowWeighed) + support_scale_in_words())});
}

void draw_technical(Sheet& sheet, const Report& report, const std::string& id) {
    sheet.heading(1, phrases::kTechnical);
    sheet.heading(2, phrases::kInput);
    sheet.facts(input_facts(report.input));
    if (!report.parts.empty()) {
        sheet.heading(2, phrases::kParts);
        std::vector<std::vector<Words>> rows;
        for (const Part& part : report.parts) {
            rows.push_back({{plain(part.id)},
                            {plain(part.kind)},
                            {plain(span_in_words(part.start_s, part.end_s))},
                            {plain(llr_in_words(part.llr))}});
        }
        sheet.table({0.2, 0.2, 0.2, 0.4}, {"Part", "Kind", "When", "Weight"}, rows);
    }
    sheet.heading(2, phrases::kRun);
    Facts facts = run_facts(report);
    facts.push_back({"Report id", id, Fact::Kind::kHash});
    static constexpr double kRoomForIds = 210;
    sheet.facts(facts, kRoomForIds);
    sheet.paragraph({quiet(kAttached)}, kSmallSize);
}

}  // namespace bonafide::report::pdf

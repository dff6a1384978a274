#include "report/pdf/sections.h"
#include "report/phrases.h"
#include "report/words.h"

namespace bonafide::report::pdf {
namespace {

/// Places listed of one analyzer; the attached report has all.
constexpr std::size_t kMostPlaces = 40;

const AnalyzerNote* note_for(const AnalyzerNotes& notes, const std::string& analyzer) {
    const auto found = notes.find(analyzer);
    return found == notes.end() ? nullptr : &found->second;
}

void draw_places(Sheet& sheet, const AnalyzerView& analyzer) {
    for (std::size_t i = 0; i < std::min(analyzer.places.size(), kMostPlaces); ++i) {
        const evidence::Finding& finding = *analyzer.places[i];
        const std::string where = place_in_words(finding);
        std::string numbers;
        for (const evidence::Measurement& measurement : finding.measurements)
            numbers += (numbers.empty() ? "" : ", ") + measurement.name + " " + value_in_words(measurement, 4);
        sheet.bullet({bold(where.empty() ? "" : where + "  "), plain(finding.explanation),
                      quiet(numbers.empty() ? "" : "  " + numbers)});
    }
    if (analyzer.places.size() > kMostPlaces) {
        sheet.paragraph({quiet(std::to_string(analyzer.places.size() - kMostPlaces) +
                               " more places; the attached report lists them.")},
                        kSmallSize, 11);
    }
}

void draw_measurements(Sheet& sheet, const evidence::Finding& finding, const AnalyzerNote* note) {
    if (finding.measurements.empty()) return;
    std::vector<std::vector<Words>> rows;
    for (const evidence::Measurement& measurement : finding.measurements) {
        std::string meaning;
        if (note) {
            const auto found = note->measurements.find(measurement.name);
            if (found != note->measurements.end()) meaning = found->second;
        }
        rows.push_back({{code(measurement.name)}, {plain(value_in_words(measurement, 6))}, {plain(meaning)}});
    }
    sheet.table({0.30, 0.18, 0.52}, {std::string(phrases::kMeasurements), "Value", "Meaning"}, rows);
}

void draw_analyzer(Sheet& sheet, const AnalyzerView& analyzer, const AnalyzerNotes& notes) {
    const evidence::Finding& whole = *analyzer.whole;
    const AnalyzerNote* note = note_for(notes, whole.analyzer);
    sheet.heading(3, whole.analyzer);
    sheet.paragraph({bold(weight_in_words(whole))});
    if (note && !note->summary.empty()) sheet.paragraph({quiet(note->summary)});
    if (!whole.explanation.empty()) sheet.paragraph({plain(whole.explanation)});
    if (const std::string where = place_in_words(whole); !where.empty()) sheet.paragraph({plain("Where: " + where)});
    draw_places(sheet, analyzer);
    draw_measurements(sheet, whole, note);
    Facts facts;
    if (note && !note->limits.empty()) facts.push_back({std::string(phrases::kCannotSpeak), note->limits});
    if (note && !note->known_false_alarms.empty())
        facts.push_back({std::string(phrases::kFalseAlarms), note->known_false_alarms});
    if (note && !note->reference.empty()) facts.push_back({std::string(phrases::kReference), note->reference});
    if (whole.model_sha256) facts.push_back({std::string(phrases::kModel), *whole.model_sha256, Fact::Kind::kHash});
    if (!facts.empty()) sheet.facts(facts);
}

void draw_group(Sheet& sheet, std::string_view title, const std::vector<AnalyzerView>& analyzers,
                const AnalyzerNotes& notes) {
    sheet.heading(2, title);
    if (analyzers.empty()) sheet.paragraph({quiet(phrases::kNoneOfGroup)});
    for (const AnalyzerView& analyzer : analyzers)
        draw_analyzer(sheet, analyzer, notes);
}

void draw_reasons(Sheet& sheet, std::string_view title, const std::vector<AnalyzerView>& analyzers,
                  const AnalyzerNotes& notes) {
    if (analyzers.empty()) return;
    sheet.heading(2, title);
    for (const AnalyzerView& analyzer : analyzers) {
        const AnalyzerNote* note = note_for(notes, analyzer.whole->analyzer);
        const std::string& reason = analyzer.whole->reason;
        sheet.bullet(
            {code(analyzer.whole->analyzer), plain(": "),
             plain(reason.empty() ? phrases::kNoReason : std::string_view(reason)),
             quiet(note && !note->summary.empty() ? " " + std::string(phrases::kLooksAt) + note->summary : "")});
    }
}

}  // namespace

void draw_findings(Sheet& sheet, const FindingsView& view, const AnalyzerNotes& notes) {
    sheet.heading(1, phrases::kFindings);
    if (view.speaks_for.empty() && view.speaks_against.empty() && view.neutral.empty()) {
        sheet.paragraph({plain(phrases::kNothingMeasured)});
    } else {
        draw_group(sheet, phrases::kSpeaksFor, view.speaks_for, notes);
        draw_group(sheet, phrases::kSpeaksAgainst, view.speaks_against, notes);
        draw_group(sheet, phrases::kNeutral, view.neutral, notes);
    }
    std::vector<std::vector<Words>> rows;
    const auto add = [&](std::string_view says, const std::vector<AnalyzerView>& analyzers) {
        for (const AnalyzerView& analyzer : analyzers) {
            const evidence::Finding& whole = *analyzer.whole;
            const bool ran = whole.outcome == evidence::Outcome::kRan;
            rows.push_back({{code(whole.analyzer)},
                            {plain(says)},
                            {plain(ran && whole.llr ? signed_number(*whole.llr)
                                                    : std::string(ran ? phrases::kNoRatio : phrases::kNone))},
                            {plain(ran ? whole.explanation : whole.reason)}});
        }
    };
    add(phrases::kSuspiciousEnd, view.speaks_for);
    add(phrases::kAuthenticEnd, view.speaks_against);
    add("neither side", view.neutral);
    add("failed", view.failed);
    add("not applicable", view.not_applicable);
    if (rows.empty()) return;
    sheet.heading(2, phrases::kGlance);
    sheet.table({0.30, 0.13, 0.10, 0.47}, {"Analyzer", "Speaks for", "llr", "In words"}, rows);
}

void draw_unexamined(Sheet& sheet, const FindingsView& view, const AnalyzerNotes& notes) {
    sheet.heading(1, phrases::kUnexamined);
    draw_reasons(sheet, phrases::kFailed, view.failed, notes);
    draw_reasons(sheet, phrases::kNotApplicable, view.not_applicable, notes);
    if (view.failed.empty() && view.not_applicable.empty()) {
        const bool nothing = view.speaks_for.empty() && view.speaks_against.empty() && view.neutral.empty();
        sheet.paragraph({plain(nothing ? phrases::kNothingLooked : phrases::kAllRan)});
    }
}

}  // namespace bonafide::report::pdf

#include "report/view.h"

#include "report/words.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace bonafide::report {

FindingsView view_findings(const Report& report) {
    std::vector<AnalyzerView> analyzers;
    std::map<std::string_view, std::size_t> known;
    for (const evidence::Finding& finding : report.findings) {
        const auto [entry, is_first] = known.try_emplace(finding.analyzer, analyzers.size());
        if (is_first) {
            analyzers.push_back({&finding, {}});
        } else {
            analyzers[entry->second].places.push_back(&finding);
        }
    }
    FindingsView view;
    for (AnalyzerView& analyzer : analyzers) {
        const evidence::Finding& whole = *analyzer.whole;
        const bool is_neutral = !whole.llr || !supports_a_side(*whole.llr);
        std::vector<AnalyzerView>& group = whole.outcome == evidence::Outcome::kFailed          ? view.failed
                                           : whole.outcome == evidence::Outcome::kNotApplicable ? view.not_applicable
                                           : is_neutral                                         ? view.neutral
                                           : *whole.llr > 0                                     ? view.speaks_for
                                                                                                : view.speaks_against;
        group.push_back(std::move(analyzer));
    }
    const auto stronger = [](const AnalyzerView& a, const AnalyzerView& b) {
        return std::abs(*a.whole->llr) > std::abs(*b.whole->llr);
    };
    std::stable_sort(view.speaks_for.begin(), view.speaks_for.end(), stronger);
    std::stable_sort(view.speaks_against.begin(), view.speaks_against.end(), stronger);
    return view;
}

std::vector<std::string> warnings_of(const Report& report, const FindingsView& view) {
    std::vector<std::string> warnings = warnings_of(report.input);
    if (!view.failed.empty()) {
        warnings.push_back(view.failed.size() == 1 ? "One analyzer failed. What it looks for may be there."
                                                   : std::to_string(view.failed.size()) +
                                                         " analyzers failed. What they look for may be there.");
    }
    return warnings;
}

namespace {

bool any_ran(const Report& report, std::string_view id_or_family) {
    return std::any_of(report.findings.begin(), report.findings.end(), [&](const evidence::Finding& finding) {
        return finding.outcome == evidence::Outcome::kRan && finding.analyzer.rfind(id_or_family, 0) == 0;
    });
}

}  // namespace

bool credentials_examined(const Report& report) {
    return report.provenance.state != evidence::ProvenanceState::kAbsent || any_ran(report, "provenance.credentials");
}

bool marks_examined(const Report& report) {
    return !report.provenance.marks.empty() || any_ran(report, "provenance.");
}

namespace {

std::optional<std::pair<double, double>> band_of(const evidence::Finding& finding) {
    const auto value_of = [&](std::string_view name) -> std::optional<double> {
        const auto found = std::find_if(finding.measurements.begin(), finding.measurements.end(),
                                        [&](const evidence::Measurement& each) { return each.name == name; });
        return found == finding.measurements.end() ? std::nullopt : std::optional(found->value);
    };
    const std::optional<double> lowest = value_of(kLowestFrequency), highest = value_of(kHighestFrequency);
    return lowest && highest && *lowest < *highest ? std::optional(std::pair(*lowest, *highest)) : std::nullopt;
}

}  // namespace

std::vector<Moment> moments_of(const Report& report) {
    std::vector<Moment> moments;
    for (const evidence::Finding& finding : report.findings) {
        if (finding.outcome != evidence::Outcome::kRan || !finding.where.start_s) continue;
        const double start_s = *finding.where.start_s;
        moments.push_back(
            {&finding, start_s, std::max(start_s, finding.where.end_s.value_or(start_s)), band_of(finding)});
    }
    std::stable_sort(moments.begin(), moments.end(),
                     [](const Moment& a, const Moment& b) { return a.start_s < b.start_s; });
    return moments;
}

std::optional<BandOnPicture> band_on_picture(const Moment& moment, double maximum_hz) {
    if (!moment.band_hz || !(moment.band_hz->first < maximum_hz)) return std::nullopt;
    const double bottom = std::max(0.0, moment.band_hz->first / maximum_hz);
    const double top = std::min(1.0, moment.band_hz->second / maximum_hz);
    return BandOnPicture{1 - top, top - bottom};
}

}  // namespace bonafide::report

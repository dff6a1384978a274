#pragma once

#include "report/exhibits.h"
#include "report/report.h"
#include "report/view.h"

#include <string>
#include <string_view>

/// The sections of the page, each a complete element or empty. Every text goes through escape_html.
namespace bonafide::report::html {

std::string verdict_section(const Report& report, const FindingsView& view);
/// Picture with maps, frames, waveform, spectrogram and the moments found; empty where there is nothing to show.
std::string where_section(const Report& report, const Exhibits& exhibits);
std::string findings_section(const FindingsView& view, const AnalyzerNotes& notes);
/// What did not run and why.
std::string unexamined_section(const FindingsView& view, const AnalyzerNotes& notes);
std::string provenance_section(const Report& report);
std::string limits_section(const Report& report);
std::string technical_section(const Report& report);

/// A file name or other text of the input: escaped, and isolated so that its writing direction stays its own.
std::string foreign(std::string_view text);
/// One row of a <dl class="facts">; `value` is markup.
std::string fact(std::string_view label, const std::string& value);
/// A landmark with a heading: <section aria-labelledby>.
std::string section(std::string_view id, std::string_view title, const std::string& content);
/// "12.3456%" of `whole`, within 0 and 100: for coordinates. 0 where whole is not above 0.
std::string percent(double part, double whole);

/// Where a finding points, as markup; empty where it points nowhere.
std::string place_of(const evidence::Finding& finding);
/// "+1.42 · moderate support for ...", or "not judged".
std::string weight_of(const evidence::Finding& finding);

}  // namespace bonafide::report::html

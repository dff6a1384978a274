#pragma once

#include "report/report.h"

#include <string>
#include <string_view>

namespace bonafide::report {

/// The text that `check --format json` writes and that a PDF carries as its attachment.
std::string json_text(const Report& report);
/// SHA-256 of json_text(), hexadecimal: names one report of one run.
std::string report_id(const Report& report);

/// The page's content as a PDF (1.5) for paper and case files: A4, numbered, every page with the file's name and the
/// report's id, fonts embedded, text that can be searched; json_text() is attached as "report.json". Same report,
/// artifacts, notes and fonts: same bytes. kInternal where no font is installed or a library fails.
Result<std::string> render_pdf(const Report& report, const Artifacts& artifacts, const AnalyzerNotes& notes = {});

/// Whether `bytes` begin as a PDF does.
bool is_pdf(std::string_view bytes);
/// The report.json in a PDF of render_pdf(), as a part of `pdf`. kInvalid where there is none in the place that the
/// last trailer names, as in a PDF of another program, or one that another program saved again.
Result<std::string_view> attached_report(std::string_view pdf);

}  // namespace bonafide::report

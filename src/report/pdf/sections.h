#pragma once

#include "report/exhibits.h"
#include "report/pdf/sheet.h"
#include "report/view.h"

/// The parts of the document, in the order in which they stand.
namespace bonafide::report::pdf {

/// Behind the last '/'; the whole where nothing stands there.
std::string last_name(const std::string& path);

void draw_title(Sheet& sheet, const Report& report, const std::string& id);
void draw_verdict(Sheet& sheet, const Report& report, const FindingsView& view);
/// Picture with places and maps, moments, frames, waveform, spectrogram; nothing where there is nothing to show.
void draw_exhibits(Sheet& sheet, const Report& report, const Exhibits& exhibits);
void draw_findings(Sheet& sheet, const FindingsView& view, const AnalyzerNotes& notes);
void draw_unexamined(Sheet& sheet, const FindingsView& view, const AnalyzerNotes& notes);
void draw_provenance(Sheet& sheet, const Report& report);
void draw_limits(Sheet& sheet, const Report& report);
void draw_technical(Sheet& sheet, const Report& report, const std::string& id);

}  // namespace bonafide::report::pdf

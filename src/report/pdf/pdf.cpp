#include "report/pdf/pdf.h"

#include "base/hash.h"
#include "report/pdf/attachment.h"
#include "report/pdf/sections.h"
#include "report/phrases.h"
#include "report/text_safety.h"
#include "report/words.h"

#include <cairo-pdf.h>

namespace bonafide::report {
namespace {

std::string id_of(const std::string& json) {
    return sha256_hex({reinterpret_cast<const std::uint8_t*>(json.data()), json.size()});
}

cairo_status_t append(void* closure, const unsigned char* data, unsigned int size) {
    static_cast<std::string*>(closure)->append(reinterpret_cast<const char*>(data), size);
    return CAIRO_STATUS_SUCCESS;
}

void describe(cairo_surface_t* surface, const Report& report, const std::string& id) {
    const auto set = [&](cairo_pdf_metadata_t key, const std::string& text) {
        cairo_pdf_surface_set_metadata(surface, key, visible(text).c_str());
    };
    set(CAIRO_PDF_METADATA_TITLE, std::string(phrases::kReport) + ": " + pdf::last_name(report.input.path));
    set(CAIRO_PDF_METADATA_SUBJECT, std::string(title_of(report.verdict)) + "; report " + id);
    set(CAIRO_PDF_METADATA_CREATOR, "bonafide " + report.tool_version + " (" + report.tool_revision + ")");
    // Without a date in the report there is none in the document either: that of the drawing would differ each time.
    std::string date;
    if (report.case_record) {
        set(CAIRO_PDF_METADATA_AUTHOR, report.case_record->examiner);
        date = report.case_record->examined_at;
    }
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, date.c_str());
}

struct Content {
    const Report& report;
    const AnalyzerNotes& notes;
    const Exhibits& exhibits;
    const FindingsView& view;
    const std::string& id;
};

/// Draws everything on `surface`; how many pages there are.
Result<int> draw(cairo_surface_t* surface, const Content& content, int total_pages) {
    const Report& report = content.report;
    pdf::Running running;
    running.name = pdf::last_name(report.input.path);
    if (report.case_record && !report.case_record->number.empty()) {
        running.case_number = std::string(phrases::kCase) + " " + report.case_record->number;
    }
    running.report_id = "Report " + content.id.substr(0, 16);
    running.program = "bonafide " + report.tool_version;
    pdf::Sheet sheet(surface, std::move(running), total_pages);
    pdf::draw_title(sheet, report, content.id);
    pdf::draw_verdict(sheet, report, content.view);
    pdf::draw_exhibits(sheet, report, content.exhibits);
    pdf::draw_findings(sheet, content.view, content.notes);
    pdf::draw_unexamined(sheet, content.view, content.notes);
    pdf::draw_provenance(sheet, report);
    pdf::draw_limits(sheet, report);
    pdf::draw_technical(sheet, report, content.id);
    return sheet.finish();
}

}  // namespace

std::string json_text(const Report& report) {
    return to_json(report).dump(2) + "\n";
}

std::string report_id(const Report& report) {
    return id_of(json_text(report));
}

Result<std::string> render_pdf(const Report& report, const Artifacts& artifacts, const AnalyzerNotes& notes) {
    if (auto usable = pdf::check_fonts(); !usable) {
        return usable.error();
    }
    const std::string json = json_text(report);
    const std::string id = id_of(json);
    const FindingsView view = view_findings(report);
    const Exhibits exhibits = collect_exhibits(report, artifacts);
    const Content content{report, notes, exhibits, view, id};
    int pages = 0;
    {
        const pdf::Surface counted(
            cairo_pdf_surface_create_for_stream(nullptr, nullptr, pdf::kPageWidth, pdf::kPageHeight));
        const auto total = draw(counted.get(), content, 0);
        if (!total) {
            return total.error();
        }
        pages = *total;
    }
    std::string document;
    const pdf::Surface surface(
        cairo_pdf_surface_create_for_stream(append, &document, pdf::kPageWidth, pdf::kPageHeight));
    cairo_pdf_surface_restrict_to_version(surface.get(), CAIRO_PDF_VERSION_1_5);
    describe(surface.get(), report, id);
    if (const auto drawn = draw(surface.get(), content, pages); !drawn) {
        return drawn.error();
    }
    cairo_surface_finish(surface.get());
    if (const cairo_status_t status = cairo_surface_status(surface.get()); status != CAIRO_STATUS_SUCCESS) {
        return Error{ErrorCode::kInternal, std::string("cannot write the PDF: ") + cairo_status_to_string(status)};
    }
    return pdf::attach_report(std::move(document), json, id);
}

}  // namespace bonafide::report

#include "report/pdf/sheet.h"

#include "report/text_safety.h"

#include <cairo-pdf.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace bonafide::report::pdf {
namespace {

constexpr double kMargin = 54, kTop = 74, kBottom = kPageHeight - 62;
/// A row up to this high is not broken over pages.
constexpr double kKeepTogether = 130;
constexpr double kHashSize = 7.6;

void set_ink(cairo_t* painter, const Ink& ink) {
    cairo_set_source_rgb(painter, ink.red, ink.green, ink.blue);
}

double points(int pango_units) {
    return static_cast<double>(pango_units) / PANGO_SCALE;
}

}  // namespace

Sheet::Sheet(cairo_surface_t* surface, Running running, int total_pages)
    : painter_(cairo_create(surface)),
      fonts_(pango_cairo_font_map_new()),
      context_(pango_font_map_create_context(fonts_.get())),
      running_(std::move(running)),
      total_pages_(total_pages),
      y_(kTop) {
    pango_cairo_update_context(painter_.get(), context_.get());
    pango_cairo_context_set_resolution(context_.get(), 72);  // a point is a unit
    // Pages are printed: glyphs stand where the font says, not where a screen's pixels are.
    cairo_font_options_t* options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(context_.get(), options);
    cairo_font_options_destroy(options);
    pango_context_set_language(context_.get(), pango_language_from_string("en"));
}

double Sheet::width() const {
    return kPageWidth - 2 * kMargin;
}
double Sheet::left() {
    return kMargin;
}
cairo_surface_t* Sheet::keep(Surface picture) {
    if (picture) {
        kept_.push_back(std::move(picture));
        return kept_.back().get();
    }
    return nullptr;
}
double Sheet::room() const {
    return kBottom - y_;
}

void Sheet::need(double height) {
    if (room() < height && y_ > kTop) {
        next_page();
    }
}

void Sheet::space(double height) {
    y_ += height;
}

void Sheet::line(double thickness) {
    set_ink(painter_.get(), kLine);
    cairo_rectangle(painter_.get(), kMargin, y_, width(), thickness);
    cairo_fill(painter_.get());
}

void Sheet::row(const std::vector<Cell>& cells, double gap) {
    struct Column {
        Layout layout;
        std::unique_ptr<PangoLayoutIter, Release<pango_layout_iter_free>> lines;
        bool done = false;
    };
    std::vector<Column> columns;
    double height = 0;
    for (const Cell& cell : cells) {
        Column column;
        column.layout = layout_of(cell.words, cell.size, cell.width);
        if (cell.to_the_right) {
            pango_layout_set_alignment(column.layout.get(), PANGO_ALIGN_RIGHT);
        }
        int units = 0;
        pango_layout_get_size(column.layout.get(), nullptr, &units);
        height = std::max(height, points(units));
        column.lines.reset(pango_layout_get_iter(column.layout.get()));
        columns.push_back(std::move(column));
    }
    need(std::min(height, kKeepTogether));
    for (;;) {
        double lowest = y_;
        bool all_done = true;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            Column& column = columns[i];
            int first = 0;
            pango_layout_iter_get_line_yrange(column.lines.get(), &first, nullptr);
            while (!column.done) {
                int top = 0, bottom = 0;
                pango_layout_iter_get_line_yrange(column.lines.get(), &top, &bottom);
                const double end = y_ + points(bottom - first);
                if (end > kBottom && end - y_ < kBottom - kTop) {
                    break;
                }
                PangoRectangle extents;
                pango_layout_iter_get_line_extents(column.lines.get(), nullptr, &extents);
                cairo_move_to(painter_.get(), kMargin + cells[i].x + points(extents.x),
                              y_ + points(pango_layout_iter_get_baseline(column.lines.get()) - first));
                pango_cairo_show_layout_line(painter_.get(), pango_layout_iter_get_line_readonly(column.lines.get()));
                lowest = std::max(lowest, end);
                column.done = pango_layout_iter_next_line(column.lines.get()) == FALSE;
            }
            all_done = all_done && column.done;
        }
        y_ = lowest;
        if (all_done) {
            break;
        }
        next_page();
    }
    y_ += gap;
}

void Sheet::heading(int level, std::string_view text, double follows) {
    static constexpr double kSizes[] = {14, 11, 9.5};
    need(follows + (level == 1 ? 70 : level == 2 ? 40 : 20));
    if (y_ > kTop) {
        y_ += level == 1 ? 16 : level == 2 ? 9 : 6;
    }
    if (level < 3 && !only_counts()) {
        const int parent = level == 1 ? CAIRO_PDF_OUTLINE_ROOT : outline_section_;
        char place[96];
        // cairo reads this in the C locale's notation of numbers, whatever the program's is.
        std::snprintf(place, sizeof place, "page=%d pos=[%d %d]", page_, static_cast<int>(kMargin),
                      static_cast<int>(y_));
        const int entry = cairo_pdf_surface_add_outline(cairo_get_target(painter_.get()), parent, visible(text).c_str(),
                                                        place, CAIRO_PDF_OUTLINE_FLAG_OPEN);
        if (level == 1) {
            outline_section_ = entry;
        }
    }
    Run run = bold(text);
    run.mono = level == 3;
    row({{{run}, 0, width(), kSizes[level - 1]}}, 2);
    if (level == 1) {
        line(0.8);
        y_ += 5;
    }
}

void Sheet::paragraph(const Words& words, double size, double indent) {
    row({{words, indent, width() - indent, size}}, 4);
}

void Sheet::bullet(const Words& words, double indent) {
    row({{{plain("\xE2\x80\xA2")}, indent, 10}, {words, indent + 11, width() - indent - 11}}, 3);
}

void Sheet::warning(const Words& words) {
    const double start = y_;
    const int page = page_;
    row({{words, 10, width() - 10}}, 5);
    if (page == page_) {
        set_ink(painter_.get(), kAmber);
        cairo_rectangle(painter_.get(), kMargin, start, 3, y_ - 5 - start);
        cairo_fill(painter_.get());
    }
}

void Sheet::facts(const Facts& facts, double label_width) {
    for (const Fact& fact : facts) {
        Words words;
        if (!fact.warning.empty()) {
            words.push_back(bold(fact.warning + " "));
        }
        const bool is_hash = fact.kind == Fact::Kind::kHash;
        words.push_back(is_hash ? code(fact.value) : plain(fact.value));
        row({{{quiet(fact.label)}, 0, label_width - 6},
             {words, label_width, width() - label_width, is_hash ? kHashSize : kBodySize}},
            2.5);
    }
    y_ += 3;
}

void Sheet::table(const std::vector<double>& widths, const std::vector<std::string>& header,
                  const std::vector<std::vector<Words>>& rows) {
    static constexpr double kGap = 8;
    const auto cells_of = [&](const std::vector<Words>& texts) {
        std::vector<Cell> cells;
        double x = 0;
        for (std::size_t i = 0; i < widths.size(); ++i) {
            const double column = widths[i] * width();
            cells.push_back({texts[i], x, column - (i + 1 < widths.size() ? kGap : 0), kSmallSize});
            x += column;
        }
        return cells;
    };
    const auto draw_header = [&] {
        std::vector<Words> titles;
        for (const std::string& title : header) {
            Run run = bold(title);
            run.ink = kGrey;
            titles.push_back({run});
        }
        row(cells_of(titles), 1.5);
        line(0.8);
        y_ += 3;
    };
    need(60);
    draw_header();
    repeated_ = draw_header;
    for (const std::vector<Words>& texts : rows) {
        row(cells_of(texts), 1.5);
        line(0.3);
        y_ += 2.5;
    }
    repeated_ = nullptr;
    y_ += 5;
}

void Sheet::end_page() {
    const auto single_line = [&](const Run& run, double x, double y, double width, bool to_the_right) {
        const Layout layout = layout_of({run}, 7.2, width);
        pango_layout_set_ellipsize(layout.get(), PANGO_ELLIPSIZE_MIDDLE);
        pango_layout_set_height(layout.get(), -1);
        if (to_the_right) {
            pango_layout_set_alignment(layout.get(), PANGO_ALIGN_RIGHT);
        }
        cairo_move_to(painter_.get(), x, y);
        pango_cairo_show_layout(painter_.get(), layout.get());
    };
    static constexpr double kSide = 170;
    single_line(quiet(running_.name), kMargin, 40, width() - kSide, false);
    single_line(quiet(running_.case_number), kPageWidth - kMargin - kSide + 10, 40, kSide - 10, true);
    single_line(quiet(running_.report_id + " \xC2\xB7 " + running_.program), kMargin, kPageHeight - 44, width() - 90,
                false);
    const std::string total = total_pages_ > 0 ? std::to_string(total_pages_) : "?";
    single_line(quiet("Page " + std::to_string(page_) + " of " + total), kPageWidth - kMargin - 90, kPageHeight - 44,
                90, true);
    set_ink(painter_.get(), kLine);
    cairo_rectangle(painter_.get(), kMargin, 54, width(), 0.5);
    cairo_rectangle(painter_.get(), kMargin, kPageHeight - 50, width(), 0.5);
    cairo_fill(painter_.get());
    cairo_show_page(painter_.get());
}

void Sheet::next_page() {
    end_page();
    ++page_;
    y_ = kTop;
    if (repeated_) {
        // While it draws, it must not call itself.
        const std::function<void()> again = std::exchange(repeated_, nullptr);
        again();
        repeated_ = again;
    }
}

Result<int> Sheet::finish() {
    end_page();
    const cairo_status_t status = cairo_status(painter_.get());
    if (status != CAIRO_STATUS_SUCCESS) {
        return Error{ErrorCode::kInternal, std::string("cannot draw the PDF: ") + cairo_status_to_string(status)};
    }
    return page_;
}

}  // namespace bonafide::report::pdf

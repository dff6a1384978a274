#pragma once

#include "report/facts.h"

#include <cairo.h>
#include <pango/pangocairo.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bonafide::report::pdf {

template <auto release>
struct Release {
    template <class T>
    void operator()(T* object) const {
        release(object);
    }
};
using Surface = std::unique_ptr<cairo_surface_t, Release<cairo_surface_destroy>>;
using Painter = std::unique_ptr<cairo_t, Release<cairo_destroy>>;
template <class T>
using Shared = std::unique_ptr<T, Release<g_object_unref>>;

struct Ink {
    double red = 0, green = 0, blue = 0;
};
inline constexpr Ink kBlack{0.08, 0.09, 0.11}, kGrey{0.36, 0.38, 0.42}, kLine{0.78, 0.80, 0.83}, kRed{0.66, 0.13, 0.09},
    kGreen{0.05, 0.42, 0.22}, kAmber{0.56, 0.36, 0.0};

/// A piece of text in one style. What comes from an input is made safe when it is drawn.
struct Run {
    std::string text;
    bool bold = false, mono = false;
    Ink ink = kBlack;
};
using Words = std::vector<Run>;
Run plain(std::string_view text);
Run bold(std::string_view text);
Run quiet(std::string_view text);
Run code(std::string_view text);

/// Lengths are points (1/72 inch).
inline constexpr double kPageWidth = 595.276, kPageHeight = 841.890;
inline constexpr double kBodySize = 9.0, kSmallSize = 8.0;

/// One column of a row; x from the left margin.
struct Cell {
    Words words;
    double x = 0, width = 0;
    double size = kBodySize;
    bool to_the_right = false;
};

/// What stands on every page.
struct Running {
    std::string name, case_number, report_id, program;
};

/// Pages that are filled from top to bottom; what does not fit goes on, line by line, on the next one.
class Sheet {
  public:
    /// Draws on `surface`, a PDF. `total_pages` 0: only to count them, and pictures are left out.
    Sheet(cairo_surface_t* surface, Running running, int total_pages);

    double width() const;
    double room() const;
    double y() const { return y_; }
    bool only_counts() const { return total_pages_ == 0; }
    /// For drawing at y() and the left margin; the caller moves on with space().
    cairo_t* painter() const { return painter_.get(); }
    static double left();
    /// Holds a picture that is painted until the document is complete: cairo loses an undecoded JPEG that goes before
    /// its page is written.
    cairo_surface_t* keep(Surface picture);

    /// Begins a page where less than `height` is left on this one.
    void need(double height);
    void space(double height);
    /// A section's (1), group's (2) or analyzer's (3) heading; 1 and 2 stand in the outline.
    /// `follows`: what must fit below it on the same page.
    void heading(int level, std::string_view text, double follows = 40);
    void paragraph(const Words& words, double size = kBodySize, double indent = 0);
    void bullet(const Words& words, double indent = 0);
    void warning(const Words& words);
    void facts(const Facts& facts, double label_width = 128);
    void row(const std::vector<Cell>& cells, double gap = 2);
    /// `widths` are parts of the whole; a line under each row, the header again on each page.
    void table(const std::vector<double>& widths, const std::vector<std::string>& header,
               const std::vector<std::vector<Words>>& rows);
    /// Ends the last page; how many there are. kInternal where cairo failed.
    Result<int> finish();

  private:
    using Layout = Shared<PangoLayout>;
    Layout layout_of(const Words& words, double size, double width);
    std::string drawable(const std::string& text);
    bool has_glyph(gunichar character);
    void line(double thickness);
    void next_page();
    void end_page();

    std::vector<Surface> kept_;
    Painter painter_;
    Shared<PangoFontMap> fonts_;
    Shared<PangoContext> context_;
    std::map<gunichar, bool> glyphs_;
    std::function<void()> repeated_;  ///< at the top of each further page
    Running running_;
    int total_pages_ = 0, page_ = 1, outline_section_ = 0;
    double y_ = 0;
};

/// Whether the system has any font. kInternal, with what to install, where it has none.
Result<void> check_fonts();

}  // namespace bonafide::report::pdf

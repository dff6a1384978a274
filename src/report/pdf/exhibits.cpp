#include "report/pdf/pictures.h"
#include "report/pdf/sections.h"
#include "report/phrases.h"
#include "report/words.h"

#include <algorithm>
#include <cmath>

namespace bonafide::report::pdf {
namespace {

constexpr std::size_t kMostMoments = 100, kMostMarks = 400;
constexpr double kCaptionRoom = 30, kLeastHeight = 180, kMostHeight = 300;
constexpr Ink kMark{0.85, 0.33, 0.05};

/// The size that fits into `most_width` x `most_height` without a pixel being larger than a point.
struct Fit {
    double width = 0, height = 0;
};
Fit fit(int width_px, int height_px, double most_width, double most_height) {
    const double scale = std::min({most_width / width_px, most_height / height_px, 1.0});
    return {width_px * scale, height_px * scale};
}

void caption(Sheet& sheet, std::string_view text) {
    sheet.space(3);
    sheet.paragraph({quiet(text)}, kSmallSize);
    sheet.space(4);
}

/// A picture of its own across the page, and `over` drawn with the picture's corner and size.
template <class Over>
void draw_large(Sheet& sheet, cairo_surface_t* picture, std::string_view words, Over over) {
    // Rather a little smaller than on a page of its own.
    const double room = sheet.room() - kCaptionRoom;
    const double most = room >= kLeastHeight ? std::min(room, kMostHeight) : kMostHeight;
    const Fit size = fit(width_of(picture), height_of(picture), sheet.width(), most);
    sheet.need(size.height + kCaptionRoom);
    if (!sheet.only_counts()) {
        paint(sheet.painter(), picture, Sheet::left(), sheet.y(), size.width, size.height);
        over(Sheet::left(), sheet.y(), size);
    }
    sheet.space(size.height);
    caption(sheet, words);
}

void outline_places(cairo_t* painter, const Report& report, double x, double y, const Fit& size) {
    if (!report.input.width_px || !report.input.height_px) return;
    const double across = size.width / *report.input.width_px, down = size.height / *report.input.height_px;
    cairo_set_source_rgb(painter, kMark.red, kMark.green, kMark.blue);
    cairo_set_line_width(painter, 1);
    std::size_t count = 0;
    for (const evidence::Finding& finding : report.findings) {
        if (!finding.where.box_px || finding.outcome != evidence::Outcome::kRan || count++ == kMostMarks) continue;
        const evidence::Where::Box& box = *finding.where.box_px;
        const auto clamped = [](double value, double most) { return std::clamp(value, 0.0, most); };
        const double left = clamped(box.x * across, size.width), top = clamped(box.y * down, size.height);
        cairo_rectangle(painter, x + left, y + top, clamped(box.width * across, size.width - left),
                        clamped(box.height * down, size.height - top));
        cairo_stroke(painter);
    }
}

bool has_places(const Report& report) {
    return std::any_of(report.findings.begin(), report.findings.end(), [](const evidence::Finding& finding) {
        return finding.where.box_px && finding.outcome == evidence::Outcome::kRan;
    });
}

/// Pictures side by side, `columns` to a row, each with a caption.
void draw_grid(Sheet& sheet, const std::vector<std::pair<const Picture*, std::string>>& pictures, int columns) {
    static constexpr double kGap = 10;
    // A third of the page is 5.7 cm wide: 230 pixels an inch.
    static constexpr int kMostGridPx = 520;
    const double column = (sheet.width() - kGap * (columns - 1)) / columns;
    for (std::size_t first = 0; first < pictures.size(); first += static_cast<std::size_t>(columns)) {
        const std::size_t end = std::min(pictures.size(), first + static_cast<std::size_t>(columns));
        double height = 0;
        for (std::size_t i = first; i < end; ++i) {
            const Picture& picture = *pictures[i].first;
            if (picture.width_px > 0 && picture.height_px > 0)
                height = std::max(height, fit(picture.width_px, picture.height_px, column, 220).height);
        }
        sheet.need(height + kCaptionRoom);
        std::vector<Cell> captions;
        for (std::size_t i = first; i < end; ++i) {
            const double x = static_cast<double>(i - first) * (column + kGap);
            cairo_surface_t* surface =
                sheet.only_counts() ? nullptr : sheet.keep(shrunk(surface_of(*pictures[i].first), kMostGridPx));
            if (surface) {
                const Fit size = fit(width_of(surface), height_of(surface), column, 220);
                paint(sheet.painter(), surface, Sheet::left() + x, sheet.y(), size.width, size.height);
            }
            captions.push_back({{quiet(pictures[i].second)}, x, column, 7.2});
        }
        sheet.space(height + 3);
        sheet.row(captions, 8);
    }
}

std::string name_of(const Exhibits::Map& map) {
    return map.analyzer == "fused" ? std::string(phrases::kFused) : map.analyzer;
}

void draw_picture(Sheet& sheet, const Report& report, const Exhibits& exhibits) {
    cairo_surface_t* preview = exhibits.preview ? sheet.keep(surface_of(*exhibits.preview)) : nullptr;
    if (preview) {
        sheet.heading(2, phrases::kPicture, kLeastHeight + kCaptionRoom);
        const bool outlined = has_places(report);
        draw_large(sheet, preview,
                   std::string(phrases::kPictureReduced) + (outlined ? " Outlined: the places found." : ""),
                   [&](double x, double y, const Fit& size) { outline_places(sheet.painter(), report, x, y, size); });
        const Surface map = exhibits.maps.empty() ? nullptr : surface_of(exhibits.maps.front().picture);
        cairo_surface_t* heated = map ? sheet.keep(heat_of(map.get())) : nullptr;
        if (heated) {
            draw_large(sheet, preview,
                       "Map of " + name_of(exhibits.maps.front()) + " over the picture. " + std::string(phrases::kHeat),
                       [&](double x, double y, const Fit& size) {
                           paint(sheet.painter(), heated, x, y, size.width, size.height);
                       });
        }
    }
    if (exhibits.maps.empty()) return;
    sheet.heading(2, phrases::kMaps, 140);
    sheet.paragraph({quiet(phrases::kMapsMean)}, kSmallSize);
    std::vector<std::pair<const Picture*, std::string>> maps;
    for (const Exhibits::Map& map : exhibits.maps)
        maps.emplace_back(&map.picture, name_of(map));
    draw_grid(sheet, maps, 3);
}

double length_of(const Report& report, const Exhibits& exhibits, const std::vector<Moment>& moments) {
    double length_s = report.input.duration_s.value_or(0);
    if (exhibits.waveform) length_s = std::max(length_s, exhibits.waveform->duration_s);
    for (const Moment& moment : moments)
        length_s = std::max(length_s, moment.end_s);
    return length_s;
}

/// Marks `moments` on a strip from `y` on, `height` high, that stands for `length_s` seconds.
void mark(Sheet& sheet, const std::vector<Moment>& moments, double length_s, double y, double height) {
    if (length_s <= 0) return;
    cairo_t* painter = sheet.painter();
    std::size_t count = 0;
    for (const Moment& moment : moments) {
        if (count++ == kMostMarks) break;
        const double from = std::clamp(moment.start_s / length_s, 0.0, 1.0) * sheet.width();
        const double to = std::clamp(moment.end_s / length_s, 0.0, 1.0) * sheet.width();
        cairo_set_source_rgba(painter, kMark.red, kMark.green, kMark.blue, 0.35);
        cairo_rectangle(painter, Sheet::left() + from, y, to - from, height);
        cairo_fill(painter);
        cairo_set_source_rgb(painter, kMark.red, kMark.green, kMark.blue);
        cairo_rectangle(painter, Sheet::left() + from, y, 0.7, height);
        cairo_fill(painter);
    }
}

void strip(Sheet& sheet, double height) {
    cairo_set_source_rgb(sheet.painter(), 0.94, 0.95, 0.96);
    cairo_rectangle(sheet.painter(), Sheet::left(), sheet.y(), sheet.width(), height);
    cairo_fill(sheet.painter());
}

void axis(Sheet& sheet, double length_s) {
    const double third = sheet.width() / 3;
    sheet.space(2);
    sheet.row({{{quiet("0")}, 0, third, 7.2},
               {{quiet(time_in_words(length_s / 2))}, sheet.width() / 2 - 15, third, 7.2},
               {{quiet(time_in_words(length_s))}, 2 * third, third, 7.2, true}},
              5);
}

void draw_moments(Sheet& sheet, const std::vector<Moment>& moments, double length_s) {
    if (moments.empty()) return;
    sheet.heading(2, phrases::kMoments);
    std::map<std::string_view, std::vector<Moment>> tracks;
    for (const Moment& moment : moments)
        tracks[moment.finding->analyzer].push_back(moment);
    for (const auto& [analyzer, own] : tracks) {
        sheet.need(46);
        sheet.row(
            {{{code(analyzer), quiet("  " + std::to_string(own.size()) + (own.size() == 1 ? " moment" : " moments"))},
              0,
              sheet.width(),
              kSmallSize}});
        strip(sheet, 14);
        mark(sheet, own, length_s, sheet.y(), 14);
        sheet.space(17);
    }
    axis(sheet, length_s);
    std::vector<std::vector<Words>> rows;
    for (std::size_t i = 0; i < std::min(moments.size(), kMostMoments); ++i) {
        rows.push_back({{bold(span_in_words(moments[i].start_s, moments[i].end_s))},
                        {plain(moments[i].finding->explanation)},
                        {code(moments[i].finding->analyzer)}});
    }
    sheet.table({0.18, 0.54, 0.28}, {"When", "What", "Analyzer"}, rows);
    if (moments.size() > kMostMoments) {
        sheet.paragraph(
            {quiet(std::to_string(moments.size() - kMostMoments) + " more moments; the attached report lists them.")},
            kSmallSize);
    }
}

void draw_frames(Sheet& sheet, const Exhibits& exhibits) {
    if (exhibits.frames.empty()) return;
    sheet.heading(2, phrases::kFrames, 110);
    sheet.paragraph({quiet(phrases::kFramesMean)}, kSmallSize);
    std::vector<std::pair<const Picture*, std::string>> frames;
    for (const Exhibits::Frame& frame : exhibits.frames)
        frames.emplace_back(&frame.picture, time_in_words(frame.time_s));
    draw_grid(sheet, frames, 4);
}

void draw_waveform(Sheet& sheet, const Exhibits::Waveform& wave, const std::vector<Moment>& moments, double length_s) {
    static constexpr double kHeight = 70;
    sheet.heading(2, phrases::kWaveform, kHeight + 40);
    strip(sheet, kHeight);
    mark(sheet, moments, length_s, sheet.y(), kHeight);
    cairo_t* painter = sheet.painter();
    const double middle = sheet.y() + kHeight / 2;
    const double step =
        sheet.width() * std::min(1.0, wave.duration_s / length_s) / static_cast<double>(wave.maximum.size());
    cairo_set_source_rgb(painter, 0.16, 0.32, 0.55);
    for (std::size_t i = 0; i < wave.maximum.size(); ++i) {
        // A hair's breadth stays where there is silence.
        const double top = std::max(wave.maximum[i], 0.005) * kHeight / 2;
        const double bottom = std::min(wave.minimum[i], -0.005) * kHeight / 2;
        cairo_rectangle(painter, Sheet::left() + step * static_cast<double>(i), middle - top, step, top - bottom);
    }
    cairo_fill(painter);
    sheet.space(kHeight);
    axis(sheet, length_s);
    if (!moments.empty()) caption(sheet, phrases::kMarkedMoments);
}

/// The bands in which something was heard, over a spectrogram `height` high. False where there are none.
bool outline_bands(Sheet& sheet, const std::vector<Moment>& moments, const Exhibits::Spectrogram& spectrogram,
                   double height) {
    bool any = false;
    cairo_t* painter = sheet.painter();
    for (std::size_t i = 0; i < std::min(moments.size(), kMostMarks); ++i) {
        const auto band = band_on_picture(moments[i], spectrogram.maximum_hz);
        if (!band || spectrogram.duration_s <= 0) continue;
        const double from = std::clamp(moments[i].start_s / spectrogram.duration_s, 0.0, 1.0) * sheet.width();
        const double to = std::clamp(moments[i].end_s / spectrogram.duration_s, 0.0, 1.0) * sheet.width();
        cairo_set_source_rgb(painter, 1, 1, 1);
        cairo_set_line_width(painter, 1);
        cairo_rectangle(painter, Sheet::left() + from, sheet.y() + band->top * height, to - from,
                        band->height * height);
        cairo_stroke(painter);
        any = true;
    }
    return any;
}

void draw_spectrogram(Sheet& sheet, const Exhibits::Spectrogram& spectrogram, const std::vector<Moment>& moments) {
    static constexpr double kHeight = 130;
    cairo_surface_t* surface = sheet.keep(surface_of(spectrogram.picture));
    if (!surface) return;
    sheet.heading(2, phrases::kSpectrogram, kHeight + 50);
    if (!sheet.only_counts()) paint(sheet.painter(), surface, Sheet::left(), sheet.y(), sheet.width(), kHeight);
    const bool outlined = outline_bands(sheet, moments, spectrogram, kHeight);
    sheet.space(kHeight);
    if (!moments.empty()) {
        // Below the picture: marks over it would hide what they mark.
        strip(sheet, 6);
        mark(sheet, moments, spectrogram.duration_s, sheet.y(), 6);
        sheet.space(6);
    }
    axis(sheet, spectrogram.duration_s);
    caption(sheet, std::string(phrases::kSpectrogramMeans) + " From 0 to " + number(spectrogram.maximum_hz / 1000, 3) +
                       " kHz." + (outlined ? " " + std::string(phrases::kMarkedBands) : ""));
}

}  // namespace

void draw_exhibits(Sheet& sheet, const Report& report, const Exhibits& exhibits) {
    const std::vector<Moment> moments = moments_of(report);
    if (!exhibits.preview && exhibits.maps.empty() && moments.empty() && exhibits.frames.empty() &&
        !exhibits.waveform && !exhibits.spectrogram) {
        return;
    }
    // Of a film, only what was heard is marked in the sound.
    std::vector<Moment> heard;
    for (const Moment& moment : moments) {
        if (report.input.kind != "video" || moment.finding->part == "sound") heard.push_back(moment);
    }
    const double length_s = length_of(report, exhibits, moments);
    sheet.heading(1, phrases::kWhere, kLeastHeight);
    draw_picture(sheet, report, exhibits);
    draw_moments(sheet, moments, length_s);
    draw_frames(sheet, exhibits);
    if (exhibits.waveform) draw_waveform(sheet, *exhibits.waveform, heard, length_s);
    if (exhibits.spectrogram) draw_spectrogram(sheet, *exhibits.spectrogram, heard);
}

}  // namespace bonafide::report::pdf

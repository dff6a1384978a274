#include "report/html_sections.h"
#include "report/phrases.h"
#include "report/text_safety.h"
#include "report/words.h"

#include <algorithm>
#include <map>

namespace bonafide::report::html {
namespace {

/// Moments listed in the open; the rest folds away.
constexpr std::size_t kFewMoments = 12;
/// Boxes drawn and moments marked: more would hide what they mark.
constexpr std::size_t kMostMarks = 400;

std::string image(const Picture& picture, const std::string& attributes) {
    const std::string size =
        picture.width_px > 0 && picture.height_px > 0
            ? " width=\"" + std::to_string(picture.width_px) + "\" height=\"" + std::to_string(picture.height_px) + "\""
            : "";
    return "<img src=\"" + address_of(picture) + "\"" + size + " " + attributes + ">";
}

std::string map_name(const Exhibits::Map& map) {
    return map.analyzer == "fused" ? std::string(phrases::kFused) : map.analyzer;
}

std::string boxes_of(const Report& report) {
    if (!report.input.width_px || !report.input.height_px) return "";
    std::string boxes;
    std::size_t count = 0;
    for (const evidence::Finding& finding : report.findings) {
        if (!finding.where.box_px || finding.outcome != evidence::Outcome::kRan || count == kMostMarks) continue;
        const evidence::Where::Box& box = *finding.where.box_px;
        boxes += "<rect x=\"" + percent(box.x, *report.input.width_px) + "\" y=\"" +
                 percent(box.y, *report.input.height_px) + "\" width=\"" + percent(box.width, *report.input.width_px) +
                 "\" height=\"" + percent(box.height, *report.input.height_px) + "\"><title>" +
                 escape_html(finding.analyzer + ": " + finding.explanation) + "</title></rect>";
        ++count;
    }
    return boxes.empty()
               ? ""
               : "<svg class=\"boxes\" width=\"100%\" height=\"100%\" aria-hidden=\"true\" focusable=\"false\">" +
                     boxes + "</svg>";
}

/// Grey values at or below 128 become transparent, those above run from yellow to red.
std::string heat_filter() {
    return "<svg width=\"0\" height=\"0\" class=\"unseen\" aria-hidden=\"true\" focusable=\"false\"><filter "
           "id=\"heat\" "
           "color-interpolation-filters=\"sRGB\"><feColorMatrix values=\"1 0 0 0 0  1 0 0 0 0  1 0 0 0 0  1 0 0 0 "
           "0\"/><feComponentTransfer>"
           "<feFuncR type=\"table\" tableValues=\"1 1 1 1 0.85\"/><feFuncG type=\"table\" tableValues=\"0.85 0.85 0.85 "
           "0.4 0\"/>"
           "<feFuncB type=\"table\" tableValues=\"0 0 0 0 0\"/><feFuncA type=\"table\" tableValues=\"0 0 0 0.8 1\"/>"
           "</feComponentTransfer></filter></svg>\n";
}

std::string controls_for(const Exhibits& exhibits, bool has_boxes) {
    std::string choices;
    for (std::size_t i = 0; i < exhibits.maps.size(); ++i) {
        choices += "<label><input type=\"radio\" name=\"map\" value=\"map-" + std::to_string(i) + "\"" +
                   (i == 0 ? " checked" : "") + "> " + escape_html(map_name(exhibits.maps[i])) + "</label>\n";
    }
    std::string controls;
    if (!choices.empty()) {
        controls += "<fieldset><legend>Map shown over the picture</legend>\n" + choices +
                    "<label><input type=\"radio\" name=\"map\" value=\"\"> none</label></fieldset>\n"
                    "<label class=\"slider\">Opacity of the map <input type=\"range\" id=\"map-opacity\" min=\"0\" "
                    "max=\"100\" step=\"5\" "
                    "value=\"70\"></label>\n";
    }
    if (has_boxes)
        controls += "<label><input type=\"checkbox\" id=\"show-boxes\" checked> Outlines of the places found</label>\n";
    // Shown by the script: without it the maps stand below, and there is nothing to switch.
    return controls.empty() ? "" : "<div class=\"controls\" id=\"map-controls\" hidden>\n" + controls + "</div>\n";
}

std::string picture_exhibit(const Report& report, const Exhibits& exhibits) {
    std::string content;
    if (exhibits.preview) {
        const std::string boxes = boxes_of(report);
        content += "<h3>" + escape_html(phrases::kPicture) + "</h3>\n" + (exhibits.maps.empty() ? "" : heat_filter()) +
                   "<figure class=\"viewer\">\n<div class=\"stage\">" +
                   image(*exhibits.preview, "alt=\"The analysed picture, reduced in size\"") +
                   (exhibits.maps.empty() ? "" : "<img id=\"overlay\" class=\"overlay\" alt=\"\" hidden>") + boxes +
                   "</div>\n" + controls_for(exhibits, !boxes.empty()) + "<figcaption>" +
                   escape_html(exhibits.maps.empty() ? phrases::kPictureReduced : phrases::kHeat) +
                   "</figcaption>\n</figure>\n";
    }
    if (exhibits.maps.empty()) return content;
    content += "<h3>" + escape_html(phrases::kMaps) + "</h3>\n<p class=\"quiet\">" + escape_html(phrases::kMapsMean) +
               "</p>\n<div class=\"grid\">\n";
    for (std::size_t i = 0; i < exhibits.maps.size(); ++i) {
        const std::string name = escape_html(map_name(exhibits.maps[i]));
        content += "<figure>" +
                   image(exhibits.maps[i].picture,
                         "id=\"map-" + std::to_string(i) + "\" class=\"map\" alt=\"Grey map of " + name + "\"") +
                   "<figcaption>" + name + "</figcaption></figure>\n";
    }
    return content + "</div>\n";
}

double length_of(const Report& report, const Exhibits& exhibits, const std::vector<Moment>& moments) {
    double length_s = report.input.duration_s.value_or(0);
    if (exhibits.waveform) length_s = std::max(length_s, exhibits.waveform->duration_s);
    for (const Moment& moment : moments)
        length_s = std::max(length_s, moment.end_s);
    return length_s;
}

std::string marks_of(const std::vector<Moment>& moments, double length_s) {
    std::string marks;
    for (std::size_t i = 0; i < std::min(moments.size(), kMostMarks); ++i) {
        const Moment& moment = moments[i];
        const std::string tip =
            "<title>" + escape_html(span_in_words(moment.start_s, moment.end_s) + ": " + moment.finding->explanation) +
            "</title>";
        const std::string at = percent(moment.start_s, length_s);
        marks += "<rect class=\"span\" x=\"" + at + "\" y=\"0\" width=\"" +
                 percent(moment.end_s - moment.start_s, length_s) + "\" height=\"100%\">" + tip +
                 "</rect><line class=\"moment\" x1=\"" + at + "\" x2=\"" + at + "\" y1=\"0\" y2=\"100%\">" + tip +
                 "</line>";
    }
    return marks;
}

/// Outlines of the bands in which something was heard.
std::string bands_of(const std::vector<Moment>& moments, const Exhibits::Spectrogram& spectrogram) {
    std::string outlines;
    for (std::size_t i = 0; i < std::min(moments.size(), kMostMarks); ++i) {
        if (const auto band = band_on_picture(moments[i], spectrogram.maximum_hz)) {
            outlines += "<rect class=\"band\" x=\"" + percent(moments[i].start_s, spectrogram.duration_s) + "\" y=\"" +
                        percent(band->top, 1) + "\" width=\"" +
                        percent(moments[i].end_s - moments[i].start_s, spectrogram.duration_s) + "\" height=\"" +
                        percent(band->height, 1) + "\"/>";
        }
    }
    return outlines;
}

/// Of a film, only what was heard is marked in the sound.
std::vector<Moment> moments_of_sound(const Report& report, const std::vector<Moment>& moments) {
    std::vector<Moment> heard;
    for (const Moment& moment : moments) {
        if (report.input.kind != "video" || moment.finding->part == "sound") heard.push_back(moment);
    }
    return heard;
}

std::string axis(double length_s) {
    return "<div class=\"ends\" aria-hidden=\"true\"><span>0</span><span>" + escape_html(time_in_words(length_s / 2)) +
           "</span><span>" + escape_html(time_in_words(length_s)) + "</span></div>\n";
}

std::string frames_exhibit(const Exhibits& exhibits) {
    if (exhibits.frames.empty()) return "";
    std::string figures;
    for (const Exhibits::Frame& frame : exhibits.frames) {
        const std::string time = escape_html(time_in_words(frame.time_s));
        figures += "<figure>" + image(frame.picture, "alt=\"Frame at " + time + "\"") + "<figcaption>" + time +
                   "</figcaption></figure>\n";
    }
    return "<h3>" + escape_html(phrases::kFrames) + "</h3>\n<p class=\"quiet\">" + escape_html(phrases::kFramesMean) +
           "</p>\n<div class=\"grid frames\">\n" + figures + "</div>\n";
}

std::string timeline(const std::vector<Moment>& moments, double length_s) {
    if (moments.empty()) return "";
    std::map<std::string_view, std::vector<Moment>> tracks;
    for (const Moment& moment : moments)
        tracks[moment.finding->analyzer].push_back(moment);
    std::string rows;
    for (const auto& [analyzer, own] : tracks) {
        rows +=
            "<div class=\"track-row\"><p><code>" + escape_html(analyzer) + "</code> <span class=\"quiet\">" +
            std::to_string(own.size()) + (own.size() == 1 ? " moment" : " moments") +
            "</span></p><svg class=\"track\" width=\"100%\" height=\"28\" aria-hidden=\"true\" focusable=\"false\">" +
            marks_of(own, length_s) + "</svg></div>\n";
    }
    std::string first, rest;
    for (std::size_t i = 0; i < moments.size(); ++i) {
        (i < kFewMoments ? first : rest) +=
            "<tr><th scope=\"row\">" + escape_html(span_in_words(moments[i].start_s, moments[i].end_s)) + "</th><td>" +
            escape_html(moments[i].finding->explanation) + "</td><td><code>" +
            escape_html(moments[i].finding->analyzer) + "</code></td></tr>\n";
    }
    const std::string head =
        "<table class=\"stacked\"><thead><tr><th scope=\"col\">When</th><th scope=\"col\">What</th><th "
        "scope=\"col\">Analyzer</th></tr></thead><tbody>\n";
    std::string content = "<h3>" + escape_html(phrases::kMoments) + "</h3>\n<div class=\"timeline\">\n" + rows +
                          axis(length_s) + "</div>\n" + head + first + "</tbody></table>\n";
    if (!rest.empty()) {
        content += "<details><summary>" + std::to_string(moments.size() - kFewMoments) + " more moments</summary>" +
                   head + rest + "</tbody></table></details>\n";
    }
    return content;
}

/// A closed outline: maxima from left to right, minima back, in a box one unit wide for each point and 2,000 units
/// high.
std::string outline_of(const Exhibits::Waveform& wave) {
    std::string path = "M";
    const std::size_t count = wave.maximum.size();
    const auto point = [&](std::size_t index, double level) {
        path += " " + std::to_string(index) + "," + std::to_string(static_cast<int>(1000 - level * 1000));
    };
    // A hair's breadth stays where there is silence.
    for (std::size_t i = 0; i <= count; ++i)
        point(i, std::max(wave.maximum[std::min(i, count - 1)], 0.005));
    for (std::size_t i = count + 1; i-- > 0;)
        point(i, std::min(wave.minimum[std::min(i, count - 1)], -0.005));
    return path + " Z";
}

std::string sound_exhibit(const Exhibits& exhibits, const std::vector<Moment>& moments, double length_s) {
    std::string content;
    if (exhibits.waveform) {
        const Exhibits::Waveform& wave = *exhibits.waveform;
        content += "<h3>" + escape_html(phrases::kWaveform) +
                   "</h3>\n<figure><div class=\"sound\" role=\"img\" aria-label=\"Waveform of the sound, " +
                   escape_html(time_in_words(wave.duration_s)) + "\"><svg class=\"wave\" width=\"" +
                   percent(wave.duration_s, length_s) + "\" height=\"100%\" viewBox=\"0 0 " +
                   std::to_string(wave.maximum.size()) +
                   " 2000\" preserveAspectRatio=\"none\" focusable=\"false\"><path d=\"" + outline_of(wave) +
                   "\"/></svg>" + "<svg class=\"marks\" width=\"100%\" height=\"100%\" focusable=\"false\">" +
                   marks_of(moments, length_s) + "</svg></div>" + axis(length_s) +
                   (moments.empty() ? "" : "<figcaption>" + escape_html(phrases::kMarkedMoments) + "</figcaption>") +
                   "</figure>\n";
    }
    if (exhibits.spectrogram) {
        const Exhibits::Spectrogram& spectrogram = *exhibits.spectrogram;
        const std::string top = escape_html(number(spectrogram.maximum_hz / 1000, 3)) + " kHz";
        const std::string bands = bands_of(moments, spectrogram);
        content += "<h3>" + escape_html(phrases::kSpectrogram) +
                   "</h3>\n<figure><div class=\"sound spectrogram\"><img src=\"" + address_of(spectrogram.picture) +
                   "\" alt=\"Spectrogram of the sound from 0 to " + top +
                   "; brighter is louder\"><svg class=\"marks\" width=\"100%\" height=\"100%\" "
                   "aria-hidden=\"true\" focusable=\"false\">" +
                   marks_of(moments, spectrogram.duration_s) + bands +
                   "</svg><span class=\"top\" aria-hidden=\"true\">" + top +
                   "</span><span class=\"bottom\" aria-hidden=\"true\">0</span></div>" + axis(spectrogram.duration_s) +
                   "<figcaption>" + escape_html(phrases::kSpectrogramMeans) +
                   (bands.empty() ? "" : " " + escape_html(phrases::kMarkedBands)) + "</figcaption></figure>\n";
    }
    return content;
}

}  // namespace

std::string where_section(const Report& report, const Exhibits& exhibits) {
    const std::vector<Moment> moments = moments_of(report);
    const double length_s = length_of(report, exhibits, moments);
    const std::string content = picture_exhibit(report, exhibits) + timeline(moments, length_s) +
                                frames_exhibit(exhibits) +
                                sound_exhibit(exhibits, moments_of_sound(report, moments), length_s);
    return content.empty() ? "" : section("where", phrases::kWhere, content);
}

}  // namespace bonafide::report::html

#include "analyzers/image/cfa_mosaic/cfa_mosaic.h"

#include <cstdio>

namespace bonafide::analyzers {
namespace {

using analysis::Analysis;

constexpr CfaMosaicOptions kDefaults;

std::string one_decimal(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", value);
    return text;
}

Analysis analyse(const analysis::Context& context, const analysis::Parameters& parameters) {
    if (context.media.image() == nullptr) {
        return Analysis::not_applicable("There is no still picture.");
    }
    if (context.media.image()->grey) {
        return Analysis::not_applicable("The picture has no colour.");
    }
    CfaMosaicOptions options;
    options.threshold = parameters["threshold"];
    options.smallest_region_percent = parameters["smallest_region"];
    options.largest_spread = parameters["largest_spread"];
    const CfaMosaicResult result = cfa_mosaic(context.media.image()->rgb, options);
    if (!result.not_applicable.empty()) {
        return Analysis::not_applicable(result.not_applicable);
    }
    Analysis analysis;
    analysis.measurements = {{"break", result.break_departure, "1"},
                             {"agreement_nfa", result.nfa_log10, "log10"},
                             {"green_ratio", result.green_ratio_db, "dB"},
                             {"green_shift", static_cast<double>(result.green_shift), "1"},
                             {"spread", result.spread, "1"},
                             {"judged_area", result.judged_percent, "%"},
                             {"broken_area", result.broken_percent, "%"}};
    for (const BrokenMosaic& place : result.places) {
        if (analysis.observations.size() == analysis::kMostObservations) {
            break;
        }
        analysis::Observation observation;
        observation.where.box_px =
            evidence::Where::Box{place.box_px.x, place.box_px.y, place.box_px.width, place.box_px.height};
        observation.measurements = {{"region_break", place.departure, "1"},
                                    {"region_trace", place.trace, "1"},
                                    {"region_area", place.area_percent, "%"}};
        observation.explanation =
            place.trace < -0.5 ? "The mosaic's trace is shifted here against the rest of the picture."
                               : "The camera's mosaic left no trace here, though the rest of the picture shows it.";
        analysis.observations.push_back(observation);
    }
    analysis.explanation =
        std::string("The picture shows the trace of a camera's colour mosaic, with green where column and row ") +
        (result.green_shift == 0 ? "are both even or both odd" : "differ in parity") +
        (result.places.empty()
             ? "; no place of notable size departs from it as far as this analyzer demands (strongest "
             : "; it breaks in " + std::to_string(result.places.size()) +
                   (result.places.size() == 1 ? " place" : " places") + " (") +
        one_decimal(result.break_departure) + " standard deviations).";
    analysis.map = result.map;
    return analysis;
}

}  // namespace

const analysis::AnalyzerDefinition& image_cfa_mosaic() {
    static const analysis::AnalyzerDefinition definition = [] {
        analysis::AnalyzerDefinition made;
        made.id = "image.cfa.mosaic";
        made.version = 1;
        made.summary = "traces of the camera's colour mosaic, which of its two shifts, and places where they break";
        made.limits =
            "pictures of at least 128 px a side that still carry the trace: not resized, hardly denoised, and saved at "
            "high quality (most pictures of today's phones carry none); a pasted place whose shift agrees by chance is "
            "not seen";
        made.known_false_alarms =
            "places where compression or the camera's noise reduction took the trace and left it elsewhere; fine "
            "regular "
            "texture; digital zoom";
        made.reference =
            "Popescu and Farid, IEEE TSP 2005; Ferrara, Bianchi, De Rosa and Piva, IEEE TIFS 2012; Bammey, Grompone "
            "von "
            "Gioi and Morel, CVPR 2020";
        made.inputs = {ingest::MediaKind::kImage};
        made.emits_map = true;
        made.emits = {
            {"break", "1",
             "departure of the local trace from the picture's own, in its robust standard deviations, that the "
             "smallest "
             "region exceeds"},
            {"agreement_nfa", "log10", "expected number of pictures without a mosaic whose tiles agree as well"},
            {"green_ratio", "dB", "median ratio of prediction errors, measured against interpolated green"},
            {"green_shift", "1", "0: green was measured where column and row have equal parity, 1: where they differ"},
            {"spread", "1", "robust standard deviation of the local trace, where the picture's own is 1"},
            {"judged_area", "%", "share of the picture in which a break could be noticed"},
            {"broken_area", "%", "share of the picture beyond the threshold"},
            {"region_break", "1", "of one region: its largest departure, in robust standard deviations"},
            {"region_trace", "1", "of one region: 0 where no trace is left, -1 where it is shifted"},
            {"region_area", "%", "of one region: its share of the picture"},
        };
        made.parameters = {
            {"threshold", "departure from which a place is shown", "1", 1, 50, kDefaults.threshold},
            {"smallest_region", "smallest region that counts, as a share of the picture", "%", 0, 50,
             kDefaults.smallest_region_percent},
            {"largest_spread", "spread of the trace over the picture beyond which nothing local is said", "1", 0.05, 2,
             kDefaults.largest_spread},
        };
        made.create = &analysis::make_whole_input_analyzer<analyse>;
        return made;
    }();
    return definition;
}

}  // namespace bonafide::analyzers

#include "analyzers/image/resampling/resampling.h"

#include <cstdio>

namespace bonafide::analyzers {
namespace {

using analysis::Analysis;

constexpr ResamplingOptions kDefaults;

std::string number(double value) {
    char text[48];
    std::snprintf(text, sizeof text, "%.2f", value);
    return text;
}

Analysis analyse(const analysis::Context& context, const analysis::Parameters& parameters) {
    if (context.media.image() == nullptr) {
        return Analysis::not_applicable("There is no still picture.");
    }
    const ResamplingResult result = resampling(context.media.luma(), {parameters["threshold"]});
    if (!result.not_applicable.empty()) {
        return Analysis::not_applicable(result.not_applicable);
    }
    Analysis analysis;
    analysis.measurements = {{"inconsistency", result.inconsistency, "standard deviations"},
                             {"whole_trace", result.whole_trace, "standard deviations"},
                             {"whole_frequency", result.whole_frequency, "cycles/px"},
                             {"whole_enlargement", enlargement_of(result.whole_frequency), "1"},
                             {"informative_area", result.informative_area_percent, "%"},
                             {"suspicious_area", result.suspicious_area_percent, "%"}};
    if (result.box_px.empty()) {
        analysis.explanation =
            "No place shows traces of interpolation that the rest does not share; the strongest contrast is " +
            number(result.inconsistency) + " standard deviations. That does not rule out an edit.";
    } else {
        analysis::Observation observation;
        observation.where.box_px =
            evidence::Where::Box{result.box_px.x, result.box_px.y, result.box_px.width, result.box_px.height};
        observation.measurements = {{"region_contrast", result.inconsistency, "standard deviations"},
                                    {"region_frequency", result.place_frequency, "cycles/px"}};
        observation.explanation =
            "This place has a trace of interpolation that the rest of the picture lacks, such as an enlargement by " +
            number(enlargement_of(result.place_frequency)) + " would leave.";
        analysis.observations.push_back(observation);
        analysis.explanation = "A place shows traces of interpolation that the rest does not share, by " +
                               number(result.inconsistency) +
                               " standard deviations: it may have been scaled before it was inserted. Fine "
                               "regular patterns can do the same.";
    }
    analysis.map = result.map;
    return analysis;
}

}  // namespace

const analysis::AnalyzerDefinition& image_resampling() {
    static const analysis::AnalyzerDefinition definition = [] {
        analysis::AnalyzerDefinition made;
        made.id = "image.resampling";
        made.version = 1;
        made.summary =
            "periodic traces of interpolation, of the whole picture and of places that were scaled by themselves";
        made.limits =
            "pictures of at least 194 px a side; sees enlargements (not by 2, 4 or other factors whose trace falls on "
            "multiples of "
            "1/8) of places of about 128 px and more, saved finely after it; blind to shrinking, strong rotation and "
            "coarse JPEG saves";
        made.known_false_alarms = "fine regular patterns: fabric, fences, roofs, print, screens";
        made.reference =
            "Popescu and Farid, IEEE TSP 53(2), 2005; Mahdian and Saic, IEEE TIFS 3(3), 2008; Kirchner, ACM MM&Sec "
            "2008";
        made.inputs = {ingest::MediaKind::kImage};
        made.emits_map = true;
        made.emits = {
            {"inconsistency", "standard deviations", "strongest trace of a place that the rest does not share"},
            {"whole_trace", "standard deviations", "strongest trace of the whole picture; harmless by itself"},
            {"whole_frequency", "cycles/px", "frequency of that trace"},
            {"whole_enlargement", "1",
             "the enlargement between 1 and 2 that leaves it; means little where the trace is weak"},
            {"informative_area", "%", "share of the picture with enough detail"},
            {"suspicious_area", "%", "share of the picture beyond the threshold"},
            {"region_contrast", "standard deviations", "of the strongest place: its trace against the rest"},
            {"region_frequency", "cycles/px", "of the strongest place: frequency of its trace"},
        };
        made.parameters = {
            {"threshold", "contrast from which a place is shown", "standard deviations", 3, 100, kDefaults.threshold}};
        made.create = &analysis::make_whole_input_analyzer<analyse>;
        return made;
    }();
    return definition;
}

}  // namespace bonafide::analyzers

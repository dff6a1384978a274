#include "analyzers/image/filtering/filtering.h"

#include <cstdio>

namespace bonafide::analyzers {
namespace {

using analysis::Analysis;

constexpr FilteringOptions kDefaults;

std::string decibels(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f dB", value);
    return text;
}

Analysis analyse(const analysis::Context& context, const analysis::Parameters& parameters) {
    const media::Image* image = context.media.image();
    if (image == nullptr) {
        return Analysis::not_applicable("There is no still picture.");
    }
    FilteringOptions options;
    options.threshold_db = parameters["threshold"];
    const FilteringResult result = filtering_traces(context.media.luma(), image->rgb, options);
    if (!result.not_applicable.empty()) {
        return Analysis::not_applicable(result.not_applicable);
    }
    Analysis analysis;
    analysis.measurements = {{"inconsistency", result.inconsistency_db, "dB"},
                             {"blur_contrast", result.blur_contrast_db, "dB"},
                             {"repetition_contrast", result.repetition_contrast_db, "dB"},
                             {"edge_blur", result.edge_blur_px, "px"},
                             {"zero_differences", result.zero_differences_percent, "%"},
                             {"streaking", result.streaking, "1"},
                             {"overshoot", result.overshoot_percent, "%"},
                             {"histogram_comb", result.histogram_comb, "1"},
                             {"histogram_gaps", result.histogram_gaps_percent, "%"},
                             {"judged_area", result.judged_area_percent, "%"},
                             {"suspicious_area", result.suspicious_area_percent, "%"}};
    if (result.suspicious_area_percent > 0) {
        analysis::Observation observation;
        observation.where.box_px = evidence::Where::Box{result.strongest_px.x, result.strongest_px.y,
                                                        result.strongest_px.width, result.strongest_px.height};
        observation.explanation = "This place " + result.strongest + " its surroundings.";
        analysis.observations.push_back(observation);
    }
    analysis.explanation = "The strongest difference of a place's sharpness or smoothness to its surroundings is " +
                           decibels(result.inconsistency_db) +
                           (result.suspicious_area_percent > 0 ? "; depth of field can do the same."
                                                               : ", less than this analyzer demands to show a place.");
    analysis.map = result.map;
    return analysis;
}

}  // namespace

const analysis::AnalyzerDefinition& image_filtering() {
    static const analysis::AnalyzerDefinition definition = [] {
        analysis::AnalyzerDefinition made;
        made.id = "image.filtering";
        made.version = 1;
        made.summary = "traces of median filters, sharpening and contrast changes; places blurred unlike the rest";
        made.limits =
            "pictures of at least 160 px a side with edges or texture; what was done to the whole picture is measured "
            "and says nothing about honesty; gaps in the histogram are lost at the next JPEG save of 85 or less";
        made.known_false_alarms =
            "depth of field, moving objects, a sharp object before a distant background, burnt-in text, screens";
        made.reference =
            "Kirchner and Fridrich, SPIE 2010; Cao et al., ICME 2010 and IEEE SPL 2011; Stamm and Liu, IEEE TIFS 2010; "
            "Zhuo and Sim, Pattern Recognition 2011";
        made.inputs = {ingest::MediaKind::kImage};
        made.emits_map = true;
        made.emits = {
            {"inconsistency", "dB", "the larger of blur_contrast and repetition_contrast"},
            {"blur_contrast", "dB",
             "strongest contrast of a place's edge sharpness to its surroundings, less its uncertainty"},
            {"repetition_contrast", "dB", "the same for neighbours of equal value in textured places"},
            {"edge_blur", "px", "typical standard deviation of the picture's edges"},
            {"zero_differences", "%", "of neighbours in textured places: those of equal value"},
            {"streaking", "1", "neighbours of equal value for each pair that differs by one level"},
            {"overshoot", "%", "median swing beyond the ends of strong edges, of their height; 0 where edges are few"},
            {"histogram_comb", "1", "how much the histogram alternates from value to value, largest of the channels"},
            {"histogram_gaps", "%", "empty values between filled ones, largest of the channels"},
            {"judged_area", "%", "share of the picture with edges or texture"},
            {"suspicious_area", "%", "share of the picture beyond the map's threshold"},
        };
        made.parameters = {
            {"threshold", "contrast from which a place is shown beyond the map's threshold", "dB", 1, 40,
             kDefaults.threshold_db},
        };
        made.create = &analysis::make_whole_input_analyzer<analyse>;
        return made;
    }();
    return definition;
}

}  // namespace bonafide::analyzers

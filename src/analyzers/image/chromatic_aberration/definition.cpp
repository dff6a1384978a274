#include "analyzers/image/chromatic_aberration/chromatic_aberration.h"

#include <cstdio>

namespace bonafide::analyzers {
namespace {

using analysis::Analysis;

constexpr ChromaticAberrationOptions kDefaults;

std::string two_decimals(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f", value);
    return text;
}

Analysis analyse(const analysis::Context& context, const analysis::Parameters& parameters) {
    if (context.media.image() == nullptr) {
        return Analysis::not_applicable("There is no still picture.");
    }
    if (context.media.image()->grey) {
        return Analysis::not_applicable("The picture has no colour.");
    }
    ChromaticAberrationOptions options;
    options.threshold = parameters["threshold"];
    options.least_aberration_px = parameters["least_aberration"];
    const ChromaticAberrationResult result = chromatic_aberration(context.media.image()->rgb, options);
    if (!result.not_applicable.empty()) {
        return Analysis::not_applicable(result.not_applicable);
    }
    Analysis analysis;
    analysis.measurements = {
        {"inconsistency", result.inconsistency, "1"},         {"red_at_corner", result.red.corner_px, "px"},
        {"blue_at_corner", result.blue.corner_px, "px"},      {"red_significance", result.red.significance, "1"},
        {"blue_significance", result.blue.significance, "1"}, {"red_spread", result.red.spread_px, "px"},
        {"blue_spread", result.blue.spread_px, "px"}};
    for (const AberrantPlace& place : result.places) {
        if (analysis.observations.size() == analysis::kMostObservations) {
            break;
        }
        analysis::Observation observation;
        observation.where.box_px =
            evidence::Where::Box{place.box_px.x, place.box_px.y, place.box_px.width, place.box_px.height};
        observation.measurements = {{"region_departure", place.departure, "1"},
                                    {"region_residual", place.residual_px, "px"}};
        observation.explanation = "Red or blue lie " + two_decimals(place.residual_px) +
                                  " px off from where the lens puts them in the rest of the picture.";
        analysis.observations.push_back(observation);
    }
    analysis.explanation =
        "The lens displaces red by " + two_decimals(result.red.corner_px) + " px and blue by " +
        two_decimals(result.blue.corner_px) + " px at the corners; " +
        (result.places.empty() ? "no group of places departs from that as far as this analyzer demands."
                               : "some places do not obey that. Coloured edges can do the same.");
    analysis.map = result.map;
    return analysis;
}

}  // namespace

const analysis::AnalyzerDefinition& image_chromatic_aberration() {
    static const analysis::AnalyzerDefinition definition = [] {
        analysis::AnalyzerDefinition made;
        made.id = "image.chromatic_aberration";
        made.version = 1;
        made.summary = "lateral chromatic aberration of the lens, and places that do not obey it";
        made.limits =
            "pictures of at least 512 px a side, full of detail, whose lens displaces red or blue by 0.2 px or more at "
            "the corners; most cameras correct it themselves";
        made.known_false_alarms = "coloured edges and fabrics, out-of-focus fringes, sensor bloom at bright lights";
        made.reference = "Johnson and Farid, ACM Multimedia and Security Workshop 2006; Lucas and Kanade, IJCAI 1981";
        made.inputs = {ingest::MediaKind::kImage};
        made.emits_map = true;
        made.emits = {
            {"inconsistency", "1",
             "departure of the second most aberrant window from the lens, in robust standard deviations"},
            {"red_at_corner", "px", "displacement of red against green at the corners, as the lens model says"},
            {"blue_at_corner", "px", "the same for blue"},
            {"red_significance", "1", "expansion of red over its standard error; 0 where it could not be fitted"},
            {"blue_significance", "1", "the same for blue"},
            {"red_spread", "px", "robust standard deviation of displacements about the model"},
            {"blue_spread", "px", "the same for blue"},
            {"region_departure", "1", "of one place: its departure, in robust standard deviations"},
            {"region_residual", "px", "of one place: displacement that the lens does not explain"},
        };
        made.parameters = {
            {"threshold", "departure from which a place is shown", "1", 1, 50, kDefaults.threshold},
            {"least_aberration", "least displacement at the corners for the lens to be known", "px", 0.05, 5,
             kDefaults.least_aberration_px},
        };
        made.create = &analysis::make_whole_input_analyzer<analyse>;
        return made;
    }();
    return definition;
}

}  // namespace bonafide::analyzers

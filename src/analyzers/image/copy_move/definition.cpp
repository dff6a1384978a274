#include "analyzers/image/copy_move/copy_move.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace bonafide::analyzers {
namespace {

using analysis::Analysis;

constexpr CopyMoveOptions kDefaults;

std::string text_of(double value, int decimals) {
    char text[48];
    std::snprintf(text, sizeof text, "%.*f", decimals, value);
    return text;
}

evidence::Where::Box box_of(const cv::Rect& box) {
    return {box.x, box.y, box.width, box.height};
}

std::string motion_in_words(const CopiedPlace& place) {
    std::string words = "moved by " + text_of(place.shift_x_px, 0) + ", " + text_of(place.shift_y_px, 0) + " px";
    if (std::abs(place.rotation_deg) >= 1) {
        words += ", turned by " + text_of(place.rotation_deg, 0) + " degrees";
    }
    if (std::abs(place.scale - 1) >= 0.02) {
        words += ", scaled by " + text_of(place.scale, 2);
    }
    return place.mirrored ? words + ", mirrored" : words;
}

analysis::Observation observation_of(const CopiedPlace& place, bool second) {
    analysis::Observation observation;
    observation.where.box_px = box_of(second ? place.second_px : place.first_px);
    observation.measurements = {{"copy_strength", place.strength, "1"},        {"correlation", place.correlation, "1"},
                                {"shift_x", place.shift_x_px, "px"},           {"shift_y", place.shift_y_px, "px"},
                                {"rotation", place.rotation_deg, "degrees"},   {"scale", place.scale, "1"},
                                {"mirrored", place.mirrored ? 1.0 : 0.0, "1"}, {"copy_area", place.area_percent, "%"}};
    observation.explanation = second
                                  ? "The same again: this is the other place, " + motion_in_words(place) + "."
                                  : "This place shows the same detail as another one, " + motion_in_words(place) + ".";
    return observation;
}

Analysis analyse(const analysis::Context& context, const analysis::Parameters& parameters) {
    if (context.media.image() == nullptr) {
        return Analysis::not_applicable("There is no still picture.");
    }
    CopyMoveOptions options;
    options.threshold = parameters["threshold"];
    const CopyMoveResult result = copy_move(context.media.luma(), options);
    if (!result.not_applicable.empty()) {
        return Analysis::not_applicable(result.not_applicable);
    }
    Analysis analysis;
    double copies = 0;
    for (const CopiedPlace& place : result.copies) {
        if (place.strength < options.threshold) {
            continue;
        }
        ++copies;
        if (analysis.observations.size() + 2 <= analysis::kMostObservations) {
            analysis.observations.push_back(observation_of(place, false));
            analysis.observations.push_back(observation_of(place, true));
        }
    }
    analysis.measurements = {{"strength", result.strength, "1"},
                             {"copies", copies, "1"},
                             {"copied_area", result.copied_area_percent, "%"},
                             {"candidates", static_cast<double>(result.candidates), "1"},
                             {"prints", static_cast<double>(result.prints), "1"}};
    if (analysis.observations.empty()) {
        analysis.explanation =
            "No two places share their fine detail as a copy and its source do. Copies of even, heavily compressed or "
            "strongly "
            "altered places would not be seen.";
    } else {
        const std::string how_many = copies == 1 ? "One place" : std::to_string(static_cast<int>(copies)) + " places";
        analysis.explanation =
            how_many + " of the picture can be found a second time in it, down to the fine detail: the strongest is " +
            motion_in_words(result.copies.front()) + ".";
    }
    if (result.prints > 0) {
        analysis.explanation +=
            " Places that look like print on paper count a tenth: letters and words repeat without having been copied, "
            "and a word that was copied cannot be told from them.";
    }
    analysis.map = result.map;
    return analysis;
}

}  // namespace

const analysis::AnalyzerDefinition& image_copy_move() {
    static const analysis::AnalyzerDefinition definition = [] {
        analysis::AnalyzerDefinition made;
        made.id = "image.copy_move";
        made.version = 3;
        made.summary =
            "places copied within the picture, also turned, scaled and mirrored, and the motion between them";
        made.limits =
            "pictures of at least 64 px a side; copies from about 25 px a side on (of a large picture: 2 % of its "
            "longer side); scaled "
            "by .5 to 2; blind to copies of even surfaces without grain, and to places that were changed much after "
            "copying; hardly counts copies of print on paper; does not judge screenshots, charts and drawings that are "
            "perfectly even for the most part";
        made.known_false_alarms =
            "printed or drawn pictures with patterns that repeat exactly; screenshots full of text or photographs; "
            "panoramas and collages with repeated parts";
        made.reference =
            "Cozzolino, Poggi and Verdoliva, IEEE TIFS 2015; Ehret, IPOL 2018; Amerini, Ballan, Caldelli, Del Bimbo "
            "and Serra, IEEE "
            "TIFS 2011; Pan and Lyu, IEEE TIFS 2010";
        made.inputs = {ingest::MediaKind::kImage};
        made.emits_map = true;
        made.emits = {
            {"strength", "1",
             "how surely the strongest pair of places is a copy: independent windows of agreeing detail times their "
             "agreement, and how far their difference is what a save alone would leave"},
            {"copies", "1", "number of pairs of places beyond the threshold"},
            {"copied_area", "%", "share of the picture in both places of all copies beyond the threshold"},
            {"candidates", "1", "number of suspected motions that were checked"},
            {"prints", "1", "pairs of places that look like print on paper, which count less"},
            {"copy_strength", "1", "of one pair: its strength"},
            {"correlation", "1", "of one pair: mean correlation of the fine detail"},
            {"shift_x", "px", "of one pair: from the middle of the first place to that of the second, to the right"},
            {"shift_y", "px", "of one pair: the same, downwards"},
            {"rotation", "degrees", "of one pair: turn of the second place, counter-clockwise"},
            {"scale", "1", "of one pair: size of the second place over that of the first"},
            {"mirrored", "1", "of one pair: 1 where the second place is a mirror image"},
            {"copy_area", "%", "of one pair: share of the picture of one of its places"},
        };
        made.parameters = {
            {"threshold", "strength from which two places are shown as copies", "1", 0.1, 1000, kDefaults.threshold}};
        made.create = &analysis::make_whole_input_analyzer<analyse>;
        return made;
    }();
    return definition;
}

}  // namespace bonafide::analyzers

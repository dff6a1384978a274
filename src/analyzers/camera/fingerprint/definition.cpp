#include "analyzers/camera/fingerprint/fingerprint.h"
#include "media/image_orientation.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace bonafide::analyzers {
namespace {

using analysis::Analysis;

constexpr FingerprintOptions kDefaults;

std::string number(double value, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

std::string placed(const features::SensorMatch& match) {
    std::string text =
        match.scale == 1 ? "at the camera's own size" : "scaled to " + number(100 * match.scale, 1) + " %";
    if (match.quarter_turns != 0) {
        text += ", turned by " + std::to_string(90 * match.quarter_turns) + " degrees";
    }
    return text + ", offset " + std::to_string(match.offset.x) + ", " + std::to_string(match.offset.y) + " px";
}

void add_map(const features::WeightedResidual& picture, const features::SensorFingerprint& camera,
             const features::SensorMatch& match, const FingerprintOptions& options, int orientation,
             Analysis& analysis) {
    // The map is measured on the upright picture, so that places need no turning back.
    const features::WeightedResidual upright{media::upright(picture.residual, orientation),
                                             media::upright(picture.intensity, orientation)};
    const cv::Mat under =
        media::upright(features::pattern_under(camera.pattern, match, picture.residual.size()), orientation);
    const PatternMap found = missing_pattern(upright, under, options);
    if (found.window_px == 0) {
        analysis.explanation += " It is too weak there to say whether it is missing anywhere.";
        return;
    }
    analysis.measurements.insert(analysis.measurements.begin(), {"missing", found.missing, "log10"});
    analysis.measurements.push_back({"missing_area", found.missing_percent, "%"});
    analysis.measurements.push_back({"testable_area", found.testable_percent, "%"});
    analysis.measurements.push_back({"window", static_cast<double>(found.window_px), "px"});
    analysis.map = found.map;
    for (const MissingPattern& place : found.places) {
        if (analysis.observations.size() == analysis::kMostObservations) {
            break;
        }
        analysis::Observation observation;
        observation.where.box_px =
            evidence::Where::Box{place.box_px.x, place.box_px.y, place.box_px.width, place.box_px.height};
        observation.measurements = {{"region_missing", place.evidence, "log10"},
                                    {"region_area", place.area_percent, "%"}};
        observation.explanation =
            "The camera's sensor pattern is missing here, though the brightness would let it show: this place was "
            "probably not recorded by that sensor, or was worked over.";
        analysis.observations.push_back(observation);
    }
    analysis.explanation += found.places.empty() ? " No place lacks it that would be expected to show it."
                                                 : " It is missing in " + std::to_string(found.places.size()) +
                                                       (found.places.size() == 1 ? " place." : " places.");
}

Analysis analyse(const analysis::Context& context, const analysis::Parameters& parameters) {
    if (context.media.image() == nullptr) {
        return Analysis::not_applicable("There is no still picture.");
    }
    if (context.camera == nullptr) {
        return Analysis::not_applicable(
            "No camera fingerprint was given: `bonafide camera enroll` makes one, `--camera NAME` compares with it.");
    }
    const media::Image& image = *context.media.image();
    if (std::min({image.rgb.cols, image.rgb.rows, context.camera->pattern.cols, context.camera->pattern.rows}) <
        features::kSmallestSensorSidePx) {
        return Analysis::not_applicable("The picture is smaller than " +
                                        std::to_string(features::kSmallestSensorSidePx) + " px.");
    }
    FingerprintOptions options;
    options.least_pce = parameters["least_pce"];
    options.threshold = parameters["threshold"];
    options.smallest_region_percent = parameters["smallest_region"];
    const features::WeightedResidual picture =
        features::weighted_residual(media::upright(context.media.luma(), media::inverse_of(image.orientation)));
    features::SensorSearch search;
    search.enough_pce = options.least_pce;
    const features::SensorMatch match = features::match_sensor(picture, context.camera->pattern, search);
    if (match.trials == 0) {
        return Analysis::not_applicable("The picture is larger than the camera's own could be, even enlarged twofold.");
    }
    Analysis analysis;
    analysis.measurements = {{"pce", match.pce, "1"},
                             {"scale", match.scale, "1"},
                             {"offset_x", static_cast<double>(match.offset.x), "px"},
                             {"offset_y", static_cast<double>(match.offset.y), "px"},
                             {"quarter_turns", static_cast<double>(match.quarter_turns), "1"},
                             {"trials", static_cast<double>(match.trials), "1"},
                             {"agreement", context.camera->agreement, "1"}};
    const std::string camera = "camera '" + context.camera->name + "'";
    if (match.pce < options.least_pce) {
        analysis.explanation = "The sensor pattern of " + camera +
                               " was not found in the picture (peak to correlation "
                               "energy " +
                               number(match.pce, 1) + ", " + number(options.least_pce, 0) +
                               " is needed). Strong compression, an unusual scale or another camera can be the reason.";
        return analysis;
    }
    analysis.explanation = "The picture carries the sensor pattern of " + camera + " (peak to correlation energy " +
                           number(match.pce, 0) + ", " + placed(match) + ").";
    add_map(picture, *context.camera, match, options, image.orientation, analysis);
    return analysis;
}

}  // namespace

const analysis::AnalyzerDefinition& camera_fingerprint() {
    static const analysis::AnalyzerDefinition definition = [] {
        analysis::AnalyzerDefinition made;
        made.id = "camera.fingerprint";
        made.version = 1;
        made.summary =
            "the sensor pattern of an enrolled camera: whether the picture carries it, and where it is missing";
        made.limits =
            "needs a fingerprint made from other pictures of the same camera (`--camera NAME`), pictures of at least "
            "64 "
            "px a side; finds crops, turns and usual scales, not arbitrary ones; says nothing about a picture that "
            "does "
            "not carry the pattern";
        made.known_false_alarms =
            "strong texture and places near black or white, where the pattern hardly shows; cameras of one model whose "
            "firmware leaves the same traces in all pictures";
        made.reference =
            "Lukas, Fridrich and Goljan, IEEE TIFS 2006; Chen, Fridrich, Goljan and Lukas, IEEE TIFS 2008; Goljan and "
            "Fridrich, SPIE 6819, 2008; Goljan, Fridrich and Filler, SPIE 7254, 2009";
        made.inputs = {ingest::MediaKind::kImage};
        made.emits_map = true;
        made.wants_camera = true;
        made.emits = {
            {"missing", "log10",
             "likelihood ratio of the pattern being missing against present as expected, that a region of the smallest "
             "size exceeds; only where the "
             "picture carries the pattern"},
            {"pce", "1", "peak to correlation energy of picture and fingerprint"},
            {"scale", "1", "of the picture against the camera's own size, at the best match"},
            {"offset_x", "px", "of the picture's left edge in the scaled pattern"},
            {"offset_y", "px", "of the picture's upper edge in the scaled pattern"},
            {"quarter_turns", "1",
             "clockwise turns of 90 degrees that bring the stored picture to the sensor's orientation"},
            {"trials", "1", "pairs of scale and turn that were tried"},
            {"agreement", "1", "quality of the fingerprint: correlation of two halves of its pictures"},
            {"missing_area", "%", "share of the picture where the pattern is missing beyond the threshold"},
            {"testable_area", "%", "share of the picture where a missing pattern would be noticed"},
            {"window", "px", "side of the windows that were compared: the smallest that shows the pattern"},
            {"region_missing", "log10", "of one place: its largest likelihood ratio"},
            {"region_area", "%", "of one place: its share of the picture"},
        };
        made.parameters = {
            {"least_pce", "peak to correlation energy from which the picture counts as the camera's own", "1", 20,
             10000, kDefaults.least_pce},
            {"threshold", "likelihood ratio from which the pattern counts as missing", "log10", 0, 3,
             kDefaults.threshold},
            {"smallest_region", "smallest place shown, as a share of the picture", "%", 0, 50,
             kDefaults.smallest_region_percent},
        };
        made.create = &analysis::make_whole_input_analyzer<analyse>;
        return made;
    }();
    return definition;
}

}  // namespace bonafide::analyzers

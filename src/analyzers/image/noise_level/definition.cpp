#include "analyzers/image/noise_level/noise_level.h"

#include <cmath>
#include <cstdio>

namespace bonafide::analyzers {
namespace {

using analysis::Analysis;
using evidence::Measurement;

constexpr NoiseLevelOptions kDefaults;

std::string decibels(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f dB", value);
    return text;
}

analysis::Observation observation_of(const NoiseRegion& region) {
    analysis::Observation observation;
    observation.where.box_px =
        evidence::Where::Box{region.box_px.x, region.box_px.y, region.box_px.width, region.box_px.height};
    observation.measurements = {{"region_contrast", region.contrast_db, "dB"},
                                {"region_area", region.area_percent, "%"}};
    observation.explanation = "This place is " + decibels(std::abs(region.contrast_db)) +
                              (region.contrast_db > 0 ? " noisier" : " cleaner") +
                              " than its surroundings, beyond what its brightness and texture explain.";
    return observation;
}

Analysis analyse(const analysis::Context& context, const analysis::Parameters& parameters) {
    if (context.media.image() == nullptr) {
        return Analysis::not_applicable("There is no still picture.");
    }
    NoiseLevelOptions options;
    options.threshold_db = parameters["threshold"];
    options.smallest_region_percent = parameters["smallest_region"];
    const NoiseLevelResult result = noise_level(context.media.luma(), options);
    if (!result.not_applicable.empty()) {
        return Analysis::not_applicable(result.not_applicable);
    }
    Analysis analysis;
    analysis.measurements = {{"inconsistency", result.inconsistency_db, "dB"},
                             {"noise_level", result.noise_level, "8-bit levels"},
                             {"noise_level_darkest", result.noise_level_darkest, "8-bit levels"},
                             {"noise_level_brightest", result.noise_level_brightest, "8-bit levels"},
                             {"judged_area", result.judged_area_percent, "%"},
                             {"suspicious_area", result.suspicious_area_percent, "%"},
                             {"regions", static_cast<double>(result.regions.size()), "1"}};
    for (const NoiseRegion& region : result.regions) {
        if (analysis.observations.size() == analysis::kMostObservations) {
            break;
        }
        analysis.observations.push_back(observation_of(region));
    }
    if (result.regions.empty()) {
        analysis.explanation =
            "No place departs from the noise that brightness and texture lead to expect as far as this analyzer "
            "demands; the strongest departure is " +
            decibels(result.inconsistency_db) + ". That does not rule out an edit.";
    } else {
        analysis.explanation =
            "In " + std::to_string(result.regions.size()) + (result.regions.size() == 1 ? " place" : " places") +
            " the noise departs by up to " + decibels(result.inconsistency_db) +
            " from the surroundings. Depth of field, fine fabric or the camera's own smoothing can do the same.";
    }
    analysis.map = result.map;
    return analysis;
}

}  // namespace

const analysis::AnalyzerDefinition& image_noise_level() {
    static const analysis::AnalyzerDefinition definition = [] {
        analysis::AnalyzerDefinition made;
        made.id = "image.noise.level";
        made.version = 1;
        made.summary = "local noise level, and places where it does not fit brightness, texture and surroundings";
        made.limits =
            "pictures of at least 128 px a side that still carry noise on even surfaces; sees edits that changed the "
            "noise (pasted from a noisier or "
            "cleaner picture, blurred, filled, smoothed), over about 3 % of the picture or more; blind to copies "
            "within one picture";
        made.known_false_alarms =
            "shallow depth of field against fine fabric, hair or foliage; a camera's local noise reduction; heavy JPEG "
            "compression of even surfaces";
        made.reference =
            "Mahdian and Saic, Image and Vision Computing 2009; Liu, Szeliski, Kang, Zitnick and Freeman, IEEE TPAMI "
            "2008; Pyatykh, Hesser and Zheng, "
            "IEEE TIP 2013; Pan, Zhang and Lyu, ICCP 2012";
        made.inputs = {ingest::MediaKind::kImage};
        made.emits_map = true;
        made.emits = {
            {"inconsistency", "dB",
             "strongest contrast of a place's noise to its surroundings, beyond brightness and texture, less its "
             "uncertainty"},
            {"noise_level", "8-bit levels", "standard deviation of the finest diagonal detail on even surfaces"},
            {"noise_level_darkest", "8-bit levels", "the same over the darkest fifth of even surfaces"},
            {"noise_level_brightest", "8-bit levels", "the same over the brightest fifth of even surfaces"},
            {"judged_area", "%", "share of the picture that is neither black, white nor overexposed"},
            {"suspicious_area", "%", "share of the picture in regions beyond the threshold"},
            {"regions", "1", "number of regions beyond the threshold"},
            {"region_contrast", "dB",
             "of one region: positive where it is noisier than its surroundings, negative where it is cleaner"},
            {"region_area", "%", "of one region: its share of the picture"},
        };
        made.parameters = {
            {"threshold", "contrast from which a place is shown as a region", "dB", 1, 40, kDefaults.threshold_db},
            {"smallest_region", "smallest region shown, as a share of the picture", "%", 0, 50,
             kDefaults.smallest_region_percent},
        };
        made.create = &analysis::make_whole_input_analyzer<analyse>;
        return made;
    }();
    return definition;
}

}  // namespace bonafide::analyzers

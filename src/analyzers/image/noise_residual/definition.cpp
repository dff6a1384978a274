#include "analyzers/image/noise_residual/noise_residual.h"

#include <cstdio>

namespace bonafide::analyzers {
namespace {

using analysis::Analysis;

constexpr NoiseResidualOptions kDefaults;

std::string one_decimal(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", value);
    return text;
}

Analysis analyse(const analysis::Context& context, const analysis::Parameters& parameters) {
    if (context.media.image() == nullptr) {
        return Analysis::not_applicable("There is no still picture.");
    }
    NoiseResidualOptions options;
    options.threshold = parameters["threshold"];
    const NoiseResidualResult result = noise_residual(context.media.luma(), options);
    if (!result.not_applicable.empty()) {
        return Analysis::not_applicable(result.not_applicable);
    }
    Analysis analysis;
    analysis.measurements = {{"departure", result.departure, "1"},
                             {"separation", result.separation_nats, "nat"},
                             {"minority_share", result.minority_share_percent, "%"},
                             {"residual_scale", result.residual_scale, "8-bit levels"},
                             {"judged_area", result.judged_area_percent, "%"},
                             {"suspicious_area", result.suspicious_area_percent, "%"}};
    if (result.suspicious_area_percent > 0) {
        analysis::Observation observation;
        observation.where.box_px = evidence::Where::Box{result.strongest_px.x, result.strongest_px.y,
                                                        result.strongest_px.width, result.strongest_px.height};
        observation.explanation =
            "The finest detail around this place is built unlike that of the rest, beyond what its brightness and "
            "texture explain.";
        analysis.observations.push_back(observation);
    }
    analysis.explanation =
        "The most unlike places' finest detail departs " + one_decimal(result.departure) +
        " times as far from the picture's own rule as an ordinary place does" +
        (result.suspicious_area_percent > 0 ? ". Depth of field, fabric, foliage and print can do the same."
                                            : ", less than this analyzer demands to show a place.");
    analysis.map = result.map;
    return analysis;
}

}  // namespace

const analysis::AnalyzerDefinition& image_noise_residual() {
    static const analysis::AnalyzerDefinition definition = [] {
        analysis::AnalyzerDefinition made;
        made.id = "image.noise.residual";
        made.version = 1;
        made.summary = "places whose finest detail has other co-occurrences than the rest of the picture's";
        made.limits =
            "pictures of at least 160 px a side that still carry a fine residual; sees places processed otherwise than "
            "the rest (another camera, blurred, filled, scaled) of about 3 % of the picture or more; blind to copies "
            "within one picture and to edits of the whole";
        made.known_false_alarms =
            "a single place of unlike material: out-of-focus background, water, fabric, print, a screen; burnt-in text";
        made.reference = "Cozzolino, Poggi and Verdoliva, Splicebuster, IEEE WIFS 2015";
        made.inputs = {ingest::MediaKind::kImage};
        made.emits_map = true;
        made.emits = {
            {"departure", "1",
             "distance of the most unlike places from the majority's residual statistics, in multiples of the median "
             "place's"},
            {"separation", "nat", "mean gain in log-likelihood of two kinds of residual over one, per window"},
            {"minority_share", "%", "of the judged windows: the rarer of the two kinds"},
            {"residual_scale", "8-bit levels", "step that residuals were rounded with"},
            {"judged_area", "%", "share of the picture that is neither black, white nor overexposed"},
            {"suspicious_area", "%", "share of the picture beyond the map's threshold"},
        };
        made.parameters = {
            {"threshold", "departure from which a place is shown beyond the map's threshold", "1", 1.5, 50,
             kDefaults.threshold},
        };
        made.create = &analysis::make_whole_input_analyzer<analyse>;
        return made;
    }();
    return definition;
}

}  // namespace bonafide::analyzers

#include "analyzers/image/noise_statistics/noise_statistics.h"

#include <cstdio>

namespace bonafide::analyzers {
namespace {

using analysis::Analysis;

constexpr NoiseStatisticsOptions kDefaults;

std::string one_decimal(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", value);
    return text;
}

Analysis analyse(const analysis::Context& context, const analysis::Parameters& parameters) {
    if (context.media.image() == nullptr) {
        return Analysis::not_applicable("There is no still picture.");
    }
    NoiseStatisticsOptions options;
    options.threshold = parameters["threshold"];
    options.tail_share = parameters["tail_share"] / 100;
    const NoiseStatisticsResult result = noise_statistics(context.media.luma(), options);
    if (!result.not_applicable.empty()) {
        return Analysis::not_applicable(result.not_applicable);
    }
    Analysis analysis;
    analysis.measurements = {{"meaningfulness", result.meaningfulness, "log10"},
                             {"nominal_meaningfulness", result.nominal_meaningfulness, "log10"},
                             {"overdispersion", result.overdispersion, "1"},
                             {"noise_level", result.noise_level, "8-bit levels"},
                             {"judged_area", result.judged_area_percent, "%"},
                             {"suspicious_area", result.suspicious_area_percent, "%"}};
    const std::string kind = result.strongest_is_quiet ? "quietest" : "noisiest";
    if (result.suspicious_area_percent > 0) {
        analysis::Observation observation;
        observation.where.box_px = evidence::Where::Box{result.strongest_px.x, result.strongest_px.y,
                                                        result.strongest_px.width, result.strongest_px.height};
        observation.explanation =
            "This place holds more of the picture's " + kind + " blocks than chance and the picture's own drift allow.";
        analysis.observations.push_back(observation);
        analysis.explanation = "The " + kind + " blocks gather in one place, 10^-" +
                               one_decimal(result.meaningfulness) +
                               " false alarms expected. Depth of field, fine fabric or the camera's own smoothing can "
                               "do the same.";
    } else {
        analysis.explanation =
            "No place holds more of the picture's quietest or noisiest blocks than this analyzer demands. That does "
            "not "
            "rule out an edit.";
    }
    analysis.map = result.map;
    return analysis;
}

}  // namespace

const analysis::AnalyzerDefinition& image_noise_statistics() {
    static const analysis::AnalyzerDefinition definition = [] {
        analysis::AnalyzerDefinition made;
        made.id = "image.noise.statistics";
        made.version = 1;
        made.summary = "places that hold too many of the picture's quietest blocks, or of its noisiest, a contrario";
        made.limits =
            "pictures of at least 160 px a side that still carry noise; sees places of other noise of about 2 % of the "
            "picture or more; blind to copies within one picture and to edits of the whole";
        made.known_false_alarms =
            "shallow depth of field, fine fabric or foliage, a camera's local noise reduction, heavy compression";
        made.reference = "Gardella, Musé, Morel and Colom, Noisesniffer, IWBF 2021, and Journal of Imaging 7(7), 2021";
        made.inputs = {ingest::MediaKind::kImage};
        made.emits_map = true;
        made.emits = {
            {"meaningfulness", "log10",
             "of the strongest place, -log10 of the number of false alarms, exponent divided by the root of the "
             "overdispersion"},
            {"nominal_meaningfulness", "log10",
             "the same against the whole picture, as if its blocks were independent"},
            {"overdispersion", "1", "variance of the counts in places, in multiples of that of independent blocks"},
            {"noise_level", "8-bit levels",
             "median standard deviation of the high frequencies of the blocks that took part"},
            {"judged_area", "%", "share of the picture that is neither black, white nor overexposed"},
            {"suspicious_area", "%", "share of the picture beyond the map's threshold"},
        };
        made.parameters = {
            {"threshold", "meaningfulness from which a place is shown beyond the map's threshold", "log10", 0.5, 300,
             kDefaults.threshold},
            {"tail_share", "share of comparable blocks that count as quiet, and as noisy", "%", 5, 45,
             100 * kDefaults.tail_share},
        };
        made.create = &analysis::make_whole_input_analyzer<analyse>;
        return made;
    }();
    return definition;
}

}  // namespace bonafide::analyzers

// Looks for the invisible watermark that `bonafide forge` leaves in all it makes (features/watermark has the method).
#include "analyzers/provenance/forge_marks/forge_marks.h"

#include <cmath>
#include <cstdio>

namespace bonafide::analyzers {
namespace {

using analysis::Analysis;
using features::watermark::Trace;

constexpr std::string_view kLeastExponent = "least_exponent";

std::string rounded(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.0f", value);
    return text;
}

/// Where the picture is not the marked one as it was; empty where it is.
std::string change_of(const Trace& trace) {
    if (trace.orientation != 1) {
        return " It was turned or mirrored since.";
    }
    if (trace.scale < 1) {
        return " This is a part of the marked picture, about " + rounded(100 * trace.scale) + " % of its longer side.";
    }
    return trace.scale > 1 ? " The marked picture is a part of this one." : "";
}

Analysis analyze(const analysis::Context& context, const analysis::Parameters& parameters) {
    const cv::Mat& luma = context.media.luma();
    if (std::max(luma.cols, luma.rows) < features::watermark::kSmallestSidePx) {
        return Analysis::not_applicable("A picture of under " + std::to_string(features::watermark::kSmallestSidePx) +
                                        " px along its longer side is too small to look for the forge's watermark.");
    }
    const Trace trace = features::watermark::find(luma);
    const bool found = trace.false_alarm_exponent >= parameters[kLeastExponent];
    Analysis analysis;
    analysis.measurements = {{"watermark_found", found ? 1.0 : 0.0, "0 or 1"},
                             {"false_alarm_exponent", trace.false_alarm_exponent, "-log10 of a probability"},
                             {"phase_agreement", trace.agreement, "mean cosine"}};
    analysis.explanation = describe_forge_mark(trace, parameters[kLeastExponent]);
    analysis.provenance.emplace();
    if (found) {
        analysis.measurements.push_back({"scale", trace.scale, "ratio"});
        analysis.provenance->marks.push_back(
            {"invisible watermark", "made by the forge of Bonafide", "Bonafide forge", analysis.explanation, true});
    }
    return analysis;
}

}  // namespace

std::string describe_forge_mark(const Trace& trace, double least_exponent) {
    if (trace.false_alarm_exponent < least_exponent) {
        return "The invisible watermark of Bonafide's forge was not found. That means nothing for what other programs "
               "made.";
    }
    return "The picture carries the invisible watermark of Bonafide's forge: it was made with `bonafide forge`, or "
           "somebody copied the mark, whose key is public. By chance a picture agrees so well at most once in 10^" +
           rounded(std::floor(trace.false_alarm_exponent)) + "." + change_of(trace);
}

const analysis::AnalyzerDefinition& provenance_forge_marks() {
    static const analysis::AnalyzerDefinition definition{
        .id = "provenance.forge_marks",
        .version = 1,
        .summary = "the invisible watermark that Bonafide's own forge leaves in every picture it makes",
        .limits =
            "Finds what this program marked, and nothing else; absence means nothing. Anyone can copy the mark into a "
            "genuine picture or take it out of a forged one, since key and method are public. Rotations by other than "
            "quarter turns, crops to under half of the longer side, and enlargements of a part are not searched. Not "
            "looked for in films.",
        .known_false_alarms =
            "A genuine picture into which somebody put the mark. By chance: at most one picture in a million at the "
            "default, a bound that follows from the method.",
        .reference =
            "Kutter, Watermarking resistant to translation, rotation, and scaling, SPIE 3528, 1998; O Ruanaidh, "
            "Dowling, Boland, Phase watermarking of digital images, ICIP 1996",
        .inputs = {ingest::MediaKind::kImage},
        .emits =
            {{"watermark_found", "0 or 1", "whether the watermark is there"},
             {"false_alarm_exponent", "-log10 of a probability",
              "bound on the chance that a picture made without the key agrees so well anywhere that was searched"},
             {"phase_agreement", "mean cosine", "between the phases of the repeated tile and those of the key"},
             {"scale", "ratio",
              "longer side of this picture over that of the marked one: below 1 a part of it, above 1 it is a part "
              "of this; only where found"}},
        .parameters = {{kLeastExponent, "from which exponent on the watermark counts as found",
                        "-log10 of a probability", 3, 30, features::watermark::kFoundExponent}},
        .models = {},
        .create = analysis::make_whole_input_analyzer<analyze>,
    };
    return definition;
}

}  // namespace bonafide::analyzers

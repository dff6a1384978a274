#include "analyzers/image/jpeg_quantisation/jpeg_quantisation.h"

#include <cstdio>

namespace bonafide::analyzers {
namespace {

using analysis::Analysis;

std::string whole(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.0f", value);
    return text;
}

std::string explanation_of(const CodingFacts& facts) {
    std::string text = facts.luminance.exact() ? "Coded with the standard's tables at quality "
                                               : "Coded with other tables than the standard's, nearest to quality ";
    text += whole(facts.luminance.quality);
    if (!facts.luminance.exact()) {
        text += " (steps differ by " + whole(facts.luminance.distance_percent) + " % in the mean)";
    }
    text += ", " + facts.subsampling;
    text += facts.progressive ? ", progressive" : "";
    text += facts.arithmetic ? ", arithmetic coding" : "";
    text += facts.optimised_huffman.value_or(false) ? ", own Huffman tables" : "";
    text += facts.restart_interval_mcu > 0 ? ", with restart markers" : "";
    text += "; as written by " + facts.encoder + ".";
    for (std::size_t index = 0; index < facts.mismatches.size(); ++index) {
        text += (index == 0 ? " It does not fit: " : "; ") + facts.mismatches[index];
    }
    if (!facts.mismatches.empty()) {
        text += ". The file was saved anew, which need not change what it shows.";
    }
    return text;
}

Analysis analyse(const analysis::Context& context, const analysis::Parameters&) {
    if (context.media.image() == nullptr || context.media.jpeg() == nullptr) {
        return Analysis::not_applicable("The input is no JPEG.");
    }
    const CodingFacts facts = coding_facts(context.media.bytes(), *context.media.jpeg(), context.media.metadata());
    if (!facts.not_applicable.empty()) {
        return Analysis::not_applicable(facts.not_applicable);
    }
    Analysis analysis;
    analysis.measurements = {{"mismatches", static_cast<double>(facts.mismatches.size()), "1"},
                             {"quality", facts.luminance.quality, "IJG quality"},
                             {"table_distance", facts.luminance.distance_percent, "%"},
                             {"chroma_samples", facts.chroma_samples, "samples a luminance sample"},
                             {"progressive", facts.progressive ? 1.0 : 0.0, "1"},
                             {"restart_interval", static_cast<double>(facts.restart_interval_mcu), "MCU"}};
    if (facts.chrominance) {
        analysis.measurements.push_back({"chroma_quality", facts.chrominance->quality, "IJG quality"});
        analysis.measurements.push_back({"chroma_table_distance", facts.chrominance->distance_percent, "%"});
    }
    if (facts.optimised_huffman) {
        analysis.measurements.push_back({"own_huffman_tables", *facts.optimised_huffman ? 1.0 : 0.0, "1"});
    }
    analysis.explanation = explanation_of(facts);
    return analysis;
}

}  // namespace

const analysis::AnalyzerDefinition& image_jpeg_quantisation() {
    static const analysis::AnalyzerDefinition definition = [] {
        analysis::AnalyzerDefinition made;
        made.id = "image.jpeg.quantisation";
        made.version = 1;
        made.summary =
            "how the JPEG was coded: quality, tables, subsampling, scans, and whether that fits its metadata";
        made.limits =
            "says how the file was last saved, not whether it was edited; mismatches are looked for only where EXIF "
            "names a "
            "camera and carries its maker's note; everything here can be forged";
        made.known_false_alarms =
            "pictures saved anew by software that keeps the camera's metadata: turned, resized, shared";
        made.reference = "ITU-T T.81, annex K; Farid, Dartmouth TR2008-638; Kee, Johnson and Farid, IEEE TIFS 2011";
        made.inputs = {ingest::MediaKind::kImage};
        made.emits = {
            {"mismatches", "1", "ways in which the coding contradicts the camera that the metadata name"},
            {"quality", "IJG quality", "of the standard luminance table nearest to the file's, 1 to 100"},
            {"table_distance", "%", "mean relative difference of the luminance steps to that table; 0: the very table"},
            {"chroma_samples", "samples a luminance sample", "colour resolution: 1, 0.5, 0.25; 0 for grey pictures"},
            {"progressive", "1", "1 where the scans are progressive"},
            {"restart_interval", "MCU", "distance of restart markers; 0: none"},
            {"chroma_quality", "IJG quality", "of the standard chrominance table nearest to the file's"},
            {"chroma_table_distance", "%", "mean relative difference of the chrominance steps to that table"},
            {"own_huffman_tables", "1", "1 where the code tables are not the standard's examples"},
        };
        made.create = &analysis::make_whole_input_analyzer<analyse>;
        return made;
    }();
    return definition;
}

}  // namespace bonafide::analyzers

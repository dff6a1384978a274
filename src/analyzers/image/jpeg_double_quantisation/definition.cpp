#include "analyzers/image/jpeg_double_quantisation/jpeg_double_quantisation.h"
#include "features/clipped_blocks.h"
#include "media/image_orientation.h"

#include <cstdio>

namespace bonafide::analyzers {
namespace {

using analysis::Analysis;

constexpr DoubleQuantisationOptions kDefaults;

std::string decibans(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.0f dB", value);
    return text;
}

/// `blocks` as they are stored, in pixels of the upright picture.
Analysis analyse(const analysis::Context& context, const analysis::Parameters& parameters) {
    const media::Image* image = context.media.image();
    if (image == nullptr) {
        return Analysis::not_applicable("There is no still picture.");
    }
    const std::vector<media::JpegPlane>* planes = context.media.jpeg_planes();
    if (planes == nullptr || planes->empty()) {
        return Analysis::not_applicable("The input is no JPEG, or its coefficients cannot be read.");
    }
    const media::JpegPlane& luma = planes->front();
    if (luma.blocks_wide != (image->stored_width_px + 7) / 8 || luma.blocks_high != (image->stored_height_px + 7) / 8) {
        return Analysis::not_applicable("The luminance of this JPEG is not stored at the size of the picture.");
    }
    DoubleQuantisationOptions options;
    options.threshold_db = parameters["threshold"];
    options.smallest_region_percent = parameters["smallest_region"];
    const cv::Mat clipped = features::clipped_blocks(image->rgb, image->orientation, luma.quantisation);
    const DoubleQuantisationResult result = find_double_quantisation(luma, clipped, options);
    if (!result.not_applicable.empty()) {
        return Analysis::not_applicable(result.not_applicable);
    }
    Analysis analysis;
    analysis.measurements = {{"evidence", result.evidence_db, "dB"},
                             {"trace", result.trace_db, "dB"},
                             {"frequencies", static_cast<double>(result.frequencies), "1"},
                             {"judged_area", result.judged_area_percent, "%"},
                             {"suspicious_area", result.suspicious_area_percent, "%"},
                             {"regions", static_cast<double>(result.regions.size()), "1"}};
    for (const HistoryRegion& region : result.regions) {
        if (analysis.observations.size() == analysis::kMostObservations) {
            break;
        }
        analysis::Observation observation;
        const cv::Rect blocks = media::upright(region.blocks, {luma.blocks_wide, luma.blocks_high}, image->orientation);
        const cv::Rect box = cv::Rect(blocks.tl() * 8, blocks.size() * 8) & cv::Rect({}, image->rgb.size());
        observation.where.box_px = evidence::Where::Box{box.x, box.y, box.width, box.height};
        observation.measurements = {{"region_evidence", region.evidence_db, "dB"},
                                    {"region_area", region.area_percent, "%"}};
        observation.explanation =
            "The blocks of this place do not carry the rhythm of the earlier JPEG save that the rest carries: they may "
            "have "
            "been pasted, moved, retouched or filled after it.";
        analysis.observations.push_back(observation);
    }
    const std::string history =
        "The coefficients show that most of the picture was saved as JPEG before, with other "
        "quantisation steps (" +
        std::to_string(result.frequencies) + " of 63 frequencies tell them); that is common. ";
    if (result.regions.empty()) {
        analysis.explanation = history +
                               "No place of notable size lacks this trace; the strongest evidence for one is " +
                               decibans(result.evidence_db) + ".";
    } else {
        analysis.explanation = history + std::to_string(result.regions.size()) +
                               (result.regions.size() == 1 ? " place lacks" : " places lack") +
                               " this trace, with evidence of up to " + decibans(result.evidence_db) +
                               ". Overexposed or saturated surfaces can do the same.";
    }
    analysis.map = media::upright(result.map, image->orientation);
    return analysis;
}

}  // namespace

const analysis::AnalyzerDefinition& image_jpeg_double_quantisation() {
    static const analysis::AnalyzerDefinition definition = [] {
        analysis::AnalyzerDefinition made;
        made.id = "image.jpeg.double_quantisation";
        made.version = 1;
        made.summary = "places of a JPEG that lack the trace of an earlier save that the rest carries";
        made.limits =
            "JPEGs that were saved before on the same grid with steps that leave a rhythm: blind where the earlier "
            "save was much "
            "finer (quality near 100), used the same steps, or lay on another grid (cropped, resized, rotated)";
        made.known_false_alarms =
            "overexposed or saturated surfaces, where decoding clipped what the earlier save had said; captions and "
            "time "
            "stamps added after the first save are real edits, if harmless ones";
        made.reference = "Bianchi and Piva, IEEE TIFS 2012; Lin, He, Tang and Tang, Pattern Recognition 2009";
        made.inputs = {ingest::MediaKind::kImage};
        made.emits_map = true;
        made.emits = {
            {"evidence", "dB", "strongest evidence of any place for another history than the rest, decibans"},
            {"trace", "dB", "evidence for an earlier save of the whole picture, for each block, decibans"},
            {"frequencies", "1", "frequencies of 63 that show a primary step"},
            {"judged_area", "%", "share of the picture that is neither flat nor clipped"},
            {"suspicious_area", "%", "share of the picture in regions beyond the threshold"},
            {"regions", "1", "number of regions beyond the threshold"},
            {"region_evidence", "dB", "of one region: strongest evidence inside, decibans"},
            {"region_area", "%", "of one region: its share of the picture"},
        };
        made.parameters = {
            {"threshold", "evidence from which a place is shown as a region", "dB", 1, 1000, kDefaults.threshold_db},
            {"smallest_region", "smallest region shown, as a share of the picture", "%", 0, 50,
             kDefaults.smallest_region_percent},
        };
        made.create = &analysis::make_whole_input_analyzer<analyse>;
        return made;
    }();
    return definition;
}

}  // namespace bonafide::analyzers

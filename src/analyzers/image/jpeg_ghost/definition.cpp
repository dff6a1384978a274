#include "analyzers/image/jpeg_ghost/jpeg_ghost.h"
#include "features/clipped_blocks.h"
#include "media/image_orientation.h"

#include <cstdio>

namespace bonafide::analyzers {
namespace {

using analysis::Analysis;

constexpr GhostOptions kDefaults;

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.0f", value);
    return text;
}

std::string explanation_of(const GhostResult& result) {
    const std::string quality = " (near quality " + number(result.quality) + ")";
    if (result.regions.empty()) {
        return "The picture shows the ghost of an earlier, coarser JPEG save" + quality +
               "; no place of notable size lacks it. The strongest departure is " + number(result.contrast_sigma) +
               " standard deviations.";
    }
    return (result.lacks ? "The picture shows the ghost of an earlier, coarser JPEG save" + quality + ", but "
                         : std::string()) +
           number(static_cast<double>(result.regions.size())) + (result.regions.size() == 1 ? " place " : " places ") +
           (result.lacks
                ? "without it"
                : "show the ghost of an earlier, coarser JPEG save" + quality + " that the rest does not show") +
           ", by up to " + number(result.contrast_sigma) + " standard deviations.";
}

Analysis analyse(const analysis::Context& context, const analysis::Parameters& parameters) {
    const media::Image* image = context.media.image();
    if (image == nullptr) {
        return Analysis::not_applicable("There is no still picture.");
    }
    const std::vector<media::JpegPlane>* planes = context.media.jpeg_planes();
    const cv::Size stored((image->stored_width_px + 7) / 8, (image->stored_height_px + 7) / 8);
    ghost::Picture picture;
    if (planes != nullptr && !planes->empty()) {
        picture.plane = &planes->front();
        if (cv::Size(picture.plane->blocks_wide, picture.plane->blocks_high) != stored) {
            return Analysis::not_applicable("The luminance of this JPEG is not stored at the size of the picture.");
        }
    } else if (image->lossy) {
        return Analysis::not_applicable(
            "The picture went through a lossy coding other than JPEG, which covers the traces of one.");
    }
    picture.luma = media::upright(context.media.luma(), media::inverse_of(image->orientation));
    picture.unusable = features::clipped_blocks(
        image->rgb, image->orientation,
        picture.plane != nullptr ? picture.plane->quantisation : std::array<std::uint16_t, 64>{});
    GhostOptions options;
    options.threshold_sigma = parameters["threshold"];
    options.smallest_region_percent = parameters["smallest_region"];
    const GhostResult result = find_ghost(picture, options);
    if (!result.not_applicable.empty()) {
        return Analysis::not_applicable(result.not_applicable);
    }
    Analysis analysis;
    analysis.measurements = {{"contrast", result.contrast_sigma, "standard deviations"},
                             {"ghost_strength", result.strength, "1"},
                             {"ghost_quality", result.quality, "IJG quality"},
                             {"suspicious_area", result.suspicious_area_percent, "%"},
                             {"regions", static_cast<double>(result.regions.size()), "1"}};
    for (const GhostRegion& region : result.regions) {
        if (analysis.observations.size() == analysis::kMostObservations) {
            break;
        }
        analysis::Observation observation;
        const cv::Rect blocks = media::upright(region.blocks, stored, image->orientation);
        const cv::Rect box = cv::Rect(blocks.tl() * 8, blocks.size() * 8) & cv::Rect({}, image->rgb.size());
        observation.where.box_px = evidence::Where::Box{box.x, box.y, box.width, box.height};
        observation.measurements = {{"region_contrast", region.departure_sigma, "standard deviations"},
                                    {"region_area", region.area_percent, "%"}};
        observation.explanation = result.lacks
                                      ? "This place lacks the ghost of an earlier JPEG save that the rest shows."
                                      : "This place alone shows the ghost of an earlier JPEG save.";
        analysis.observations.push_back(observation);
    }
    analysis.explanation = explanation_of(result);
    analysis.map = media::upright(result.map, image->orientation);
    return analysis;
}

}  // namespace

const analysis::AnalyzerDefinition& image_jpeg_ghost() {
    static const analysis::AnalyzerDefinition definition = [] {
        analysis::AnalyzerDefinition made;
        made.id = "image.jpeg.ghost";
        made.version = 1;
        made.summary = "places that lack the ghost of an earlier, coarser JPEG save, or alone show one";
        made.limits =
            "pictures, JPEG or lossless, that were saved as a coarser JPEG before, on any grid, or a part of which "
            "was, on "
            "a grid that has borders in common with the file's own; blind where the last save is as coarse as the "
            "earlier one, and after a resize";
        made.known_false_alarms =
            "overexposed or saturated surfaces; print, screens and drawings with a regular texture of 8 px";
        made.reference = "Farid, IEEE TIFS 2009";
        made.inputs = {ingest::MediaKind::kImage};
        made.emits_map = true;
        made.emits = {
            {"contrast", "standard deviations", "strongest departure of a place from the rest of the picture"},
            {"ghost_strength", "1",
             "how closely coefficients keep to the earlier steps, where they do: 0 not at all, 1 wholly"},
            {"ghost_quality", "IJG quality", "of the standard table nearest to the earlier steps"},
            {"suspicious_area", "%", "share of the picture in regions beyond the threshold"},
            {"regions", "1", "number of regions beyond the threshold"},
            {"region_contrast", "standard deviations", "of one region: its strongest departure"},
            {"region_area", "%", "of one region: its share of the picture"},
        };
        made.parameters = {
            {"threshold", "departure from which a place is shown as a region", "standard deviations", 1, 1000,
             kDefaults.threshold_sigma},
            {"smallest_region", "smallest region shown, as a share of the picture", "%", 0, 50,
             kDefaults.smallest_region_percent},
        };
        made.create = &analysis::make_whole_input_analyzer<analyse>;
        return made;
    }();
    return definition;
}

}  // namespace bonafide::analyzers

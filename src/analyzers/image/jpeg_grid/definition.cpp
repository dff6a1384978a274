#include "analyzers/image/jpeg_grid/jpeg_grid.h"
#include "media/image_orientation.h"

#include <cstdio>

namespace bonafide::analyzers {
namespace {

using analysis::Analysis;

constexpr JpegGridOptions kDefaults;

std::string deviations(double value) {
    char text[48];
    std::snprintf(text, sizeof text, "%.1f standard deviations", value);
    return text;
}

std::string corner(cv::Point origin) {
    return "(" + std::to_string(origin.x) + ", " + std::to_string(origin.y) + ")";
}

// A corner of the coding grid in the upright picture: blocks are counted from the stored picture's upper left corner.
cv::Point upright_origin(const media::Image& image) {
    const cv::Size small(image.stored_width_px % 8 + 8, image.stored_height_px % 8 + 8);
    cv::Mat block = cv::Mat::zeros(small, CV_8UC1);
    block(cv::Rect(0, 0, 8, 8)).setTo(1);
    const cv::Mat turned = media::upright(block, image.orientation);
    for (int y = 0; y < turned.rows; ++y) {
        for (int x = 0; x < turned.cols; ++x) {
            if (turned.at<unsigned char>(y, x) != 0) {
                return {x % 8, y % 8};
            }
        }
    }
    return {0, 0};
}

analysis::Observation observation_of(const JpegGridRegion& region) {
    analysis::Observation observation;
    observation.where.box_px =
        evidence::Where::Box{region.box_px.x, region.box_px.y, region.box_px.width, region.box_px.height};
    observation.measurements = {{"region_contrast", region.contrast, "standard deviations"},
                                {"region_votes", -region.log10_false_alarms, "1"}};
    observation.explanation =
        "This place was compressed on a grid of 8 x 8 px with a corner at " + corner(region.origin) +
        ", which the rest of the picture does not share; it stands out by " + deviations(region.contrast) + ".";
    return observation;
}

Analysis analyse(const analysis::Context& context, const analysis::Parameters& parameters) {
    const media::Image* image = context.media.image();
    if (image == nullptr) {
        return Analysis::not_applicable("There is no still picture.");
    }
    std::optional<cv::Point> own;
    if (context.media.jpeg() != nullptr) {
        own = upright_origin(*image);
    }
    const JpegGridResult result = jpeg_grid(context.media.luma(), own, {parameters["threshold"]});
    if (!result.not_applicable.empty()) {
        return Analysis::not_applicable(result.not_applicable);
    }
    Analysis analysis;
    analysis.measurements = {{"foreign_grid", result.foreign_grid, "standard deviations"},
                             {"foreign_grid_votes", result.foreign_grid_votes, "1"},
                             {"earlier_grid", result.earlier_grid, "standard deviations"},
                             {"earlier_grid_votes", result.earlier_grid_votes, "1"},
                             {"informative_area", result.informative_area_percent, "%"},
                             {"regions", static_cast<double>(result.regions.size()), "1"}};
    for (const JpegGridRegion& region : result.regions) {
        analysis.observations.push_back(observation_of(region));
    }
    if (result.regions.empty()) {
        analysis.explanation =
            "No place shows a JPEG grid that the rest of the picture does not share; the strongest "
            "contrast is " +
            deviations(result.foreign_grid) + ". That does not rule out an edit.";
    } else {
        analysis.explanation =
            "In " + std::to_string(result.regions.size()) + (result.regions.size() == 1 ? " place" : " places") +
            " a JPEG grid shows that the rest of the picture does not share, by up to " +
            deviations(result.foreign_grid) + ": something saved as a JPEG before was inserted or moved.";
    }
    if (result.earlier_origin) {
        analysis.explanation += " The whole picture was saved before on a grid with a corner at " +
                                corner(*result.earlier_origin) +
                                ": it was cropped or moved after a save, which is harmless by itself.";
    }
    analysis.map = result.map;
    return analysis;
}

}  // namespace

const analysis::AnalyzerDefinition& image_jpeg_grid() {
    static const analysis::AnalyzerDefinition definition = [] {
        analysis::AnalyzerDefinition made;
        made.id = "image.jpeg.grid";
        made.version = 1;
        made.summary =
            "grids of earlier JPEG saves that are not the picture's own: over the whole picture, and in places";
        made.limits =
            "pictures of at least 128 px a side; sees parts that had been saved as JPEG before and lie on another grid "
            "in both directions (49 of 64 chances), where the last save was no more than about one and a half times as "
            "coarse "
            "as the earlier; blind to parts never saved as JPEG, rescaled or blurred ones";
        made.known_false_alarms =
            "a genuine picture set into another (screens shown in screenshots, collages, pages); textures with a "
            "period of 8 px";
        made.reference =
            "Bianchi and Piva, IEEE TIFS 7(2), 2012; Nikoukhah, Anger, Ehret, Colom, Morel and Grompone von Gioi, "
            "ZERO, "
            "IPOL 11, 2021; Li, Yuan and Yu, Signal Processing 89(9), 2009";
        made.inputs = {ingest::MediaKind::kImage};
        made.emits_map = true;
        made.emits = {
            {"foreign_grid", "standard deviations",
             "how far the strongest grid of a place that the rest of the picture does not share stands out from all "
             "others"},
            {"foreign_grid_votes", "1",
             "-log10 of the number of false alarms of that place: the votes of its tiles for one grid, among all "
             "places"},
            {"earlier_grid", "standard deviations",
             "how far the strongest grid of the whole picture beside its own stands out from all others"},
            {"earlier_grid_votes", "1", "-log10 of the number of false alarms of the votes of all tiles for that grid"},
            {"informative_area", "%", "share of the picture with enough content for a grid to show"},
            {"regions", "1", "number of places beyond the threshold"},
            {"region_contrast", "standard deviations", "of one region: how far its grid stands out"},
            {"region_votes", "1", "of one region: -log10 of its number of false alarms"},
        };
        made.parameters = {
            {"threshold", "contrast from which a place is shown as a region", "standard deviations", 3, 100,
             kDefaults.threshold},
        };
        made.create = &analysis::make_whole_input_analyzer<analyse>;
        return made;
    }();
    return definition;
}

}  // namespace bonafide::analyzers

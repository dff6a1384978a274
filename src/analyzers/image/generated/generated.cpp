// What the networks of features/generated say of a still picture, and how much of it its size lets count.
// Limits: see README.md beside this file.
#include "analyzers/image/generated/generated.h"

#include "base/ensure.h"

#include <algorithm>
#include <iterator>

namespace bonafide::analyzers {

namespace crops = features::generated;

Result<GeneratedResult> generated(const cv::Mat& rgb, infer::Session& network, const GeneratedOptions& options) {
    ENSURE(rgb.empty() || rgb.type() == CV_8UC3);
    GeneratedResult result;
    const std::vector<cv::Rect> places = crops::crop_places(rgb.size(), options.most_crops);
    if (places.empty()) {
        result.not_applicable = "The picture is smaller than 128 px on a side: less than the networks look at.";
        return result;
    }
    std::vector<cv::Mat> looked_at;
    std::transform(places.begin(), places.end(), std::back_inserter(looked_at),
                   [&](const cv::Rect& place) { return rgb(place); });
    const auto said = crops::ask(looked_at, network);
    if (!said) {
        return said.error();
    }
    result.crops_judged = said->judged;
    result.crops_empty = said->empty;
    if (said->judged == 0) {
        result.not_applicable = "The picture is even all over: nothing in it could carry a generator's traces.";
        return result;
    }
    result.lowest_crop = said->lowest;
    result.highest_crop = said->highest;
    result.strongest_px = places[said->strongest];
    result.score = said->mean;
    if (result.score > 0) {
        result.counted_share = std::min(1.0, static_cast<double>(rgb.size().area()) / kGeneratedFullArea_px);
        result.score *= result.counted_share;
    }
    return result;
}

}  // namespace bonafide::analyzers

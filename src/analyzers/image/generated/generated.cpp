// What the networks of features/generated say of a still picture, and how much of it its size lets count.
// Limits: see README.md beside this file.
#include "analyzers/image/generated/generated.h"

#include "base/ensure.h"

#include <algorithm>

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
    double sum = 0;
    for (const cv::Rect& place : places) {
        const auto answer = crops::log_odds(rgb(place), network);
        if (!answer) {
            return answer.error();
        }
        if (!*answer) {
            ++result.crops_empty;
            continue;
        }
        const double odds = **answer;
        if (result.crops_judged == 0 || odds > result.highest_crop) {
            result.highest_crop = odds;
            result.strongest_px = place;
        }
        result.lowest_crop = result.crops_judged == 0 ? odds : std::min(result.lowest_crop, odds);
        sum += odds;
        ++result.crops_judged;
    }
    if (result.crops_judged == 0) {
        result.not_applicable = "The picture is even all over: nothing in it could carry a generator's traces.";
        return result;
    }
    result.score = sum / result.crops_judged;
    if (result.score > 0) {
        result.counted_share = std::min(1.0, static_cast<double>(rgb.size().area()) / kGeneratedFullArea_px);
        result.score *= result.counted_share;
    }
    return result;
}

}  // namespace bonafide::analyzers

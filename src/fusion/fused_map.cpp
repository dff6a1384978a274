// A noisy-or of the maps' excess over their thresholds, each weighted by its log-likelihood ratio up to one decade: an
// analyzer that was judged to say nothing contributes nothing above 128, however brightly it drew.
#include "fusion/fused_map.h"

#include "base/ensure.h"

#include <algorithm>

namespace bonafide::fusion {
namespace {

constexpr double kFullWeightLlr = 1.0;

}  // namespace

cv::Mat fuse_maps(const std::vector<JudgedMap>& maps) {
    if (maps.empty()) {
        return {};
    }
    cv::Mat below(maps.front().map.size(), CV_8UC1, cv::Scalar(0));
    cv::Mat unsuspicious(maps.front().map.size(), CV_32FC1, cv::Scalar(1));
    for (const JudgedMap& judged : maps) {
        ENSURE(judged.map.type() == CV_8UC1 && judged.map.size() == below.size());
        cv::max(below, cv::min(judged.map, 128), below);
        const double weight = std::clamp(judged.llr.value_or(0) / kFullWeightLlr, 0.0, 1.0);
        cv::Mat keep;
        cv::Mat(cv::max(judged.map, 128)).convertTo(keep, CV_32F, -weight / 127.0, 1 + weight * 128.0 / 127.0);
        cv::multiply(unsuspicious, keep, unsuspicious);
    }
    cv::Mat above, fused;
    unsuspicious.convertTo(above, CV_8U, -127.0, 127.0);  // 0 where nothing speaks, 127 where certain
    cv::add(below, above, fused);
    // A place below every threshold keeps its shade; one above starts from 128.
    return fused;
}

}  // namespace bonafide::fusion

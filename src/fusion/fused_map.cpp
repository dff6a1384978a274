// A noisy-or of the maps' excess over their thresholds, each weighted by its log-likelihood ratio up to one decade: an
// analyzer that was judged to say nothing contributes nothing above 128, however brightly it drew.
#include "fusion/fused_map.h"

#include "base/ensure.h"
#include "evidence/map_grid.h"

#include <algorithm>

namespace bonafide::fusion {
namespace {

constexpr double kFullWeightLlr = 1.0;

}  // namespace

cv::Mat fuse_maps(const std::vector<JudgedMap>& maps, cv::Size picture) {
    if (maps.empty()) {
        return {};
    }
    int finest = evidence::kMapSteps[std::size(evidence::kMapSteps) - 1];
    for (const JudgedMap& judged : maps) {
        const auto step = evidence::map_step(judged.map.size(), picture);
        ENSURE(judged.map.type() == CV_8UC1 && step.has_value());
        finest = std::min(finest, *step);
    }
    const cv::Size size = evidence::map_size(picture, finest);
    cv::Mat below(size, CV_8UC1, cv::Scalar(0));
    cv::Mat unsuspicious(size, CV_32FC1, cv::Scalar(1));
    for (const JudgedMap& judged : maps) {
        const cv::Mat map = evidence::enlarged(judged.map, size);
        cv::max(below, cv::min(map, 128), below);
        const double weight = std::clamp(judged.llr.value_or(0) / kFullWeightLlr, 0.0, 1.0);
        cv::Mat keep;
        cv::Mat(cv::max(map, 128)).convertTo(keep, CV_32F, -weight / 127.0, 1 + weight * 128.0 / 127.0);
        cv::multiply(unsuspicious, keep, unsuspicious);
    }
    cv::Mat above, fused;
    unsuspicious.convertTo(above, CV_8U, -127.0, 127.0);  // 0 where nothing speaks, 127 where certain
    cv::add(below, above, fused);
    // A place below every threshold keeps its shade; one above starts from 128.
    return fused;
}

cv::Mat add_to_fused(const cv::Mat& together, const std::vector<JudgedMap>& others, cv::Size picture) {
    const cv::Mat alone = fuse_maps(others, picture);
    if (alone.empty()) {
        return together;
    }
    cv::Mat fused = evidence::enlarged(together, picture).clone();
    const cv::Mat pointing = evidence::enlarged(alone, picture);
    cv::Mat brighter;
    cv::max(fused, pointing, brighter);
    brighter.copyTo(fused, pointing > 128);
    return fused;
}

}  // namespace bonafide::fusion

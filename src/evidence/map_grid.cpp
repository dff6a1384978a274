#include "evidence/map_grid.h"

#include "base/ensure.h"

#include <opencv2/imgproc.hpp>

namespace bonafide::evidence {

std::optional<int> map_step(cv::Size map, cv::Size picture) {
    for (const int step : kMapSteps) {
        if (map == map_size(picture, step)) {
            return step;
        }
    }
    return std::nullopt;
}

cv::Mat enlarged(const cv::Mat& map, cv::Size picture) {
    const auto step = map_step(map.size(), picture);
    ENSURE(step.has_value());
    if (*step == 1) {
        return map;
    }
    // Enlarged by the whole step, then cut: a plain resize to the picture's size would shift what the last, partly
    // filled column and row stand for.
    cv::Mat large;
    cv::resize(map, large, map.size() * *step, 0, 0, cv::INTER_LINEAR);
    return large(cv::Rect({}, picture)).clone();
}

}  // namespace bonafide::evidence

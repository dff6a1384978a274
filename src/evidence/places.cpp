#include "evidence/places.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>

namespace bonafide::evidence {

std::vector<Place> places_beyond(const cv::Mat& values, double threshold) {
    std::vector<Place> places;
    if (values.empty()) {
        return places;
    }
    cv::Mat labels, statistics, centres;
    const int count = cv::connectedComponentsWithStats(values > threshold, labels, statistics, centres, 8, CV_32S);
    for (int label = 1; label < count; ++label) {
        const int* row = statistics.ptr<int>(label);
        Place place;
        place.box = {row[cv::CC_STAT_LEFT], row[cv::CC_STAT_TOP], row[cv::CC_STAT_WIDTH], row[cv::CC_STAT_HEIGHT]};
        place.cells = row[cv::CC_STAT_AREA];
        cv::minMaxLoc(values(place.box), nullptr, &place.strongest, nullptr, nullptr, labels(place.box) == label);
        places.push_back(place);
    }
    std::stable_sort(places.begin(), places.end(),
                     [](const Place& a, const Place& b) { return a.strongest > b.strongest; });
    return places;
}

}  // namespace bonafide::evidence

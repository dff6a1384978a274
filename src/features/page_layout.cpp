#include "features/page_layout.h"

#include "base/ensure.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace bonafide::features {
namespace {

constexpr int kLeastBand_px = 4;
constexpr int kTolerance = 2;          ///< levels, that a save of a flat surface leaves
constexpr double kLeastShare = 0.995;  ///< of a row: a scroll bar or a mark at the edge may stick out
constexpr std::size_t kLooks = 32;     ///< pixels looked at first: few rows of a photograph need more
constexpr int kMostOdd = 2;            ///< of those

int odd_among(const std::vector<std::uint8_t>& values, std::uint8_t middle) {
    return static_cast<int>(std::count_if(values.begin(), values.end(),
                                          [&](std::uint8_t value) { return std::abs(value - middle) > kTolerance; }));
}

std::uint8_t median(std::vector<std::uint8_t> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

bool is_empty(const std::uint8_t* row, int width) {
    std::vector<std::uint8_t> some(kLooks);
    for (std::size_t look = 0; look < some.size(); ++look) {
        some[look] = row[static_cast<std::size_t>(width) * look / some.size()];
    }
    if (odd_among(some, median(some)) > kMostOdd) {
        return false;
    }
    const std::vector<std::uint8_t> all(row, row + width);
    return odd_among(all, median(all)) <= (1 - kLeastShare) * width;
}

int bands_of_rows(const cv::Mat& levels) {
    int bands = 0, length = 0;
    for (int y = 0; y < levels.rows; ++y) {
        length = is_empty(levels.ptr<std::uint8_t>(y), levels.cols) ? length + 1 : 0;
        bands += length == kLeastBand_px ? 1 : 0;
    }
    return bands;
}

}  // namespace

int empty_bands(const cv::Mat& luma) {
    ENSURE(luma.empty() || luma.type() == CV_32FC1);
    if (luma.empty()) {
        return 0;
    }
    cv::Mat levels, turned;
    luma.convertTo(levels, CV_8U);
    cv::transpose(levels, turned);
    return bands_of_rows(levels) + bands_of_rows(turned);
}

}  // namespace bonafide::features

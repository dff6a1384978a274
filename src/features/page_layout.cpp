// A page is taken apart along its empty bands, in turns across and down, as by Nagy and Seth, "Hierarchical
// representation of optically scanned documents", ICPR 1984. What remains is words, marks of the program's and
// pictures.
#include "features/page_layout.h"

#include "base/ensure.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>
#include <vector>

namespace bonafide::features {
namespace {

constexpr int kLeastBand_px = 4;
constexpr int kTolerance = 2;          ///< levels, that a save of a flat surface leaves
constexpr double kLeastShare = 0.995;  ///< of a row: a scroll bar or a mark at the edge may stick out
constexpr std::size_t kLooks = 32;     ///< pixels looked at first: few rows of a photograph need more
constexpr int kMostOdd = 2;            ///< of those
constexpr int kMostCuts = 12;          ///< one in another: frames without end are nobody's page
constexpr double kMostOneLevel = 0.6;  ///< of a photograph: paper fills more between words, a button within its frame
constexpr int kEdge_px = 8;            ///< of a photograph, that a save as JPEG mixes with the page around it

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

/// The empty bands of rows of `levels` (CV_8UC1), from above.
std::vector<cv::Range> bands_of_rows(const cv::Mat& levels) {
    std::vector<cv::Range> bands;
    int begin = 0;
    for (int y = 0; y <= levels.rows; ++y) {
        if (y < levels.rows && is_empty(levels.ptr<std::uint8_t>(y), levels.cols)) {
            continue;
        }
        if (y - begin >= kLeastBand_px) {
            bands.emplace_back(begin, y);
        }
        begin = y + 1;
    }
    return bands;
}

/// What `bands` leave of `rows` rows.
std::vector<cv::Range> between(const std::vector<cv::Range>& bands, int rows) {
    std::vector<cv::Range> parts;
    int begin = 0;
    for (const cv::Range& band : bands) {
        if (band.start > begin) {
            parts.emplace_back(begin, band.start);
        }
        begin = band.end;
    }
    if (begin < rows) {
        parts.emplace_back(begin, rows);
    }
    return parts;
}

cv::Mat transposed(const cv::Mat& levels) {
    cv::Mat turned;
    cv::transpose(levels, turned);
    return turned;
}

bool is_photograph(const cv::Mat& levels) {
    std::array<int, 256> counts{};
    for (int y = 0; y < levels.rows; ++y) {
        const auto* row = levels.ptr<std::uint8_t>(y);
        std::for_each(row, row + levels.cols, [&](std::uint8_t value) { ++counts.at(value); });
    }
    int most = 0;
    for (auto from = counts.begin(); from + 2 * kTolerance < counts.end(); ++from) {
        most = std::max(most, std::accumulate(from, from + 2 * kTolerance + 1, 0));
    }
    return most <= kMostOneLevel * static_cast<double>(levels.total());
}

/// The largest photograph of `levels`, where `bands` are its empty rows and `cuts` led to it; empty where there is
/// none.
cv::Rect largest_photograph(const cv::Mat& levels, const std::vector<cv::Range>& bands, int cuts) {
    if (levels.cols < kLeastPhotographPx || cuts == kMostCuts) {
        return {};
    }
    if (cuts > 0 && bands.empty()) {  // nor were there any in the other direction
        return is_photograph(levels) ? cv::Rect({}, levels.size()) : cv::Rect();
    }
    cv::Rect largest;
    for (const cv::Range& rows : between(bands, levels.rows)) {
        if (rows.size() < kLeastPhotographPx || rows.size() * levels.cols <= largest.area()) {
            continue;
        }
        const cv::Mat part = transposed(levels.rowRange(rows));
        const cv::Rect found = largest_photograph(part, bands_of_rows(part), cuts + 1);
        if (found.area() > largest.area()) {
            largest = {found.y, rows.start + found.x, found.height, found.width};
        }
    }
    return largest;
}

cv::Rect without_edge(const cv::Rect& photograph) {
    const cv::Rect inner(photograph.x + kEdge_px, photograph.y + kEdge_px, photograph.width - 2 * kEdge_px,
                         photograph.height - 2 * kEdge_px);
    return std::min(inner.width, inner.height) < kLeastPhotographPx ? cv::Rect() : inner;
}

}  // namespace

PageLayout page_layout(const cv::Mat& luma) {
    ENSURE(luma.empty() || luma.type() == CV_32FC1);
    PageLayout layout;
    if (luma.empty()) {
        return layout;
    }
    cv::Mat levels;
    luma.convertTo(levels, CV_8U);
    const std::vector<cv::Range> bands = bands_of_rows(levels);
    layout.empty_bands = static_cast<int>(bands.size() + bands_of_rows(transposed(levels)).size());
    if (layout.laid_out()) {
        layout.photograph_px = without_edge(largest_photograph(levels, bands, 0));
    }
    return layout;
}

}  // namespace bonafide::features

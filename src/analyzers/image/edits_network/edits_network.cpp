// A network over the noise and the coefficients of blocks (planes.h, network.h), and the picture it draws.
#include "analyzers/image/edits_network/edits_network.h"

#include "analyzers/image/edits_network/planes.h"
#include "evidence/map_grid.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace bonafide::analyzers {
namespace {

constexpr int kSmallestSidePx = 128;
// Standard deviation of the luma below which there is nothing to look at: black, white, one colour.
constexpr double kLeastDeviation = 2.0;
// A step of the map's shade in log odds: places far below the threshold must still rank.
constexpr double kOddsPerShade = 2.0;

unsigned char shade_of(float logit, double threshold) {
    return cv::saturate_cast<unsigned char>(256 / (1 + std::exp(-(logit - threshold) / kOddsPerShade)));
}

}  // namespace

EditsNetworkResult edits_network(const cv::Mat& rgb, const media::JpegPlane* luma_coefficients,
                                 const edits::Network& network, const EditsNetworkOptions& options) {
    EditsNetworkResult result;
    if (rgb.cols < kSmallestSidePx || rgb.rows < kSmallestSidePx) {
        result.not_applicable = "The picture is smaller than 128 px on a side.";
        return result;
    }
    cv::Scalar mean, deviation;
    cv::meanStdDev(rgb, mean, deviation);
    if (std::max({deviation[0], deviation[1], deviation[2]}) < kLeastDeviation) {
        result.not_applicable = "The picture shows next to nothing: it is of one colour.";
        return result;
    }
    cv::Mat planes = edits::measure_planes(rgb, luma_coefficients);
    const edits::NetworkAnswer answer = network.run(planes);
    const cv::Mat& logits = answer.block_logits;
    result.picture_log_odds = answer.picture_logit;
    std::vector<float> ordered(logits.begin<float>(), logits.end<float>());
    const auto strong = ordered.begin() + static_cast<std::ptrdiff_t>((ordered.size() - 1) * 99 / 100);
    std::nth_element(ordered.begin(), strong, ordered.end());
    result.strongest_log_odds = *strong;

    const cv::Size size = evidence::map_size(rgb.size(), edits::kBlockPx);
    result.map.create(size, CV_8UC1);
    std::size_t suspicious = 0;
    for (int row = 0; row < size.height; ++row) {
        for (int column = 0; column < size.width; ++column) {
            const float logit = logits.at<float>(std::min(row, logits.rows - 1), std::min(column, logits.cols - 1));
            result.map.at<unsigned char>(row, column) = shade_of(logit, options.threshold);
            suspicious += logit > options.threshold ? 1 : 0;
        }
    }
    result.suspicious_area_percent = 100.0 * static_cast<double>(suspicious) / static_cast<double>(size.area());
    return result;
}

}  // namespace bonafide::analyzers

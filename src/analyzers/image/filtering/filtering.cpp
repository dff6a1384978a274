// Traces of smoothing, sharpening and contrast changes; places that were smoothed or sharpened otherwise than the rest.
//
// The parts open with their papers: filter_cells.cpp, whole_picture.cpp, local_contrast.cpp. What is done to a whole
// picture is harmless and only measured; what suspicion rests on is a place unlike its surroundings. Limits: depth of
// field is such a place.
#include "analyzers/image/filtering/filtering.h"

#include "analyzers/image/filtering/filter_cells.h"
#include "analyzers/image/filtering/local_contrast.h"
#include "analyzers/image/filtering/whole_picture.h"
#include "base/ensure.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace bonafide::analyzers {
namespace {

using filtering::Contrast;
using filtering::FilterCells;

constexpr int kSmallestSidePx = 160;
constexpr int kFewestCells = 40;
constexpr float kFewestEdges = 12, kFewestDifferences = 96;
constexpr float kDbPerOctave = 6.0206F;  // 20 log10(2)
constexpr double kThresholdGrey = 128;

FilteringResult refused(std::string why) {
    FilteringResult result;
    result.not_applicable = std::move(why);
    return result;
}

float half_octaves_of_ratio(float above, float below) {
    return 0.5F * std::log2(above / below);
}

// Gradient lost by one more blur, dB: high where edges are sharp; compared among cells of like edge strength.
Contrast blur_contrast(const FilterCells& cells, cv::Mat& judged) {
    judged = cells.edges >= kFewestEdges;
    cv::Mat sharpness = cv::Mat::zeros(cells.size(), CV_32FC1), strength = sharpness.clone();
    for (int y = 0; y < judged.rows; ++y) {
        for (int x = 0; x < judged.cols; ++x) {
            const float sharp = cells.sharp_energy.at<float>(y, x), soft = cells.soft_energy.at<float>(y, x);
            if (judged.at<unsigned char>(y, x) != 0) {
                sharpness.at<float>(y, x) = kDbPerOctave * half_octaves_of_ratio(sharp, std::max(soft, 1.0F));
                strength.at<float>(y, x) = std::log2(std::max(1.0F, soft / cells.edges.at<float>(y, x)));
            }
        }
    }
    filtering::level_out(sharpness, strength, judged);
    return filtering::local_contrast(sharpness, judged);
}

// Zero differences against those of one level, dB: 1 to 2 wherever differences spread smoothly, however far.
Contrast repetition_contrast(const FilterCells& cells, cv::Mat& judged) {
    judged = cells.differences >= kFewestDifferences;
    cv::Mat repetition = cv::Mat::zeros(cells.size(), CV_32FC1);
    for (int y = 0; y < judged.rows; ++y) {
        for (int x = 0; x < judged.cols; ++x) {
            const float zeros = cells.zeros.at<float>(y, x) + 2, ones = cells.ones.at<float>(y, x) + 4;
            if (judged.at<unsigned char>(y, x) != 0) {
                repetition.at<float>(y, x) = kDbPerOctave * half_octaves_of_ratio(2 * zeros, ones);
            }
        }
    }
    return filtering::local_contrast(repetition, judged);
}

void measure_whole(const FilterCells& cells, const cv::Mat& luma, const cv::Mat& rgb, FilteringResult& result) {
    const double soft = cv::sum(cells.soft_energy)[0], differences = cv::sum(cells.differences)[0];
    const double zeros = cv::sum(cells.zeros)[0], ones = cv::sum(cells.ones)[0];
    result.edge_blur_px = soft > 0 ? filtering::edge_blur_px(cv::sum(cells.sharp_energy)[0] / soft) : 0;
    result.zero_differences_percent = differences > 0 ? 100 * zeros / differences : 0;
    result.streaking = zeros / std::max(ones, 1.0);
    result.overshoot_percent = filtering::overshoot_percent(luma);
    for (int channel = 0; channel < rgb.channels() && !rgb.empty(); ++channel) {
        const filtering::Histogram histogram = filtering::channel_histogram(rgb, channel);
        result.histogram_comb = std::max(result.histogram_comb, filtering::histogram_comb(histogram));
        result.histogram_gaps_percent =
            std::max(result.histogram_gaps_percent, filtering::histogram_gaps_percent(histogram));
    }
}

cv::Mat map_of(const cv::Mat& suspicion, cv::Size picture, double threshold_db) {
    cv::Mat grey, map;
    suspicion.convertTo(grey, CV_8UC1, kThresholdGrey / threshold_db);
    constexpr int kStep = filtering::kCellPx;
    const cv::Size size((picture.width + kStep - 1) / kStep, (picture.height + kStep - 1) / kStep);
    cv::copyMakeBorder(grey, map, 0, size.height - grey.rows, 0, size.width - grey.cols, cv::BORDER_REPLICATE);
    return map;
}

}  // namespace

FilteringResult filtering_traces(const cv::Mat& luma, const cv::Mat& rgb, const FilteringOptions& options) {
    ENSURE(luma.empty() || luma.type() == CV_32FC1);
    ENSURE(options.threshold_db > 0);
    if (luma.cols < kSmallestSidePx || luma.rows < kSmallestSidePx) {
        return refused("The picture is smaller than 160 px on a side: too few places to compare.");
    }
    // Values that no picture holds would spoil their whole neighbourhood.
    cv::Mat sane = luma;
    if (!cv::checkRange(luma, true, nullptr, -1, 256)) {
        sane = luma.clone();
        cv::patchNaNs(sane, 0);
        sane = cv::min(cv::max(sane, 0), 255);
    }
    const FilterCells cells = filtering::measure_filter_cells(sane);
    cv::Mat with_edges, with_texture;
    const Contrast blur = blur_contrast(cells, with_edges);
    const Contrast repetition = repetition_contrast(cells, with_texture);
    const int judged = cv::countNonZero(with_edges | with_texture);
    if (judged < kFewestCells) {
        return refused("The picture holds too few edges and too little texture for traces of filters.");
    }
    FilteringResult result;
    result.judged_area_percent = 100.0 * judged / cells.size().area();
    result.blur_contrast_db = blur.strongest;
    result.repetition_contrast_db = repetition.strongest;
    result.inconsistency_db = std::max(blur.strongest, repetition.strongest);
    const Contrast& strongest = blur.strongest >= repetition.strongest ? blur : repetition;
    result.strongest = &strongest == &repetition
                           ? (repetition.strongest_is_positive ? "repeats its neighbours' values more than"
                                                               : "repeats its neighbours' values less than")
                           : (blur.strongest_is_positive ? "has sharper edges than" : "has softer edges than");
    result.strongest_px =
        cv::Rect(strongest.place.tl() * filtering::kCellPx, strongest.place.size() * filtering::kCellPx);
    measure_whole(cells, sane, rgb, result);
    const cv::Mat suspicion = cv::max(cv::Mat(cv::abs(blur.departure)), cv::Mat(cv::abs(repetition.departure)));
    result.map = map_of(suspicion, luma.size(), options.threshold_db);
    result.suspicious_area_percent = 100.0 * cv::countNonZero(result.map >= kThresholdGrey) / result.map.size().area();
    return result;
}

}  // namespace bonafide::analyzers

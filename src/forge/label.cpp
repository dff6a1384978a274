#include "forge/label.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>

namespace bonafide::forge {
namespace {

constexpr int kFont = cv::FONT_HERSHEY_SIMPLEX;
constexpr double kBarShare = 1 / 16.0;  ///< of the picture's height
constexpr int kLowestBarPx = 12;
constexpr double kTextShare = 0.5;     ///< height of a capital over the bar's
constexpr double kWidestShare = 0.94;  ///< of the picture's width
constexpr double kDarkness = 0.75;

}  // namespace

std::string label_of(const std::string& kind) {
    return "FAKE (" + kind + ") - made with Bonafide's forge";
}

void draw_label(cv::Mat& rgb, const std::string& words) {
    const int height = std::min(rgb.rows, std::max(kLowestBarPx, cvRound(rgb.rows * kBarShare)));
    cv::Mat bar = rgb.rowRange(rgb.rows - height, rgb.rows);
    bar.convertTo(bar, -1, 1 - kDarkness);
    int below = 0;
    const cv::Size unit = cv::getTextSize(words, kFont, 1, 1, &below);
    const double scale = std::min(height * kTextShare / unit.height, rgb.cols * kWidestShare / unit.width);
    const int thickness = std::max(1, cvRound(scale * 1.6));
    const cv::Point origin(cvRound((rgb.cols - unit.width * scale) / 2), cvRound((height + unit.height * scale) / 2));
    cv::putText(bar, words, origin, kFont, scale, cv::Scalar::all(255), thickness, cv::LINE_AA);
}

}  // namespace bonafide::forge

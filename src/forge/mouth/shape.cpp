#include "forge/mouth/shape.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace bonafide::forge {
namespace {

constexpr double kHalfFrame_s = 0.02;

}  // namespace

MouthShape MouthCurve::at(double time_s) const {
    const double place = time_s / kStep_s;
    if (!(place >= 0) || place > static_cast<double>(shapes_.size()) - 1) {
        return {};
    }
    const auto before = static_cast<std::size_t>(place);
    const std::size_t after = std::min(before + 1, shapes_.size() - 1);
    const auto share = static_cast<float>(place - static_cast<double>(before));
    MouthShape shape = shapes_[before];
    shape.opening += share * (shapes_[after].opening - shape.opening);
    shape.width += share * (shapes_[after].width - shape.width);
    const auto reach = static_cast<std::size_t>(kHalfFrame_s / kStep_s);
    for (std::size_t i = before - std::min(before, reach); i <= std::min(after + reach, shapes_.size() - 1); ++i) {
        shape.press = std::max(shape.press, shapes_[i].press);
    }
    shape.opening *= 1 - shape.press;
    return shape;
}

std::vector<float> smoothed_without_lag(const std::vector<float>& values, double sigma) {
    if (values.empty()) {
        return {};
    }
    const int reach = static_cast<int>(std::ceil(3 * sigma));
    std::vector<float> result(values.size());
    cv::Mat smooth(1, static_cast<int>(result.size()), CV_32F, result.data());
    cv::GaussianBlur(cv::Mat(values).reshape(1, 1), smooth, {2 * reach + 1, 1}, sigma, 0, cv::BORDER_REPLICATE);
    return result;
}

}  // namespace bonafide::forge

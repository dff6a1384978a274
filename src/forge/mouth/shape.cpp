#include "forge/mouth/shape.h"

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
    const auto reach = static_cast<std::ptrdiff_t>(std::ceil(3 * sigma));
    std::vector<float> weights;
    float sum = 0;
    for (std::ptrdiff_t k = -reach; k <= reach; ++k) {
        weights.push_back(static_cast<float>(std::exp(-0.5 * static_cast<double>(k * k) / (sigma * sigma))));
        sum += weights.back();
    }
    const auto count = static_cast<std::ptrdiff_t>(values.size());
    std::vector<float> result(values.size());
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        for (std::ptrdiff_t k = -reach; k <= reach; ++k) {
            const std::ptrdiff_t at = std::clamp<std::ptrdiff_t>(i + k, 0, count - 1);
            result[static_cast<std::size_t>(i)] +=
                weights[static_cast<std::size_t>(k + reach)] / sum * values[static_cast<std::size_t>(at)];
        }
    }
    return result;
}

}  // namespace bonafide::forge

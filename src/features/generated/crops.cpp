// Small convolutional networks (EfficientNet-Lite0: Tan and Le, ICML 2019; Liu, "Higher accuracy on vision models with
// EfficientNet-Lite", 2020) on crops at native resolution, trained on genuine and generated pictures of many sources
// that went through the same savings and resizings, with each source held out from one of them (train/generated). That
// detectors carry over to other generators where they are trained with such augmentation and never see a resized input
// is the finding of Wang et al., "CNN-generated images are surprisingly easy to spot... for now", CVPR 2020, and
// Gragnaniello et al., ICME 2021.
#include "features/generated/crops.h"

#include "base/ensure.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <span>

namespace bonafide::features::generated {
namespace {

/// Evenly spaced starts of `count` stretches of the crop's size within `length`; a single one stands in the middle.
int start_of(int index, int count, int length) {
    const int room = length - kCropPx;
    return count == 1 ? room / 2 : room * index / (count - 1);
}

bool holds_nothing(const cv::Mat& crop) {
    cv::Mat grey;
    cv::cvtColor(crop, grey, cv::COLOR_RGB2GRAY);
    cv::Scalar mean, deviation;
    cv::meanStdDev(grey, mean, deviation);
    return deviation[0] < kLeastContrast;
}

}  // namespace

std::vector<cv::Rect> crop_places(cv::Size picture, int most) {
    std::vector<cv::Rect> places;
    if (picture.width < kCropPx || picture.height < kCropPx || most < 1) {
        return places;
    }
    const double aspect = static_cast<double>(picture.width) / picture.height;
    int columns = std::clamp(static_cast<int>(std::lround(std::sqrt(most * aspect))), 1, picture.width / kCropPx);
    const int rows = std::clamp(most / columns, 1, picture.height / kCropPx);
    columns = std::clamp(most / rows, 1, columns);
    for (int row = 0; row < rows; ++row) {
        for (int column = 0; column < columns; ++column) {
            places.emplace_back(start_of(column, columns, picture.width), start_of(row, rows, picture.height), kCropPx,
                                kCropPx);
        }
    }
    return places;
}

infer::Tensor input_of(const cv::Mat& crop) {
    ENSURE(crop.type() == CV_8UC3 && crop.size() == cv::Size(kCropPx, kCropPx));
    constexpr std::size_t kSide = kCropPx;
    infer::Tensor tensor{{1, 3, kSide, kSide}, std::vector<float>(3 * kSide * kSide)};
    std::vector<cv::Mat> planes;
    for (std::size_t channel = 0; channel < 3; ++channel) {
        planes.emplace_back(kCropPx, kCropPx, CV_32FC1, tensor.values.data() + channel * kSide * kSide);
    }
    cv::Mat scaled;
    crop.convertTo(scaled, CV_32F, 1 / 128.0, -127 / 128.0);
    cv::split(scaled, planes);  // into the tensor's own memory: size and type fit
    return tensor;
}

Result<Said> ask(const std::vector<cv::Mat>& crops, infer::Session& network) {
    Said said;
    double sum = 0;
    for (std::size_t i = 0; i < crops.size(); ++i) {
        if (holds_nothing(crops[i])) {
            ++said.empty;
            continue;
        }
        const infer::Tensor input = input_of(crops[i]);
        const auto answer = network.run(std::span(&input, 1));
        if (!answer) {
            return answer.error();
        }
        const std::vector<float>& logits = answer->at(0).values;
        ENSURE(logits.size() == 2);
        const double odds = static_cast<double>(logits[1]) - static_cast<double>(logits[0]);
        if (said.judged == 0 || odds > said.highest) {
            said.highest = odds;
            said.strongest = i;
        }
        said.lowest = said.judged == 0 ? odds : std::min(said.lowest, odds);
        sum += odds;
        ++said.judged;
    }
    said.mean = said.judged > 0 ? sum / said.judged : 0;
    return said;
}

}  // namespace bonafide::features::generated

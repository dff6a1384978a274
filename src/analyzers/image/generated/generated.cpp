// Small convolutional networks (EfficientNet-Lite0: Tan and Le, ICML 2019; Liu, "Higher accuracy on vision models with
// EfficientNet-Lite", 2020) on crops at native resolution, trained on genuine and generated pictures of many sources
// that went through the same savings and resizings, with each source held out from at least one of them
// (train/generated); one file holds all and answers with the mean of their logits. That detectors carry over to other
// generators where they are trained with such augmentation and never see a resized input is the finding of Wang et al.,
// "CNN-generated images are surprisingly easy to spot... for now", CVPR 2020, and Gragnaniello et al., ICME 2021.
// Limits: see README.md beside this file.
#include "analyzers/image/generated/generated.h"

#include "base/ensure.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <span>

namespace bonafide::analyzers {
namespace {

/// Evenly spaced starts of `count` stretches of the crop's size within `length`; a single one stands in the middle.
int start_of(int index, int count, int length) {
    const int room = length - kGeneratedCropPx;
    return count == 1 ? room / 2 : room * index / (count - 1);
}

bool holds_nothing(const cv::Mat& crop, double least_contrast) {
    cv::Mat grey;
    cv::cvtColor(crop, grey, cv::COLOR_RGB2GRAY);
    cv::Scalar mean, deviation;
    cv::meanStdDev(grey, mean, deviation);
    return deviation[0] < least_contrast;
}

}  // namespace

std::vector<cv::Rect> generated_crop_places(cv::Size picture, int most) {
    std::vector<cv::Rect> places;
    if (picture.width < kGeneratedCropPx || picture.height < kGeneratedCropPx || most < 1) {
        return places;
    }
    const double aspect = static_cast<double>(picture.width) / picture.height;
    int columns =
        std::clamp(static_cast<int>(std::lround(std::sqrt(most * aspect))), 1, picture.width / kGeneratedCropPx);
    const int rows = std::clamp(most / columns, 1, picture.height / kGeneratedCropPx);
    columns = std::clamp(most / rows, 1, columns);
    for (int row = 0; row < rows; ++row) {
        for (int column = 0; column < columns; ++column) {
            places.emplace_back(start_of(column, columns, picture.width), start_of(row, rows, picture.height),
                                kGeneratedCropPx, kGeneratedCropPx);
        }
    }
    return places;
}

infer::Tensor generated_input(const cv::Mat& crop) {
    ENSURE(crop.type() == CV_8UC3 && crop.size() == cv::Size(kGeneratedCropPx, kGeneratedCropPx));
    constexpr std::size_t kSide = kGeneratedCropPx;
    infer::Tensor tensor{{1, 3, kSide, kSide}, std::vector<float>(3 * kSide * kSide)};
    std::vector<cv::Mat> planes;
    for (std::size_t channel = 0; channel < 3; ++channel) {
        planes.emplace_back(kGeneratedCropPx, kGeneratedCropPx, CV_32FC1,
                            tensor.values.data() + channel * kSide * kSide);
    }
    cv::Mat scaled;
    crop.convertTo(scaled, CV_32F, 1 / 128.0, -127 / 128.0);
    cv::split(scaled, planes);  // into the tensor's own memory: size and type fit
    return tensor;
}

Result<GeneratedResult> generated(const cv::Mat& rgb, infer::Session& network, const GeneratedOptions& options) {
    ENSURE(rgb.empty() || rgb.type() == CV_8UC3);
    GeneratedResult result;
    const std::vector<cv::Rect> places = generated_crop_places(rgb.size(), options.most_crops);
    if (places.empty()) {
        result.not_applicable = "The picture is smaller than 128 px on a side: less than the networks look at.";
        return result;
    }
    double sum = 0;
    for (const cv::Rect& place : places) {
        const cv::Mat crop = rgb(place);
        if (holds_nothing(crop, options.least_contrast)) {
            ++result.crops_empty;
            continue;
        }
        const infer::Tensor input = generated_input(crop);
        auto answer = network.run(std::span(&input, 1));
        if (!answer) {
            return answer.error();
        }
        const std::vector<float>& logits = answer->at(0).values;
        ENSURE(logits.size() == 2);
        const double odds = static_cast<double>(logits[1]) - static_cast<double>(logits[0]);
        if (result.crops_judged == 0 || odds > result.highest_crop) {
            result.highest_crop = odds;
            result.strongest_px = place;
        }
        result.lowest_crop = result.crops_judged == 0 ? odds : std::min(result.lowest_crop, odds);
        sum += odds;
        ++result.crops_judged;
    }
    if (result.crops_judged == 0) {
        result.not_applicable = "The picture is even all over: nothing in it could carry a generator's traces.";
        return result;
    }
    result.score = sum / result.crops_judged;
    if (result.score > 0) {
        result.counted_share = std::min(1.0, static_cast<double>(rgb.size().area()) / kGeneratedFullArea_px);
        result.score *= result.counted_share;
    }
    return result;
}

}  // namespace bonafide::analyzers
